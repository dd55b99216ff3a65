package io.jenkins.plugins.zfsbackup.engine.scripts;

import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.plan.Base;
import io.jenkins.plugins.zfsbackup.engine.plan.SendStep;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupNames;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.run.DatasetPlan;
import io.jenkins.plugins.zfsbackup.engine.run.NamedStep;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What new files in a script's layout are called. Such a layout tells snapshots by their names alone, so that one
 * that has the name of another stored one has no place in it.
 */
final class ScriptNames {

    private final ScriptLayout layout;
    private final Dataset dataset;
    private final List<SendStep> steps;
    private final List<StoredBackup> stored;
    private final BackupNames known;
    private final Set<String> taken = new HashSet<>();

    /** @param listing what is there, whether it can be used or not */
    ScriptNames(ScriptLayout layout, Dataset dataset, DatasetPlan plan, Listing listing) {
        this.layout = layout;
        this.dataset = dataset;
        this.steps = plan.plan().steps();
        this.stored = plan.all().stream()
                .filter(backup -> backup.layout() == layout.layout())
                .toList();
        this.known = new BackupNames(listing, plan.all());
        listing.backups().forEach(backup -> taken.add(backup.id()));
        listing.damaged().forEach(backup -> taken.add(backup.id()));
    }

    /** The steps up to the first one that has no place, or only one that another backup has. */
    NamedStep.Named named() {
        List<NamedStep> named = new ArrayList<>();
        try {
            for (SendStep step : steps) {
                if (dataset.encrypted()) {
                    throw layout.refused(dataset.name(), "it is encrypted by ZFS, of which this layout knows nothing");
                }
                Optional<SnapshotId> base = step.base().map(Base::id).map(known::asStored);
                named.add(new NamedStep(step, base, next(step.snapshot(), base), List.of(), 0));
            }
            return new NamedStep.Named(named, Optional.empty());
        } catch (UsageException e) {
            return new NamedStep.Named(named, Optional.of(e));
        }
    }

    /** @param base called as it is stored */
    private String next(SnapshotId snapshot, Optional<SnapshotId> base) throws UsageException {
        layout.path(dataset.name(), snapshot.name(), base.map(SnapshotId::name));
        requireAlone(snapshot);
        if (base.isPresent()) {
            requireAlone(base.get());
        }
        String name = layout.plainName(dataset.name(), snapshot.name(), base.map(SnapshotId::name));
        if (!taken.add(name)) {
            throw new UsageException(
                    doing(), "there is a file " + name + " already, which can't be used", Wording.LIST_SAYS_WHY.text());
        }
        return name;
    }

    private void requireAlone(SnapshotId id) throws UsageException {
        Optional<StoredBackup> other = stored.stream()
                .filter(backup ->
                        backup.snapshots().anyMatch(each -> each.name().equals(id.name()) && each.guid() != id.guid()))
                .findFirst();
        if (other.isPresent()) {
            throw new UsageException(
                    doing(),
                    "@" + id.name() + " here, made " + id.created() + ", is not the @" + id.name() + " in "
                            + other.get().id() + ", and this layout tells snapshots by their names alone",
                    "It is not sent, nor is what comes after it. Give the snapshot another name (zfs rename '"
                            + dataset.name()
                            + "@" + id.name()
                            + "' NEWNAME), or store the dataset in the native layout, which may be used beside"
                            + " this one.");
        }
    }

    private String doing() {
        return "storing " + dataset.name() + " in the layout " + layout.layout().text();
    }
}

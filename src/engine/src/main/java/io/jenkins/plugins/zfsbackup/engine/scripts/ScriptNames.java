package io.jenkins.plugins.zfsbackup.engine.scripts;

import io.jenkins.plugins.zfsbackup.engine.model.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What new files in a script's layout are called. Such a layout tells snapshots by their names alone, so that one
 * that has the name of another stored one has no place in it.
 */
final class ScriptNames {

    private final ScriptLayout layout;
    private final Collection<StoredBackup> stored;
    private final Set<String> taken = new HashSet<>();

    /**
     * @param listing what is there, whether it can be used or not
     * @param matched the same backups, as far as they can be used, with the guids that the pool tells
     */
    ScriptNames(ScriptLayout layout, Listing listing, Collection<StoredBackup> matched) {
        this.layout = layout;
        this.stored = matched.stream()
                .filter(backup -> backup.layout().equals(layout.layout()))
                .toList();
        listing.backups().forEach(backup -> taken.add(backup.id()));
        listing.damaged().forEach(backup -> taken.add(backup.id()));
    }

    /**
     * Gives a new backup its name and takes it.
     *
     * @param snapshot the snapshot it leads to
     * @param base called as it is stored
     * @throws UsageException if the layout has no place for it, or only one that another one has
     */
    String next(DatasetName dataset, SnapshotId snapshot, Optional<SnapshotId> base) throws UsageException {
        layout.path(dataset, snapshot.name(), base.map(SnapshotId::name));
        requireAlone(dataset, snapshot);
        if (base.isPresent()) {
            requireAlone(dataset, base.get());
        }
        String name = layout.plainName(dataset, snapshot.name(), base.map(SnapshotId::name));
        if (!taken.add(name)) {
            throw new UsageException(
                    doing(dataset),
                    "there is a file " + name + " already, which can't be used",
                    Wording.LIST_SAYS_WHY.text());
        }
        return name;
    }

    private void requireAlone(DatasetName dataset, SnapshotId id) throws UsageException {
        Optional<StoredBackup> other = stored.stream()
                .filter(backup ->
                        backup.snapshots().anyMatch(each -> each.name().equals(id.name()) && each.guid() != id.guid()))
                .findFirst();
        if (other.isPresent()) {
            throw new UsageException(
                    doing(dataset),
                    "@" + id.name() + " here, made " + id.created() + ", is not the @" + id.name() + " in "
                            + other.get().id() + ", and this layout tells snapshots by their names alone",
                    "It is not sent, nor is what comes after it. Give the snapshot another name (zfs rename '" + dataset
                            + "@" + id.name()
                            + "' NEWNAME), or store the dataset in the native layout, which may be used beside"
                            + " this one.");
        }
    }

    private String doing(DatasetName dataset) {
        return "storing " + dataset + " in the layout " + layout.layout().text();
    }
}

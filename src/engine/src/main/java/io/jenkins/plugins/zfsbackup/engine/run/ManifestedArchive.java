package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.plan.Base;
import io.jenkins.plugins.zfsbackup.engine.plan.SendStep;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupNames;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Backups in the repository's own format.
 *
 * @param clock says when a backup was published
 */
public record ManifestedArchive(Repository repository, StreamSettings settings, Clock clock) implements Archive {

    @Override
    public NamedStep.Named name(Dataset dataset, DatasetPlan plan, Listing listing) {
        BackupNames names = new BackupNames(listing, plan.all());
        List<NamedStep> named = new ArrayList<>();
        for (SendStep step : plan.plan().steps()) {
            Optional<SnapshotId> base = step.base().map(Base::id).map(names::asStored);
            List<SnapshotId> twice = names.twice(step.brings());
            named.add(new NamedStep(step, base, names.next(step.snapshot(), base), twice, names.nextSequence()));
        }
        return new NamedStep.Named(named, Optional.empty());
    }

    @Override
    public NewBackup begin(StreamContext context, RunControl control, Transfer transfer) throws BackupException {
        return new ManifestedBackup(this, context, control.listener(), transfer);
    }
}

package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.plan.Base;
import io.jenkins.plugins.zfsbackup.engine.plan.SendStep;
import io.jenkins.plugins.zfsbackup.engine.protocol.Layout;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupNames;
import io.jenkins.plugins.zfsbackup.engine.repository.LegacyLayout;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.ScriptNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A step with the names under which it will be stored.
 *
 * @param step with the names that its snapshots have on the pool
 * @param base the snapshot it builds on, under the name by which the repository knows it
 * @param id the name of the backup
 * @param twice those of the snapshots it brings whose names another stored snapshot has
 * @param sequence its place in the order of publication; 0 where the layout has none
 */
record NamedStep(SendStep step, Optional<SnapshotId> base, String id, List<SnapshotId> twice, long sequence) {

    NamedStep {
        twice = List.copyOf(twice);
    }

    /**
     * The steps of a plan that can be stored.
     *
     * @param steps in their order
     * @param refusal why the one after these can't be stored, nor those that follow; empty if all can
     */
    record Named(List<NamedStep> steps, Optional<UsageException> refusal) {
        Named {
            steps = List.copyOf(steps);
        }
    }

    /** Names all steps of a plan, before the first of them is sent. */
    static Named of(Dataset dataset, DatasetPlan plan, Listing listing, Layout layout) {
        BackupNames names = new BackupNames(listing, plan.all());
        return layout == Layout.NATIVE
                ? new Named(inDirectories(plan, names), Optional.empty())
                : inScriptLayout(dataset, plan, listing, LegacyLayout.of(layout), names);
    }

    private static List<NamedStep> inDirectories(DatasetPlan plan, BackupNames names) {
        List<NamedStep> named = new ArrayList<>();
        for (SendStep step : plan.plan().steps()) {
            Optional<SnapshotId> base = step.base().map(Base::id).map(names::asStored);
            List<SnapshotId> twice = names.twice(step.brings());
            named.add(new NamedStep(step, base, names.next(step.snapshot(), base), twice, names.nextSequence()));
        }
        return named;
    }

    private static Named inScriptLayout(
            Dataset dataset, DatasetPlan plan, Listing listing, LegacyLayout layout, BackupNames names) {
        List<NamedStep> named = new ArrayList<>();
        ScriptNames files = new ScriptNames(layout, listing, plan.all());
        try {
            for (SendStep step : plan.plan().steps()) {
                if (dataset.encrypted()) {
                    throw layout.refused(dataset.name(), "it is encrypted by ZFS, of which this layout knows nothing");
                }
                Optional<SnapshotId> base = step.base().map(Base::id).map(names::asStored);
                String id = files.next(dataset.name(), step.snapshot(), base);
                named.add(new NamedStep(step, base, id, List.of(), 0));
            }
            return new Named(named, Optional.empty());
        } catch (UsageException e) {
            return new Named(named, Optional.of(e));
        }
    }

    /** The name of the snapshot it builds on, as it is stored. */
    Optional<String> baseName() {
        return base.map(SnapshotId::name);
    }

    /** The same with other snapshots between. */
    NamedStep with(List<SnapshotId> between) {
        return new NamedStep(
                new SendStep(step.kind(), step.snapshot(), step.base(), between), base, id, twice, sequence);
    }
}

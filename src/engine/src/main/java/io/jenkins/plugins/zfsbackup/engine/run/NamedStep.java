package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.plan.SendStep;
import java.util.List;
import java.util.Optional;

/**
 * A step with the names under which it will be stored.
 *
 * @param step with the names that its snapshots have on the pool
 * @param base the snapshot it builds on, under the name by which the repository knows it
 * @param id the name of the backup
 * @param twice those of the snapshots it brings whose names another stored snapshot has
 * @param sequence its place in the order of publication; 0 where there is none
 */
public record NamedStep(SendStep step, Optional<SnapshotId> base, String id, List<SnapshotId> twice, long sequence) {

    public NamedStep {
        twice = List.copyOf(twice);
    }

    /**
     * The steps of a plan that can be stored.
     *
     * @param steps in their order
     * @param refusal why the one after these can't be stored, nor those that follow; empty if all can
     */
    public record Named(List<NamedStep> steps, Optional<UsageException> refusal) {
        public Named {
            steps = List.copyOf(steps);
        }
    }

    /** The name of the snapshot it builds on, as it is stored. */
    public Optional<String> baseName() {
        return base.map(SnapshotId::name);
    }

    /** The same with other snapshots between. */
    NamedStep with(List<SnapshotId> between) {
        return new NamedStep(
                new SendStep(step.kind(), step.snapshot(), step.base(), between), base, id, twice, sequence);
    }
}

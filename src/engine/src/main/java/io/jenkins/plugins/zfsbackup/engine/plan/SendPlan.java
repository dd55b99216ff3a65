package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What to send of one dataset.
 *
 * @param steps in the order in which they must be published
 * @param notes what a person should know about it: sentences without the dataset's name
 */
public record SendPlan(List<SendStep> steps, List<String> notes) {

    public SendPlan {
        steps = List.copyOf(steps);
        notes = List.copyOf(notes);
    }

    /**
     * The plan without the steps that are stored already: an incremental stream whose base was lost is of use again as
     * soon as that base is stored. Where there is nothing to send there is nothing to know about it either.
     */
    static SendPlan of(List<SendStep> steps, List<String> notes, List<StoredBackup> stored) {
        Map<Long, List<StoredBackup>> leadingTo = stored.stream()
                .collect(Collectors.groupingBy(backup -> backup.snapshot().guid()));
        List<SendStep> missing = steps.stream()
                .filter(step -> leadingTo.getOrDefault(step.snapshot().guid(), List.of()).stream()
                        .noneMatch(backup -> isStoredAs(step, backup)))
                .toList();
        return new SendPlan(missing, missing.isEmpty() ? List.of() : notes);
    }

    /** What the repository has when the steps are done; the sizes are not known. */
    public List<StoredBackup> after(List<StoredBackup> stored) {
        List<StoredBackup> all = new ArrayList<>(stored);
        for (SendStep step : steps) {
            String id = step.snapshot().name()
                    + step.base().map(base -> ".from." + base.id().name()).orElse(".full");
            all.add(new StoredBackup(
                    id, step.kind(), step.snapshot(), step.base().map(Base::id), step.between(), 0, 0, 0));
        }
        return all;
    }

    private static boolean isStoredAs(SendStep step, StoredBackup backup) {
        return backup.base()
                        .map(SnapshotId::guid)
                        .equals(step.base().map(base -> base.id().guid()))
                && guids(backup.between()).containsAll(guids(step.between()));
    }

    private static Set<Long> guids(List<SnapshotId> snapshots) {
        return snapshots.stream().map(SnapshotId::guid).collect(Collectors.toSet());
    }
}

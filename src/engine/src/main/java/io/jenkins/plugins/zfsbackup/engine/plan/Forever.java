package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One full backup, then an incremental one for each newer snapshot.
 *
 * <p>Snapshots older than the newest one that both sides have are left alone: what is missing among them was pruned, or
 * was never wanted.
 *
 * @param packed send only the newest snapshot, with those between in one package
 */
public record Forever(boolean packed) implements Policy {

    @Override
    public SendPlan plan(Source source, List<StoredBackup> stored) {
        List<String> notes = new ArrayList<>();
        Optional<Base> base = CommonBases.newest(source, new RestorePaths(stored), notes);
        List<SnapshotId> pending = CommonBases.newerThan(source, base);
        List<SendStep> steps = new ArrayList<>();
        if (!pending.isEmpty()) {
            if (packed) {
                packages(base, pending, steps);
            } else {
                each(base, pending, steps);
            }
        }
        return SendPlan.of(steps, notes, stored);
    }

    @Override
    public FutureBases bases(List<StoredBackup> stored) {
        return FutureBases.newest(stored);
    }

    private static void each(Optional<Base> base, List<SnapshotId> pending, List<SendStep> steps) {
        Optional<Base> from = base;
        for (SnapshotId snapshot : pending) {
            steps.add(from.map(b -> SendStep.incremental(b, snapshot)).orElseGet(() -> SendStep.full(snapshot)));
            from = Optional.of(Base.snapshot(snapshot));
        }
    }

    /**
     * {@code zfs send -I} does not start from a bookmark: one incremental stream leads to the first snapshot after it.
     */
    private static void packages(Optional<Base> base, List<SnapshotId> pending, List<SendStep> steps) {
        if (base.isEmpty()) {
            steps.add(SendStep.full(pending.get(pending.size() - 1)));
            return;
        }
        Base from = base.get();
        List<SnapshotId> rest = pending;
        if (from.bookmark().isPresent()) {
            steps.add(SendStep.incremental(from, pending.get(0)));
            from = Base.snapshot(pending.get(0));
            rest = pending.subList(1, pending.size());
        }
        if (!rest.isEmpty()) {
            steps.add(SendStep.packed(from, rest));
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Which snapshots begin a stretch of time, such as a month. One that lies before its predecessor by the calendar begins
 * nothing, nor does the next one of a stretch that was there before: a clock that jumps back changes no decision.
 */
final class PeriodStarts<T extends Comparable<? super T>> {

    private final Function<SnapshotId, T> stretch;
    private final Set<T> seen = new HashSet<>();
    private T before;

    /** @param stretch what all snapshots of one stretch have in common; later ones are greater */
    PeriodStarts(Function<SnapshotId, T> stretch) {
        this.stretch = stretch;
    }

    /**
     * Each stretch's first snapshot, in their order.
     *
     * @param timeline in the order in which the snapshots were made
     */
    static <T extends Comparable<? super T>> List<SnapshotId> of(
            List<SnapshotId> timeline, Function<SnapshotId, T> stretch) {
        PeriodStarts<T> firsts = new PeriodStarts<>(stretch);
        List<SnapshotId> found = new ArrayList<>();
        for (SnapshotId snapshot : timeline) {
            if (firsts.begins(snapshot)) {
                found.add(snapshot);
            }
        }
        return found;
    }

    /** Whether a snapshot begins a stretch; asked of each one once, in the order in which they were made. */
    boolean begins(SnapshotId snapshot) {
        T now = stretch.apply(snapshot);
        boolean begins = seen.add(now) && (before == null || now.compareTo(before) > 0);
        before = now;
        return begins;
    }
}

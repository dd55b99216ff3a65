package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Which snapshots begin a stretch of time, such as a month. */
final class Firsts {

    private Firsts() {}

    /**
     * Each stretch's first snapshot, in their order. One that lies before its predecessor by the calendar begins nothing,
     * nor does the next one of a stretch that was there before: a clock that jumps back changes no decision.
     *
     * @param timeline in the order in which the snapshots were made
     * @param stretch what all snapshots of one stretch have in common; later ones are greater
     */
    static <T extends Comparable<? super T>> List<SnapshotId> of(
            List<SnapshotId> timeline, Function<SnapshotId, T> stretch) {
        List<SnapshotId> firsts = new ArrayList<>();
        Set<T> seen = new HashSet<>();
        T before = null;
        for (SnapshotId snapshot : timeline) {
            T now = stretch.apply(snapshot);
            boolean unseen = seen.add(now);
            if (unseen && (before == null || now.compareTo(before) > 0)) {
                firsts.add(snapshot);
            }
            before = now;
        }
        return firsts;
    }
}

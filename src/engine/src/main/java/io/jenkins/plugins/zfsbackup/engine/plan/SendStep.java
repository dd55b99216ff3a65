package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One stream to send.
 *
 * @param kind full, incremental or package
 * @param snapshot what it leads to
 * @param base what it builds on; empty for a full stream
 * @param between the snapshots of a package between the two, oldest first
 */
public record SendStep(Kind kind, SnapshotId snapshot, Optional<Base> base, List<SnapshotId> between) {

    public SendStep {
        between = List.copyOf(between);
    }

    /** The snapshots that it brings: those between, and the one it leads to; oldest first. */
    public List<SnapshotId> brings() {
        return Stream.concat(between.stream(), Stream.of(snapshot)).toList();
    }

    static SendStep full(SnapshotId snapshot) {
        return new SendStep(Kind.FULL, snapshot, Optional.empty(), List.of());
    }

    static SendStep incremental(Base base, SnapshotId snapshot) {
        return new SendStep(Kind.INCREMENTAL, snapshot, Optional.of(base), List.of());
    }

    /** A package needs something between; with nothing there it is an incremental stream. */
    static SendStep packed(Base base, List<SnapshotId> snapshots) {
        SnapshotId last = snapshots.get(snapshots.size() - 1);
        List<SnapshotId> between = snapshots.subList(0, snapshots.size() - 1);
        return between.isEmpty()
                ? incremental(base, last)
                : new SendStep(Kind.PACKAGE, last, Optional.of(base), between);
    }
}

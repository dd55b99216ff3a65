package io.jenkins.plugins.zfsbackup.engine.scripts;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.sendstream.Begin;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStream;
import java.util.List;

/**
 * What the stream in a file without a manifest says of itself.
 *
 * @param dataset the full name, where it was sent, of the dataset
 * @param fromGuid guid of the snapshot it builds on; 0 for a full stream
 * @param snapshots those it leads to, oldest first, never empty; only the first one unless {@code whole}
 * @param whole whether it was read to its end, and not only its head
 */
record StreamInside(String dataset, long fromGuid, List<SnapshotId> snapshots, boolean whole) {

    StreamInside {
        snapshots = List.copyOf(snapshots);
    }

    /** What a stream's head says. */
    static StreamInside head(Begin first, boolean packaged) {
        return new StreamInside(first.dataset(), first.fromGuid(), List.of(id(first)), !packaged);
    }

    /** What a whole stream says. */
    static StreamInside of(SendStream stream) {
        Begin first = stream.streams().get(0);
        return new StreamInside(
                first.dataset(),
                stream.fromGuid(),
                stream.streams().stream()
                        .filter(each -> each.dataset().equals(first.dataset()))
                        .map(StreamInside::id)
                        .toList(),
                true);
    }

    private static SnapshotId id(Begin begin) {
        return new SnapshotId(
                begin.toName().substring(begin.toName().indexOf('@') + 1), begin.toGuid(), 0, begin.created());
    }

    /** The snapshot it leads to in the end, which for a package only its last part tells. */
    SnapshotId last() {
        return snapshots.get(snapshots.size() - 1);
    }
}

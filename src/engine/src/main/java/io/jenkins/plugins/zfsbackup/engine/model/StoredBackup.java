package io.jenkins.plugins.zfsbackup.engine.model;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One backup as planning sees it: one stored stream and what it leads from and to.
 *
 * @param id its name in the dataset's directory, unique there
 * @param kind what it needs
 * @param snapshot the snapshot it leads to
 * @param base the snapshot it builds on; empty for a full stream
 * @param between the snapshots of a package between base and snapshot, oldest first; empty for the other kinds
 * @param rawBytes of the stream as {@code zfs send} wrote it, in bytes
 * @param storedBytes in the repository, in bytes, without the manifest
 * @param volumes how many volumes it is stored in
 */
public record StoredBackup(
        String id,
        Kind kind,
        SnapshotId snapshot,
        Optional<SnapshotId> base,
        List<SnapshotId> between,
        long rawBytes,
        long storedBytes,
        int volumes) {

    public StoredBackup {
        Objects.requireNonNull(id);
        between = List.copyOf(between);
        if (base.isPresent() == (kind == Kind.FULL)) {
            throw new IllegalArgumentException(id + ": a full stream has no base, every other has one");
        }
    }
}

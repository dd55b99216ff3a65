package io.jenkins.plugins.zfsbackup.engine.model;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One backup as planning sees it: one stored stream and what it leads from and to.
 *
 * @param id its name in the dataset's directory, or its file's name; unique within the dataset
 * @param kind what it needs
 * @param snapshot the snapshot it leads to
 * @param base the snapshot it builds on; empty for a full stream
 * @param between the snapshots of a package between base and snapshot, oldest first; empty for the other kinds
 * @param rawBytes of the stream as {@code zfs send} wrote it, in bytes; 0 where no manifest tells
 * @param storedBytes in the repository, in bytes, without the manifest
 * @param volumes how many volumes it is stored in
 * @param layout how it is stored
 */
public record StoredBackup(
        String id,
        Kind kind,
        SnapshotId snapshot,
        Optional<SnapshotId> base,
        List<SnapshotId> between,
        long rawBytes,
        long storedBytes,
        int volumes,
        Layout layout) {

    public StoredBackup {
        Objects.requireNonNull(id);
        between = List.copyOf(between);
        if (base.isPresent() == (kind == Kind.FULL)) {
            throw new IllegalArgumentException(id + ": a full stream has no base, every other has one");
        }
    }

    /** A backup with a directory and a manifest of its own. */
    public StoredBackup(
            String id,
            Kind kind,
            SnapshotId snapshot,
            Optional<SnapshotId> base,
            List<SnapshotId> between,
            long rawBytes,
            long storedBytes,
            int volumes) {
        this(id, kind, snapshot, base, between, rawBytes, storedBytes, volumes, Layout.NATIVE);
    }

    /** Whether it is a single file without a manifest, as the scripts before this engine wrote it. */
    public boolean legacy() {
        return layout != Layout.NATIVE;
    }
}

package io.jenkins.plugins.zfsbackup.engine.model;

import java.time.Instant;
import java.util.Objects;

/**
 * What tells one snapshot from every other, as it is written down in a repository.
 *
 * @param name the part behind the {@code @}; for people only, decisions go by the guid
 * @param guid unsigned 64 bits; the same in every pool the snapshot is received into
 * @param createtxg the transaction group it was made in: the order of snapshots within their pool; 0 if not known
 * @param created when it was made, UTC, to the second; the epoch if not known
 */
public record SnapshotId(String name, long guid, long createtxg, Instant created) {

    public SnapshotId {
        Objects.requireNonNull(name);
        Objects.requireNonNull(created);
    }

    /** The guid as {@code zfs get -p guid} prints it. */
    public String guidText() {
        return Long.toUnsignedString(guid);
    }
}

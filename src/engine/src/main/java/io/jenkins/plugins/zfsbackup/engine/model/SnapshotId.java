package io.jenkins.plugins.zfsbackup.engine.model;

import java.time.Instant;
import java.util.Objects;

/**
 * What tells one snapshot from every other, as it is written down in a repository.
 *
 * @param name the part behind the {@code @}; for people only, decisions go by the guid
 * @param guid unsigned 64 bits; the same in every pool the snapshot is received into. Where it is not known, a number that
 *     stands for the name within its dataset
 * @param guidKnown whether {@code guid} is ZFS' own; it is not where nothing but a file's name tells of the snapshot
 * @param createtxg the transaction group it was made in: the order of snapshots within their pool; 0 if not known
 * @param created when it was made, UTC, to the second; the epoch if not known
 */
public record SnapshotId(String name, long guid, boolean guidKnown, long createtxg, Instant created) {

    public SnapshotId {
        Objects.requireNonNull(name);
        Objects.requireNonNull(created);
    }

    /** A snapshot whose guid is known. */
    public SnapshotId(String name, long guid, long createtxg, Instant created) {
        this(name, guid, true, createtxg, created);
    }

    /** A snapshot of which only the name is known, and about when it was made. */
    public static SnapshotId named(String name, long createtxg, Instant created) {
        return new SnapshotId(name, standIn(name), false, createtxg, created);
    }

    /** The same for the same name, and among the names of one dataset unlikely enough to come twice (FNV-1a). */
    private static long standIn(String name) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }

    /** The guid as {@code zfs get -p guid} prints it. */
    public String guidText() {
        return Long.toUnsignedString(guid);
    }
}

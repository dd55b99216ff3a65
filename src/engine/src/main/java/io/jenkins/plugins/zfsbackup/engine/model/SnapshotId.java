package io.jenkins.plugins.zfsbackup.engine.model;

import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;

/**
 * What tells one snapshot from every other, as it is written down in a repository.
 *
 * @param name the part behind the {@code @}; for people only, decisions go by the guid
 * @param guid unsigned 64 bits; the same in every pool the snapshot is received into. Where it is not known, a number
 *     that stands for the name within its dataset
 * @param guidKnown whether {@code guid} is ZFS' own; it is not where nothing but a file's name tells of the snapshot
 * @param createtxg the transaction group it was made in: the order of snapshots within their pool; 0 if not known
 * @param created when it was made, UTC, to the second; the epoch if not known
 * @param era which pool's transaction groups {@code createtxg} counts, where the snapshots of one dataset come from
 *     several pools: all of a later era are younger, whatever their createtxg. Found out for each listing, never stored
 */
public record SnapshotId(String name, long guid, boolean guidKnown, long createtxg, Instant created, int era) {

    private static final Comparator<SnapshotId> BY_AGE =
            Comparator.comparingInt(SnapshotId::era).thenComparing(SnapshotId::createtxg, Long::compareUnsigned);

    public SnapshotId {
        Objects.requireNonNull(name);
        Objects.requireNonNull(created);
    }

    /** A snapshot whose guid is known. */
    public SnapshotId(String name, long guid, long createtxg, Instant created) {
        this(name, guid, true, createtxg, created, 0);
    }

    /** The order in which the snapshots of a dataset were made. Never the name, never the clock. */
    public static Comparator<SnapshotId> byAge() {
        return BY_AGE;
    }

    /** A snapshot of which only the name is known, and about when it was made. */
    public static SnapshotId named(String name, long createtxg, Instant created) {
        return new SnapshotId(name, standIn(name), false, createtxg, created, 0);
    }

    /** The same snapshot, in this era. */
    public SnapshotId in(int era) {
        return new SnapshotId(name, guid, guidKnown, createtxg, created, era);
    }

    /** The same snapshot under another name. */
    public SnapshotId called(String name) {
        return new SnapshotId(name, guid, guidKnown, createtxg, created, era);
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

    /** The name with the guid behind it, {@code daily~1234}: no name of ZFS has a {@code ~} in it. */
    public String nameAndGuid() {
        return name + "~" + guidText();
    }
}

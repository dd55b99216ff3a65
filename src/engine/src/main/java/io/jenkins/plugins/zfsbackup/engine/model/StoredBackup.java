package io.jenkins.plugins.zfsbackup.engine.model;

import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import io.jenkins.plugins.zfsbackup.engine.protocol.Layout;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;

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
 * @param datasetGuid the guid of the dataset it was made of, which a later dataset of the same name does not have; 0
 *     where no manifest tells
 * @param sequence its place in the order in which the dataset's backups were published, from 1; 0 where no manifest
 *     tells
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
        Layout layout,
        long datasetGuid,
        long sequence) {

    public StoredBackup {
        Objects.requireNonNull(id);
        between = List.copyOf(between);
        if (base.isPresent() == (kind == Kind.FULL)) {
            throw new IllegalArgumentException(id + ": a full stream has no base, every other has one");
        }
    }

    /** A backup with a directory and a manifest of its own, of which nothing tells the dataset. */
    public StoredBackup(
            String id,
            Kind kind,
            SnapshotId snapshot,
            Optional<SnapshotId> base,
            List<SnapshotId> between,
            long rawBytes,
            long storedBytes,
            int volumes) {
        this(id, kind, snapshot, base, between, rawBytes, storedBytes, volumes, Layout.NATIVE, 0, 0);
    }

    /** What backups take in the repository, in bytes; {@link Long#MAX_VALUE} where that is not enough to tell. */
    public static long storedBytesOf(Collection<StoredBackup> backups) {
        return sum(backups.stream().mapToLong(StoredBackup::storedBytes));
    }

    /** The bytes of backups' streams; {@link Long#MAX_VALUE} where that is not enough to tell. */
    public static long rawBytesOf(Collection<StoredBackup> backups) {
        return sum(backups.stream().mapToLong(StoredBackup::rawBytes));
    }

    /** Sizes are what manifests say, which may be anything. */
    private static long sum(LongStream sizes) {
        return sizes.map(size -> Math.max(0, size))
                .reduce(0, (a, b) -> a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b);
    }

    /** The same backup with each snapshot it names replaced. */
    public StoredBackup withSnapshots(UnaryOperator<SnapshotId> other) {
        return new StoredBackup(
                id,
                kind,
                other.apply(snapshot),
                base.map(other),
                between.stream().map(other).toList(),
                rawBytes,
                storedBytes,
                volumes,
                layout,
                datasetGuid,
                sequence);
    }

    /** All snapshots it names: its base, those between, and the one it leads to. */
    public Stream<SnapshotId> snapshots() {
        return Stream.of(base.stream(), between.stream(), Stream.of(snapshot)).flatMap(ids -> ids);
    }

    /** The snapshots that it brings: those between, and the one it leads to; oldest first. */
    public List<SnapshotId> brings() {
        return Stream.concat(between.stream(), Stream.of(snapshot)).toList();
    }

    /** Whether nothing tells what is in it: no manifest, no hash. Only reading it does, and nobody may have read it. */
    public boolean unverified() {
        return !layout.manifests();
    }
}

package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.DatasetType;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.protocol.Compression;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Manifests for tests: snapshots are named by letters, whose guids follow from them. */
public final class Manifests {

    /** The identity of the repository that they belong to. */
    public static final String REPOSITORY = "0123456789ab";

    private Manifests() {}

    /** Makes a folder, which need not be there, the repository that they belong to. */
    public static void initialize(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve(RootFile.NAME), RootFile.text(REPOSITORY));
    }

    /** A snapshot by its name. */
    public static SnapshotId id(String name) {
        return new SnapshotId(name, -1000L + name.hashCode(), name.hashCode(), Instant.parse("2019-08-06T02:00:00Z"));
    }

    /** A full backup of one volume. */
    public static Manifest full(String dataset, String snapshot, long raw, long stored) {
        return manifest(dataset, Optional.empty(), snapshot, List.of(volume(1, raw, stored)));
    }

    /** An incremental backup of one volume. */
    public static Manifest incremental(String dataset, String base, String snapshot, long raw, long stored) {
        return manifest(dataset, Optional.of(id(base)), snapshot, List.of(volume(1, raw, stored)));
    }

    /** The same without encryption. */
    public static Manifest unencrypted(Manifest manifest) {
        return new Manifest(
                manifest.formatVersion(),
                manifest.repository(),
                manifest.dataset(),
                manifest.datasetGuid(),
                manifest.datasetType(),
                manifest.kind(),
                manifest.snapshot(),
                manifest.base(),
                manifest.between(),
                manifest.origin(),
                manifest.stream(),
                manifest.sendFlags(),
                manifest.rawBytes(),
                manifest.storedBytes(),
                manifest.compression(),
                Optional.empty(),
                manifest.signer(),
                manifest.volumes().stream().map(Manifests::unencrypted).toList(),
                manifest.sequence(),
                manifest.run(),
                manifest.created(),
                manifest.software(),
                manifest.recovery(),
                manifest.other());
    }

    private static Manifest.Volume unencrypted(Manifest.Volume volume) {
        return new Manifest.Volume(
                volume.name().replaceFirst("\\.gpg$", ""),
                volume.rawBytes(),
                volume.rawSha256(),
                volume.storedBytes(),
                volume.storedSha256());
    }

    /** The same, of another dataset, and published in another place. */
    static Manifest of(long dataset, long sequence, Manifest manifest) {
        return new Manifest(
                manifest.formatVersion(),
                manifest.repository(),
                manifest.dataset(),
                dataset,
                manifest.datasetType(),
                manifest.kind(),
                manifest.snapshot(),
                manifest.base(),
                manifest.between(),
                manifest.origin(),
                manifest.stream(),
                manifest.sendFlags(),
                manifest.rawBytes(),
                manifest.storedBytes(),
                manifest.compression(),
                manifest.encryption(),
                manifest.signer(),
                manifest.volumes(),
                sequence,
                manifest.run(),
                manifest.created(),
                manifest.software(),
                manifest.recovery(),
                manifest.other());
    }

    /** A volume with this number. */
    public static Manifest.Volume volume(int number, long raw, long stored) {
        return new Manifest.Volume(
                String.format("%05d.zfs.zst.gpg", number), raw, "ab".repeat(32), stored, "cd".repeat(32));
    }

    /** A full backup of these volumes. */
    public static Manifest manifest(String dataset, String snapshot, List<Manifest.Volume> volumes) {
        return manifest(dataset, Optional.empty(), snapshot, volumes);
    }

    static Manifest manifest(
            String dataset, Optional<SnapshotId> base, String snapshot, List<Manifest.Volume> volumes) {
        return new Manifest(
                Manifest.FORMAT_VERSION,
                REPOSITORY,
                dataset,
                42,
                DatasetType.FILESYSTEM,
                base.isPresent() ? Kind.INCREMENTAL : Kind.FULL,
                id(snapshot),
                base,
                List.of(),
                Optional.of("tank/origin@x"),
                new Manifest.Stream(
                        id(snapshot).guid(),
                        base.map(SnapshotId::guid).orElse(0L),
                        dataset + "@" + snapshot,
                        List.of("lz4")),
                List.of("-L"),
                volumes.stream().mapToLong(Manifest.Volume::rawBytes).sum(),
                volumes.stream().mapToLong(Manifest.Volume::storedBytes).sum(),
                Compression.DEFAULT,
                Optional.of(new Manifest.Encryption(List.of("AB".repeat(20)))),
                Optional.of("CD".repeat(20)),
                volumes,
                1,
                "run-1",
                Instant.parse("2019-08-06T03:00:00Z"),
                Map.of("engine", "1.0", "zfs", "2.1"),
                List.of("cd x", "zfs receive"),
                Map.of());
    }
}

package io.jenkins.plugins.zfsbackup.engine.model;

import io.jenkins.plugins.zfsbackup.engine.protocol.Compression;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import io.jenkins.plugins.zfsbackup.engine.protocol.Layout;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a repository knows of one backup; {@code docs/format.md} and its JSON Schema are the reference.
 *
 * @param formatVersion {@code major.minor}; an unknown major version is refused, unknown fields are kept
 * @param repository identity of the repository that it was made for, 12 hexadecimal digits
 * @param dataset name of the dataset the stream was made from
 * @param datasetGuid the dataset's guid
 * @param datasetType filesystem or zvol
 * @param kind what the stream needs
 * @param snapshot the snapshot it leads to
 * @param base the snapshot it builds on
 * @param between the snapshots of a package between the two, oldest first
 * @param origin for a clone, the snapshot it was cloned from
 * @param stream what the stream says of itself
 * @param sendFlags the options {@code zfs send} was run with
 * @param rawBytes of the whole stream
 * @param storedBytes of all volumes
 * @param compression of each volume
 * @param encryption whom the volumes are encrypted to; empty if they are not encrypted
 * @param signer fingerprint of the key that signed the manifest and the volumes
 * @param volumes in the order of the stream
 * @param sequence its place in the order in which the dataset's backups were published: 1, or more than that of any
 *     that was there; at most {@value #LAST_SEQUENCE}
 * @param run identifies the run that made it
 * @param created when it was published, UTC
 * @param software versions of engine, zfs and pool, by name
 * @param recovery the command line that restores it with stock tools
 * @param other fields of later minor versions, kept as they are
 */
public record Manifest(
        String formatVersion,
        String repository,
        String dataset,
        long datasetGuid,
        DatasetType datasetType,
        Kind kind,
        SnapshotId snapshot,
        Optional<SnapshotId> base,
        List<SnapshotId> between,
        Optional<String> origin,
        Stream stream,
        List<String> sendFlags,
        long rawBytes,
        long storedBytes,
        Compression compression,
        Optional<Encryption> encryption,
        Optional<String> signer,
        List<Volume> volumes,
        long sequence,
        String run,
        Instant created,
        Map<String, String> software,
        List<String> recovery,
        Map<String, Object> other) {

    /** The format this engine writes. */
    public static final String FORMAT_VERSION = "1.0";

    /**
     * Volumes that a backup may have: room for a stream of 15 TiB. Readers take no more, and so writers make no more.
     */
    public static final int MOST_VOLUMES = 200_000;

    /** Snapshots that a package may have between its base and its snapshot. */
    public static final int MOST_BETWEEN = 100_000;

    /** More than any repository will have; what says more is damaged or forged. */
    public static final long LAST_SEQUENCE = 1_000_000_000;

    public Manifest {
        between = List.copyOf(between);
        sendFlags = List.copyOf(sendFlags);
        volumes = List.copyOf(volumes);
        software = Map.copyOf(software);
        recovery = List.copyOf(recovery);
    }

    /**
     * What the stream says of itself.
     *
     * @param toGuid guid of the snapshot it leads to
     * @param fromGuid guid of the snapshot it builds on; 0 for a full stream
     * @param toName name of the snapshot it leads to, as the stream has it
     * @param features names of the stream's feature flags
     */
    public record Stream(long toGuid, long fromGuid, String toName, List<String> features) {
        public Stream {
            features = List.copyOf(features);
        }
    }

    /**
     * Whom the volumes are encrypted to.
     *
     * @param recipients fingerprints of the recipients' keys, upper-case hexadecimal
     */
    public record Encryption(List<String> recipients) {
        public Encryption {
            recipients = List.copyOf(recipients);
        }
    }

    /**
     * One stored file.
     *
     * @param name of the file in the backup's directory
     * @param rawBytes of the stream that are in it
     * @param rawSha256 of those bytes, lower-case hexadecimal
     * @param storedBytes of the file
     * @param storedSha256 of the file, lower-case hexadecimal
     */
    public record Volume(String name, long rawBytes, String rawSha256, long storedBytes, String storedSha256) {

        /** The most raw bytes of a volume; writers today make them of 64 MiB at most. */
        public static final long LARGEST_RAW = 1L << 30;

        /**
         * The most bytes of a stored file: its raw bytes, and what compression that fails and encryption to many add to
         * them.
         */
        public static long largestStored(long rawBytes) {
            return rawBytes + rawBytes / 16 + (1 << 20);
        }
    }

    /** This backup as planning sees it, under the given directory name. */
    public StoredBackup summary(String id) {
        return new StoredBackup(
                id,
                kind,
                snapshot,
                base,
                between,
                rawBytes,
                storedBytes,
                volumes.size(),
                Layout.NATIVE,
                datasetGuid,
                sequence);
    }
}

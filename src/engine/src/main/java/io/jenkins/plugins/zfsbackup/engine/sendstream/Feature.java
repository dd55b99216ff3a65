package io.jenkins.plugins.zfsbackup.engine.sendstream;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The features that a stream requires of the receiving ZFS: the feature flags of its BEGIN record
 * ({@code DMU_BACKUP_FEATURE_*} in OpenZFS' {@code zfs_ioctl.h}).
 */
public enum Feature {
    /** Has WRITE_BYREF records. Made by {@code zfs send -D}; OpenZFS 2.0 and later do not receive it. */
    DEDUP(0),
    /** Its WRITE records contain checksums that are suitable for finding duplicates. */
    DEDUPPROPS(1),
    /** System attributes and spill blocks. */
    SA_SPILL(2),
    /** WRITE_EMBEDDED records: {@code zfs send -e}. */
    EMBED_DATA(16),
    /** LZ4-compressed blocks. */
    LZ4(17),
    /** Blocks of more than 128 KiB: {@code zfs send -L}. */
    LARGE_BLOCKS(19),
    /** Continues an interrupted receive: {@code zfs send -t}. */
    RESUMING(20),
    /** Does not contain redacted blocks. */
    REDACTED(21),
    /** Blocks as compressed on disk: {@code zfs send -c}. */
    COMPRESSED(22),
    /** Dnodes of more than 512 bytes. */
    LARGE_DNODE(23),
    /** Blocks as encrypted on disk: {@code zfs send -w}. */
    RAW(24),
    /** Zstandard-compressed blocks. */
    ZSTD(25),
    /** The package contains the holds of the snapshots: {@code zfs send -h}. */
    HOLDS(26),
    /** Blocks may be larger than those of the stream that this one builds on. */
    SWITCH_TO_LARGE_BLOCKS(27),
    /** File names of more than 255 bytes. */
    LONGNAME(28),
    /** Micro-ZAPs of more than 128 KiB. */
    LARGE_MICROZAP(29);

    /** Why a stream with references to earlier blocks is refused. */
    static final String DEDUPLICATED =
            "it is deduplicated, which OpenZFS takes no more since 2.0 (zstream redup makes it one that it takes)";

    private static final String REST =
            "it is only the rest of a stream, made by zfs send -t to carry on a receive that was interrupted";

    private static final long KNOWN = bits(EnumSet.allOf(Feature.class));

    private final long bit;

    Feature(int number) {
        this.bit = 1L << number;
    }

    /** The flag of this feature in a BEGIN record. */
    long flag() {
        return bit;
    }

    /** The name in manifests, such as {@code large_blocks}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The features of these flags. Unknown flags are ignored. */
    static Set<Feature> of(long flags) {
        EnumSet<Feature> features = EnumSet.noneOf(Feature.class);
        for (Feature feature : values()) {
            if ((flags & feature.bit) != 0) {
                features.add(feature);
            }
        }
        return Collections.unmodifiableSet(features);
    }

    /**
     * Why current versions of {@code zfs receive} do not accept a stream with these features; empty if they may accept
     * it.
     */
    static Optional<String> objection(Set<Feature> features) {
        if (features.contains(RESUMING)) {
            return Optional.of(REST);
        }
        return features.contains(DEDUP) || features.contains(DEDUPPROPS) ? Optional.of(DEDUPLICATED) : Optional.empty();
    }

    /** As {@link #objection(Set)}, for features by their {@link #label() labels}. Unknown labels are ignored. */
    public static Optional<String> objection(Collection<String> labels) {
        EnumSet<Feature> features = EnumSet.noneOf(Feature.class);
        for (Feature feature : values()) {
            if (labels.contains(feature.label())) {
                features.add(feature);
            }
        }
        return objection(features);
    }

    /** The flags that belong to no known feature. */
    static long unknown(long flags) {
        return flags & ~KNOWN;
    }

    private static long bits(Set<Feature> features) {
        return features.stream().mapToLong(feature -> feature.bit).reduce(0, (some, bit) -> some | bit);
    }
}

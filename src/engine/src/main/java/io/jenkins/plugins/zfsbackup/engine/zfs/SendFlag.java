package io.jenkins.plugins.zfsbackup.engine.zfs;

/** How {@code zfs send} may write a stream, see zfs-send(8). */
public enum SendFlag {
    /** Blocks over 128 KiB as they are. Once used for a dataset, its later streams need it as well. */
    LARGE_BLOCKS('L'),
    /** Compressed blocks as they stand on disk, without decompressing them. */
    COMPRESSED('c'),
    /** Tiny blocks embedded in their pointers as they are. */
    EMBEDDED('e'),
    /** Encrypted blocks as they stand on disk: needs no key, and implies the three others. */
    RAW('w');

    private final char letter;

    SendFlag(char letter) {
        this.letter = letter;
    }

    /** As {@code zfs send} takes it, such as {@code -L}. */
    public String option() {
        return "-" + letter;
    }

    char letter() {
        return letter;
    }
}

package io.jenkins.plugins.zfsbackup.engine.zfs;

/** The options of {@code zfs send} for the form of a stream, see zfs-send(8). */
public enum SendFlag {
    /** Blocks of more than 128 KiB are not split. Once used for a dataset, its later streams need it as well. */
    LARGE_BLOCKS('L'),
    /** Compressed blocks are sent as they are on disk, without decompressing them. */
    COMPRESSED('c'),
    /** Tiny blocks that are embedded in their pointers are sent embedded. */
    EMBEDDED('e'),
    /** Encrypted blocks are sent as they are on disk. Needs no key, and implies the three others. */
    RAW('w');

    private final char letter;

    SendFlag(char letter) {
        this.letter = letter;
    }

    /** The option of {@code zfs send}, such as {@code -L}. */
    public String option() {
        return "-" + letter;
    }

    char letter() {
        return letter;
    }
}

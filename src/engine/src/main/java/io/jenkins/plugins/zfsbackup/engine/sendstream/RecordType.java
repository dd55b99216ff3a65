package io.jenkins.plugins.zfsbackup.engine.sendstream;

/**
 * The types of records in a send stream, in the order of their numbers ({@code drr_type} in OpenZFS'
 * {@code zfs_ioctl.h}). Each has the longest payload that a sender can have a reason to write.
 */
enum RecordType {
    /** Starts a stream; its payload is a packed nvlist, which dmu_recv.c limits to 256 MiB. */
    BEGIN(1 << 28),
    /** A dnode; its payload is the bonus buffer, which lies within a dnode of at most 16 KiB. */
    OBJECT(1 << 14),
    FREEOBJECTS(0),
    /** A data block, at most SPA_MAXBLOCKSIZE. */
    WRITE(1 << 24),
    FREE(0),
    END(0),
    WRITE_BYREF(0),
    /** A spill block, at most SPA_MAXBLOCKSIZE. */
    SPILL(1 << 24),
    /** A block that fits into its block pointer: at most BPE_PAYLOAD_SIZE. */
    WRITE_EMBEDDED(112),
    OBJECT_RANGE(0),
    REDACT(0);

    private static final RecordType[] BY_NUMBER = values();

    private final int longestPayload;

    RecordType(int longestPayload) {
        this.longestPayload = longestPayload;
    }

    static boolean knows(int number) {
        return number >= 0 && number < BY_NUMBER.length;
    }

    static RecordType numbered(int number) {
        return BY_NUMBER[number];
    }

    /** The record type of this number, known or not, for messages. */
    static String describe(int number) {
        return knows(number) ? numbered(number).name() : "unknown type " + Integer.toUnsignedString(number);
    }

    /** The longest payload in bytes. */
    int longestPayload() {
        return longestPayload;
    }
}

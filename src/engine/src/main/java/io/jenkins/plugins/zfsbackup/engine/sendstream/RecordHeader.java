package io.jenkins.plugins.zfsbackup.engine.sendstream;

import io.jenkins.plugins.zfsbackup.engine.model.Creation;
import io.jenkins.plugins.zfsbackup.engine.model.DatasetType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The fixed part of a record, {@code dmu_replay_record_t} in OpenZFS' {@code zfs_ioctl.h}. It is assembled from pieces
 * and then read field by field in the byte order of the sender. A reader reuses one object, so that reading a stream
 * allocates no memory.
 */
final class RecordHeader {

    static final int BYTES = 312;

    /** The offset at which each record except BEGIN has room for the checksum of everything before that offset. */
    static final int CHECKSUM = BYTES - Fletcher4.BYTES;

    /** The offset at which END contains the checksum of everything before END. */
    static final int END_CHECKSUM = 8;

    static final int END_TO_GUID = END_CHECKSUM + Fletcher4.BYTES;

    /** DMU_SUBSTREAM: the header of a snapshot's stream. */
    static final int SINGLE_STREAM = 1;

    /** DMU_COMPOUNDSTREAM: the header of a package. */
    static final int PACKAGE = 2;

    /** DMU_BACKUP_MAGIC. */
    private static final long MAGIC = 0x2F5bacbacL;

    /** DRR_FLAG_CLONE. */
    private static final int FLAG_CLONE = 1;

    private static final int TO_NAME = 56;

    private static final VarHandle LITTLE_INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG_INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LITTLE_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG_LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes = new byte[BYTES];
    private int gathered;
    private boolean bigEndian;

    /** Copies as many of the missing bytes as the buffer contains. Returns the number of bytes that were copied. */
    int gather(byte[] buffer, int offset, int length) {
        int taken = Math.min(BYTES - gathered, length);
        System.arraycopy(buffer, offset, bytes, gathered, taken);
        gathered += taken;
        return taken;
    }

    boolean complete() {
        return gathered == BYTES;
    }

    boolean empty() {
        return gathered == 0;
    }

    /** Prepares for the next record. */
    void clear() {
        gathered = 0;
    }

    /**
     * Detects the byte order of the sender from the magic number of a BEGIN record. Returns whether it has that number.
     */
    boolean recogniseByteOrder() {
        bigEndian = (long) BIG_LONG.get(bytes, 8) == MAGIC;
        return bigEndian || (long) LITTLE_LONG.get(bytes, 8) == MAGIC;
    }

    ByteOrder byteOrder() {
        return bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    int type() {
        return int32(0);
    }

    /**
     * The number of bytes that follow the header, according to the record, an unsigned number. See
     * {@code DRR_OBJECT_PAYLOAD_SIZE} and similar macros in {@code zfs_ioctl.h}.
     */
    long payloadLength(RecordType type) {
        return switch (type) {
            case BEGIN -> unsigned(int32(4));
            case OBJECT -> {
                int rawBonus = int32(36);
                yield rawBonus != 0 ? unsigned(rawBonus) : roundedUp(unsigned(int32(28)));
            }
            case WRITE -> bytes[50] != 0 ? int64(96) : int64(32);
            case SPILL -> int64(40) != 0 ? int64(40) : int64(16);
            case WRITE_EMBEDDED -> roundedUp(unsigned(int32(52)));
            case FREEOBJECTS, FREE, END, WRITE_BYREF, OBJECT_RANGE, REDACT -> 0;
        };
    }

    boolean isEnd() {
        return type() == RecordType.END.ordinal();
    }

    /** The header type of a BEGIN record: {@link #SINGLE_STREAM} or {@link #PACKAGE}; other numbers have no meaning. */
    int headerType() {
        return (int) versionInfo() & 3;
    }

    /** The feature flags of a BEGIN record. */
    long features() {
        return versionInfo() >>> 2;
    }

    /** The creation time in a BEGIN record, in seconds since 1970. */
    long created() {
        return int64(24);
    }

    /** The name in a BEGIN record, up to the NUL, or the whole field if there is none. */
    String toName() {
        int end = TO_NAME;
        while (end < BYTES && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, TO_NAME, end - TO_NAME, StandardCharsets.UTF_8);
    }

    /** The contents of a BEGIN record. */
    Begin begin() {
        return new Begin(
                int64(40),
                int64(48),
                toName(),
                Creation.at(created()),
                datasetType(),
                (int32(36) & FLAG_CLONE) != 0,
                Feature.of(features()),
                versionInfo(),
                byteOrder());
    }

    /** The guid in an END record, of the snapshot that the stream leads to. */
    long endToGuid() {
        return int64(END_TO_GUID);
    }

    /** Whether the record contains a checksum. Records from 2010 contain zeros there. */
    boolean carriesChecksum() {
        return !zero(CHECKSUM, BYTES);
    }

    /** Whether an END record contains only zeros from the given offset on, except for its type and checksum. */
    boolean unusedFrom(int endOfFields) {
        return zero(4, 8) && zero(endOfFields, CHECKSUM);
    }

    /** Adds a part of the header to a checksum. */
    void addTo(Fletcher4 checksum, int from, int to) {
        checksum.update(bytes, from, to - from);
    }

    /** The byte at an offset, as an unsigned number. */
    int int8(int offset) {
        return bytes[offset] & 0xff;
    }

    /** The four-byte field at an offset. */
    int int32(int offset) {
        return bigEndian ? (int) BIG_INT.get(bytes, offset) : (int) LITTLE_INT.get(bytes, offset);
    }

    /** The eight-byte field at an offset. */
    long int64(int offset) {
        return bigEndian ? (long) BIG_LONG.get(bytes, offset) : (long) LITTLE_LONG.get(bytes, offset);
    }

    private long versionInfo() {
        return int64(16);
    }

    /** See {@code dmu_objset_type_t} in OpenZFS' {@code include/sys/fs/zfs.h}. */
    private Optional<DatasetType> datasetType() {
        return switch (int32(32)) {
            case 2 -> Optional.of(DatasetType.FILESYSTEM);
            case 3 -> Optional.of(DatasetType.VOLUME);
            default -> Optional.empty();
        };
    }

    private boolean zero(int from, int to) {
        for (int at = from; at < to; at++) {
            if (bytes[at] != 0) {
                return false;
            }
        }
        return true;
    }

    private static long unsigned(int value) {
        return Integer.toUnsignedLong(value);
    }

    private static long roundedUp(long length) {
        return (length + 7) & -8;
    }
}

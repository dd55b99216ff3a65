package io.jenkins.plugins.zfsbackup.engine.sendstream;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Makes send streams record by record, with checksums of its own reckoning. Field offsets are counted from the start of
 * the 312-byte record, as in OpenZFS' {@code zfs_ioctl.h}.
 */
final class StreamBuilder {

    static final int SINGLE = 1;
    static final int PACKAGE = 2;
    static final long TO = 0x8000_0000_0000_0b0bL;
    static final long FROM = 0xa0a;

    private static final int RECORD = 312;
    private static final int RECORD_CHECKSUM = 280;

    private final ByteArrayOutputStream stream = new ByteArrayOutputStream();
    private final List<Integer> recordStarts = new ArrayList<>();
    private final ByteOrder order;
    private final boolean checksums;
    private long toGuid;
    private long[] sums = new long[4];

    private StreamBuilder(ByteOrder order, boolean checksums) {
        this.order = order;
        this.checksums = checksums;
    }

    /** Streams as OpenZFS makes them now: with a checksum in each record. */
    static StreamBuilder current(ByteOrder order) {
        return new StreamBuilder(order, true);
    }

    /** Streams as of 2010: with a checksum in END alone. */
    static StreamBuilder old(ByteOrder order) {
        return new StreamBuilder(order, false);
    }

    StreamBuilder begin() {
        return begin(SINGLE, TO, FROM, "tank/a@b", new byte[0]);
    }

    StreamBuilder packageHead(byte[] nvlist) {
        return begin(PACKAGE, 0, 0, "tank/a@b", nvlist);
    }

    StreamBuilder begin(long versionInfo, long to, long from, String name, byte[] payload) {
        return begin(
                record -> {
                    record.putInt(4, payload.length);
                    record.putLong(16, versionInfo);
                    record.putLong(24, 1_400_000_000L);
                    record.putInt(32, versionInfo == PACKAGE ? 0 : 2);
                    record.putLong(40, to);
                    record.putLong(48, from);
                    record.put(56, name.getBytes(StandardCharsets.UTF_8));
                },
                payload);
    }

    StreamBuilder begin(Consumer<ByteBuffer> fields, byte[] payload) {
        sums = new long[4];
        ByteBuffer record = ByteBuffer.allocate(RECORD).order(order);
        record.putLong(8, 0x2F5bacbacL);
        fields.accept(record);
        toGuid = record.getLong(40);
        sum(record.array(), 0, RECORD);
        return append(record, payload);
    }

    StreamBuilder object(int bonusLength, int rawBonusLength, int payload) {
        return record(
                1, record -> record.putLong(8, 7).putInt(28, bonusLength).putInt(36, rawBonusLength), bytes(payload));
    }

    StreamBuilder freeObjects() {
        return record(2, record -> record.putLong(8, 5).putLong(16, 6), bytes(0));
    }

    StreamBuilder write(byte[] block) {
        return record(3, record -> record.putLong(8, 7).putLong(32, block.length), block);
    }

    StreamBuilder compressedWrite(int logicalSize, int payload) {
        return record(
                3,
                record -> record.putLong(8, 7)
                        .putLong(32, logicalSize)
                        .put(50, (byte) 15)
                        .putLong(96, payload),
                bytes(payload));
    }

    StreamBuilder free() {
        return record(4, record -> record.putLong(8, 7).putLong(24, -1), bytes(0));
    }

    StreamBuilder writeByReference() {
        return record(6, record -> record.putLong(8, 8).putLong(24, 4096), bytes(0));
    }

    StreamBuilder spill(int length, int compressedSize, int payload) {
        return record(7, record -> record.putLong(16, length).putLong(40, compressedSize), bytes(payload));
    }

    StreamBuilder embedded(int physicalSize, int payload) {
        return record(8, record -> record.putLong(24, 512).putInt(48, 512).putInt(52, physicalSize), bytes(payload));
    }

    StreamBuilder objectRange() {
        return record(9, record -> record.putLong(16, 32), bytes(0));
    }

    StreamBuilder redact() {
        return record(10, record -> record.putLong(8, 7), bytes(0));
    }

    /** Any record but BEGIN. */
    StreamBuilder record(int type, Consumer<ByteBuffer> fields, byte[] payload) {
        ByteBuffer record = ByteBuffer.allocate(RECORD).order(order);
        record.putInt(0, type);
        fields.accept(record);
        sum(record.array(), 0, RECORD_CHECKSUM);
        if (checksums) {
            put(record, RECORD_CHECKSUM);
        }
        sum(record.array(), RECORD_CHECKSUM, RECORD);
        return append(record, payload);
    }

    StreamBuilder end() {
        long[] before = sums.clone();
        return record(
                5,
                record -> {
                    put(record, 8, before);
                    record.putLong(40, toGuid);
                },
                bytes(0));
    }

    /** The END of a package's head, which no version of ZFS gives a checksum of its own. */
    StreamBuilder packageHeadEnd() {
        ByteBuffer record = ByteBuffer.allocate(RECORD).order(order);
        record.putInt(0, 5);
        put(record, 8);
        return append(record, bytes(0));
    }

    /** The last END of a package, all zeros. */
    StreamBuilder packageEnd() {
        return append(ByteBuffer.allocate(RECORD).order(order).putInt(0, 5), bytes(0));
    }

    StreamBuilder raw(byte[] bytes) {
        stream.writeBytes(bytes);
        return this;
    }

    byte[] build() {
        return stream.toByteArray();
    }

    /** Where each record starts. */
    List<Integer> recordStarts() {
        return recordStarts;
    }

    /** That many bytes, none of them zero and no two words alike. */
    static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; at++) {
            bytes[at] = (byte) (at * 31 % 251 + 1);
        }
        return bytes;
    }

    private StreamBuilder append(ByteBuffer record, byte[] payload) {
        recordStarts.add(stream.size());
        stream.writeBytes(record.array());
        sum(payload, 0, payload.length);
        stream.writeBytes(payload);
        return this;
    }

    private void put(ByteBuffer record, int offset) {
        put(record, offset, sums);
    }

    private static void put(ByteBuffer record, int offset, long[] values) {
        for (int word = 0; word < values.length; word++) {
            record.putLong(offset + word * Long.BYTES, values[word]);
        }
    }

    private void sum(byte[] bytes, int from, int to) {
        ByteBuffer words = ByteBuffer.wrap(bytes, from, to - from).order(order);
        while (words.remaining() >= Integer.BYTES) {
            sums[0] += Integer.toUnsignedLong(words.getInt());
            sums[1] += sums[0];
            sums[2] += sums[1];
            sums[3] += sums[2];
        }
    }
}

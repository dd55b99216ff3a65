package io.jenkins.plugins.zfsbackup.engine.sendstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams that are whole and that {@code zfs receive} refuses all the same. */
class ReceiveRulesTest {

    private static final int SPILL_BLOCKS = 1 << 3;

    private static StreamBuilder begun(ByteOrder order, Feature... features) {
        return begun(order, new byte[0], features);
    }

    private static StreamBuilder begun(ByteOrder order, byte[] payload, Feature... features) {
        long flags = Arrays.stream(features).mapToLong(Feature::flag).sum();
        return StreamBuilder.current(order)
                .begin(
                        record -> {
                            record.putInt(4, payload.length);
                            record.putLong(16, flags << 2 | StreamBuilder.SINGLE);
                            record.putLong(24, 1_400_000_000L);
                            record.putInt(32, 2).putInt(36, SPILL_BLOCKS);
                            record.putLong(40, StreamBuilder.TO);
                            record.put(56, "tank/a@b".getBytes(StandardCharsets.UTF_8));
                        },
                        payload);
    }

    private static SendStream read(StreamBuilder stream) throws IntegrityException {
        return Streams.read(stream.build());
    }

    /** Records as senders make them, of which a test changes one field. */
    private enum Record {
        OBJECT(
                1,
                0,
                record -> record.putLong(8, 7)
                        .putInt(16, 19)
                        .putInt(20, 17)
                        .putInt(24, 131072)
                        .putInt(28, 264)
                        .put(34, (byte) 1)),
        FREEOBJECTS(2, 0, record -> record.putLong(8, 0).putLong(16, 6)),
        WRITE(
                3,
                512,
                record -> record.putLong(8, 7).putInt(16, 19).putLong(24, 0).putLong(32, 512)),
        FREE(4, 0, record -> record.putLong(8, 7).putLong(16, 512).putLong(24, -1)),
        SPILL(7, 512, record -> record.putLong(8, 7).putLong(16, 512));

        private final int type;
        private final int payload;
        private final Consumer<ByteBuffer> fields;

        Record(int type, int payload, Consumer<ByteBuffer> fields) {
            this.type = type;
            this.payload = payload;
            this.fields = fields;
        }

        void addTo(StreamBuilder stream, Consumer<ByteBuffer> change, int payload) {
            stream.record(type, fields.andThen(change), StreamBuilder.bytes(payload));
        }
    }

    /** One field that is out of its range, in a record that the checksums agree with. */
    enum Lie {
        UNDERSIZED_WRITE(Record.WRITE, record -> record.putLong(32, 256), 256, "a block of 256 bytes, where 512"),
        EMPTY_WRITE(Record.WRITE, record -> record.putLong(32, 0), 0, "a block of 0 bytes"),
        WRITE_WITHOUT_OBJECT(Record.WRITE, record -> record.putLong(8, 0), 512, "the object number 0"),
        WRITE_BEYOND_ALL_OBJECTS(
                Record.WRITE, record -> record.putLong(8, 1L << 48), 512, "the object number 281474976710656"),
        WRITE_BEYOND_ALL_OFFSETS(Record.WRITE, record -> record.putLong(24, -256), 512, "beyond"),
        WRITE_OF_UNKNOWN_TYPE(Record.WRITE, record -> record.putInt(16, 54), 512, "the object type 54"),
        LARGE_WRITE(Record.WRITE, record -> record.putLong(32, 262144), 262144, "without large blocks"),
        COMPRESSED_WRITE(
                Record.WRITE,
                record -> record.put(50, (byte) 15).putLong(96, 64),
                64,
                "a compressed block in a stream without"),
        EMPTY_COMPRESSED_WRITE(Record.WRITE, record -> record.put(50, (byte) 15), 0, "a compressed block of 0 bytes"),
        GROWING_WRITE(
                Record.WRITE, record -> record.put(50, (byte) 15).putLong(96, 1024), 1024, "larger than what is in it"),
        UNDERSIZED_SPILL(Record.SPILL, record -> record.putLong(16, 8), 8, "a spill block of 8 bytes"),
        COMPRESSED_SPILL(Record.SPILL, record -> record.putLong(40, 64), 64, "a stored size of 64 bytes"),
        OBJECT_WITHOUT_TYPE(Record.OBJECT, record -> record.putInt(16, 0), 264, "no type"),
        OBJECT_OF_UNKNOWN_TYPE(Record.OBJECT, record -> record.putInt(16, 0x9F), 264, "the object type 159"),
        UNDERSIZED_BLOCKS(Record.OBJECT, record -> record.putInt(24, 0), 264, "blocks of 0 bytes"),
        CROOKED_BLOCKS(Record.OBJECT, record -> record.putInt(24, 1000), 264, "blocks of 1000 bytes"),
        OVERSIZED_BLOCKS(Record.OBJECT, record -> record.putInt(24, 1 << 25), 264, "blocks of 33554432 bytes"),
        MANY_SLOTS(Record.OBJECT, record -> record.put(34, (byte) 2), 264, "2 slots without large dnodes"),
        TOO_MANY_SLOTS(Record.OBJECT, record -> record.put(34, (byte) 33), 264, "33 slots"),
        LARGE_BONUS(Record.OBJECT, record -> record.putInt(28, 400), 400, "a bonus of 400 bytes, where 320"),
        BONUS_WITHOUT_TYPE(Record.OBJECT, record -> record.putInt(20, 0), 264, "a bonus of type 0"),
        FIELDS_OF_RAW(Record.OBJECT, record -> record.put(49, (byte) 1), 264, "fields of raw streams"),
        FREE_WITHOUT_OBJECT(Record.FREE, record -> record.putLong(8, 0), 0, "the object number 0"),
        FREE_BEYOND_ALL(Record.FREE, record -> record.putLong(16, -8).putLong(24, 16), 0, "beyond"),
        FREEOBJECTS_BEYOND_ALL(
                Record.FREEOBJECTS, record -> record.putLong(8, -8).putLong(16, 16), 0, "beyond");

        private final Record record;
        private final Consumer<ByteBuffer> change;
        private final int payload;
        private final String said;

        Lie(Record record, Consumer<ByteBuffer> change, int payload, String said) {
            this.record = record;
            this.change = change;
            this.payload = payload;
            this.said = said;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRecordThatIsRefusedIsNamed(Lie lie) throws Exception {
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            StreamBuilder stream = begun(order);
            lie.record.addTo(stream, lie.change, lie.payload);

            assertThat(read(stream.end()).objection().orElse("nothing"))
                    .startsWith("record 2 (" + lie.record + ") at offset 312: ")
                    .contains(lie.said);
        }
    }

    @Test
    void recordsAsSendersMakeThemAreNot() throws Exception {
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            StreamBuilder stream = begun(order);
            for (Record record : Record.values()) {
                record.addTo(stream, unchanged -> {}, record == Record.OBJECT ? 264 : record.payload);
            }
            assertThat(read(stream.end()).objection()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "incremental", "package", "properties", "replicated"})
    void realStreamsAreNot(String name) throws Exception {
        assertThat(Streams.read(Streams.real(name)).objection()).isEmpty();
    }

    @Test
    void deduplicatedStreamsAreRefusedByTheirFlagAndByTheirRecords() throws Exception {
        assertThat(Streams.read(Streams.real("deduplicated")).objection().orElseThrow())
                .startsWith("record 1 (BEGIN) at offset 0: it is deduplicated")
                .contains("2.0", "zstream redup");
        assertThat(read(begun(ByteOrder.LITTLE_ENDIAN, Feature.DEDUPPROPS).end())
                        .objection()
                        .orElseThrow())
                .contains("it is deduplicated");
        assertThat(read(begun(ByteOrder.LITTLE_ENDIAN).writeByReference().end())
                        .objection()
                        .orElseThrow())
                .contains("record 2 (WRITE_BYREF) at offset 312: it is deduplicated");
    }

    @Test
    void theRestOfAnInterruptedReceiveIsNotAStreamOfItsOwn() throws Exception {
        assertThat(read(begun(ByteOrder.LITTLE_ENDIAN, Feature.RESUMING).end())
                        .objection()
                        .orElseThrow())
                .contains("it is only the rest of a stream", "zfs send -t");
    }

    @Test
    void aRedactedStreamHasToTellForWhom() throws Exception {
        byte[] told = "\0\0\0\0....redact_snaps....".getBytes(StandardCharsets.ISO_8859_1);
        byte[] other = "\0\0\0\0....other_thing.....".getBytes(StandardCharsets.ISO_8859_1);

        assertThat(read(begun(ByteOrder.LITTLE_ENDIAN, told, Feature.REDACTED)
                                .redact()
                                .end())
                        .objection())
                .isEmpty();
        for (byte[] payload : List.of(other, new byte[0])) {
            for (int piece : new int[] {1, 7, 4096}) {
                byte[] stream = begun(ByteOrder.LITTLE_ENDIAN, payload, Feature.REDACTED)
                        .end()
                        .build();
                assertThat(Streams.read(stream, piece).objection().orElseThrow())
                        .contains("(BEGIN) at offset 0: it is redacted and does not tell for which snapshots");
            }
        }
        assertThat(read(begun(ByteOrder.LITTLE_ENDIAN).redact().end())
                        .objection()
                        .orElseThrow())
                .contains("(REDACT) at offset 312: the stream is not redacted");
    }

    @Test
    void whatOnlyRawStreamsHaveIsRefusedElsewhereAndTheOtherWayRound() throws Exception {
        assertThat(read(begun(ByteOrder.LITTLE_ENDIAN, Feature.RAW)
                                .objectRange()
                                .end())
                        .objection())
                .isEmpty();
        assertThat(read(begun(ByteOrder.LITTLE_ENDIAN).objectRange().end())
                        .objection()
                        .orElseThrow())
                .contains("the stream is not raw");
        assertThat(read(begun(ByteOrder.LITTLE_ENDIAN, Feature.EMBED_DATA, Feature.RAW)
                                .end())
                        .objection()
                        .orElseThrow())
                .contains("it is raw and has embedded data");
        assertThat(read(begun(ByteOrder.LITTLE_ENDIAN).embedded(16, 16).end())
                        .objection()
                        .orElseThrow())
                .contains("without embedded data");
    }
}

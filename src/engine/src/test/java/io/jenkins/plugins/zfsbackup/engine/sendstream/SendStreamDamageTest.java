package io.jenkins.plugins.zfsbackup.engine.sendstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SendStreamDamageTest {

    private static final long[] EXTREMES = {0, 1, 4, 5, 8, 312, 1 << 24, Integer.MAX_VALUE, -1, -8, Long.MIN_VALUE};

    static List<Named<byte[]>> streams() {
        return Streams.small();
    }

    @ParameterizedTest
    @MethodSource("streams")
    void noFlippedBitGoesUnnoticed(byte[] stream) throws Exception {
        Streams.read(stream);
        List<String> unnoticed = new ArrayList<>();

        for (int at = 0; at < stream.length; at++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                stream[at] ^= (byte) (1 << bit);
                if (!refuses(stream)) {
                    unnoticed.add("bit " + bit + " of byte " + at);
                }
                stream[at] ^= (byte) (1 << bit);
            }
        }

        assertThat(unnoticed).isEmpty();
    }

    @Test
    void noFlippedBitInARealStreamGoesUnnoticed() throws Exception {
        byte[] stream = Streams.real("properties");
        Streams.read(stream);
        List<Integer> unnoticed = new ArrayList<>();

        for (int at = 0; at < stream.length; at++) {
            byte bit = (byte) (1 << at % Byte.SIZE);
            stream[at] ^= bit;
            if (!refuses(stream)) {
                unnoticed.add(at);
            }
            stream[at] ^= bit;
        }

        assertThat(unnoticed).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("streams")
    void aCutAnywhereIsNoticed(byte[] stream) throws Exception {
        for (int length = 1; length < stream.length; length++) {
            SendStreamReader reader = new SendStreamReader("reading");
            reader.accept(stream, 0, length);
            long released = reader.releasable();
            assertThatExceptionOfType(IntegrityException.class)
                    .isThrownBy(reader::finish)
                    .withMessageContaining("cut after %s bytes", String.format(Locale.ROOT, "%,d", length));
            assertThat(reader.releasable()).isEqualTo(released).isLessThan(stream.length - 311);
        }
    }

    @Test
    void aCutIsDescribedByRecordAndOffset() {
        byte[] stream = StreamBuilder.current(ByteOrder.LITTLE_ENDIAN)
                .begin()
                .write(StreamBuilder.bytes(4096))
                .end()
                .build();

        assertThat(saidOf(stream, 0)).isEqualTo("the stream is empty");
        assertThat(saidOf(stream, 100)).isEqualTo("cut after 100 bytes, in the header of record 1 at offset 0");
        assertThat(saidOf(stream, 312))
                .isEqualTo("cut after 312 bytes, after record 1 (BEGIN) at offset 0: the last END is missing");
        assertThat(saidOf(stream, 1624))
                .isEqualTo("cut after 1,624 bytes, 1,000 bytes into the 4,096 bytes of payload of record 2 (WRITE)"
                        + " at offset 312");
        assertThat(saidOf(stream, 4721)).isEqualTo("cut after 4,721 bytes, in the header of record 3 at offset 4,720");
    }

    @ParameterizedTest
    @MethodSource("streams")
    void asManyBytesAsAHeaderLeftOutAnywhereAreNoticed(byte[] stream) {
        List<Integer> unnoticed = new ArrayList<>();

        for (int from = 0; from + 312 <= stream.length; from += 4) {
            byte[] shorter = Arrays.copyOf(stream, stream.length - 312);
            System.arraycopy(stream, from + 312, shorter, from, shorter.length - from);
            if (!refuses(shorter)) {
                unnoticed.add(from);
            }
        }

        assertThat(unnoticed).isEmpty();
    }

    /** Whatever comes in, the answer is a description of the stream or a refusal, and nothing else. */
    @Test
    void randomDamageMeetsNothingButRefusal() throws IOException {
        List<byte[]> streams = new ArrayList<>();
        Streams.small().forEach(stream -> streams.add(stream.getPayload()));
        streams.add(Streams.real("deduplicated"));
        streams.add(Streams.real("incremental"));
        Random random = new Random(20140602);

        for (int turn = 0; turn < 20_000; turn++) {
            byte[] stream = damaged(streams.get(random.nextInt(streams.size())), random);
            readInPieces(stream, random);
        }
    }

    /** With right checksums, so that it gets past them to the fields. */
    @Test
    void recordsOfRandomFieldsMeetNothingButRefusal() {
        Random random = new Random(20190806);

        for (int turn = 0; turn < 20_000; turn++) {
            ByteOrder order = random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
            StreamBuilder make = random.nextBoolean() ? StreamBuilder.current(order) : StreamBuilder.old(order);
            make.begin(record -> scramble(record.putLong(16, 1).put(56, (byte) 'a'), 24, random), new byte[0]);
            for (int records = random.nextInt(4); records >= 0; records--) {
                make.record(
                        random.nextInt(12),
                        record -> scramble(record, 4, random),
                        StreamBuilder.bytes(random.nextInt(100) * 4));
            }
            readInPieces(make.end().build(), random);
        }
    }

    private static boolean refuses(byte[] stream) {
        try {
            Streams.read(stream);
            return false;
        } catch (IntegrityException refused) {
            return true;
        }
    }

    private static String saidOf(byte[] stream, int length) {
        try {
            Streams.read(Arrays.copyOf(stream, length));
            return "";
        } catch (IntegrityException refused) {
            return refused.said();
        }
    }

    private static byte[] damaged(byte[] stream, Random random) {
        byte[] damaged = stream.clone();
        for (int times = random.nextInt(3); times >= 0; times--) {
            int at = random.nextInt(Math.max(1, damaged.length - 8));
            switch (random.nextInt(4)) {
                case 0 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> ByteBuffer.wrap(damaged).putLong(at & -8, EXTREMES[random.nextInt(EXTREMES.length)]);
                case 2 -> System.arraycopy(damaged, at, damaged, random.nextInt(at + 1), damaged.length - at);
                default -> damaged = Arrays.copyOf(damaged, at + 16);
            }
        }
        return damaged;
    }

    private static void scramble(ByteBuffer record, int from, Random random) {
        for (int times = random.nextInt(4); times >= 0; times--) {
            int at = from + random.nextInt(8) * 4;
            record.putInt(at, (int) EXTREMES[random.nextInt(EXTREMES.length)]);
        }
    }

    private static void readInPieces(byte[] stream, Random random) {
        SendStreamReader reader = new SendStreamReader("reading");
        try {
            int at = 0;
            while (at < stream.length) {
                int piece = Math.min(1 + random.nextInt(5000), stream.length - at);
                reader.accept(stream, at, piece);
                at += piece;
            }
            assertThat(reader.finish().bytes()).isEqualTo(stream.length);
        } catch (IntegrityException refused) {
            assertThat(refused).hasMessageStartingWith("reading: ");
        }
        assertThat(reader.releasable()).isBetween(0L, (long) stream.length);
    }
}

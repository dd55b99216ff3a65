package io.jenkins.plugins.zfsbackup.engine.sendstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SendStreamPiecesTest {

    private static final int HEADER = 312;

    static List<Named<byte[]>> streams() {
        return Streams.small();
    }

    @ParameterizedTest
    @MethodSource("streams")
    void aStreamIsTheSameWhereverItIsDivided(byte[] stream) throws Exception {
        SendStream whole = Streams.read(stream);

        for (int cut = 0; cut <= stream.length; cut++) {
            SendStreamReader reader = new SendStreamReader("reading");
            reader.accept(stream, 0, cut);
            reader.accept(stream, cut, stream.length - cut);
            assertThat(reader.finish()).isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @MethodSource("streams")
    void aStreamIsTheSameInPiecesOfAnySize(byte[] stream) throws Exception {
        SendStream whole = Streams.read(stream);

        for (int piece = 1; piece <= 700; piece++) {
            assertThat(Streams.read(stream, piece)).isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @MethodSource("streams")
    void theEndOfTheLastSnapshotIsHeldBackUntilTheStreamIsFinished(byte[] stream) throws Exception {
        boolean compound = Streams.read(stream).compound();
        int lastEnd = stream.length - (compound ? 2 : 1) * HEADER;
        Random random = new Random(20140602);

        for (int turn = 0; turn < 200; turn++) {
            SendStreamReader reader = new SendStreamReader("reading");
            int accepted = 0;
            while (accepted < stream.length) {
                int piece = Math.min(random.nextInt(turn % 2 == 0 ? 20 : 900), stream.length - accepted);
                long before = reader.releasable();
                reader.accept(stream, accepted, piece);
                accepted += piece;
                assertThat(reader.releasable())
                        .isBetween(before, (long) Math.min(accepted, lastEnd))
                        .isGreaterThanOrEqualTo(accepted - 2 * HEADER);
            }
            assertThat(reader.releasable()).isEqualTo(lastEnd);
            reader.finish();
            assertThat(reader.releasable()).isEqualTo(stream.length);
        }
    }

    @Test
    void payloadIsReleasedAsItComesAndHeadersWhenTheyAreWhole() throws Exception {
        byte[] stream = StreamBuilder.current(ByteOrder.LITTLE_ENDIAN)
                .begin()
                .write(StreamBuilder.bytes(100))
                .end()
                .build();
        SendStreamReader reader = new SendStreamReader("reading");

        reader.accept(stream, 0, HEADER + HEADER - 1);
        assertThat(reader.releasable()).isEqualTo(HEADER);
        reader.accept(stream, 2 * HEADER - 1, 1);
        assertThat(reader.releasable()).isEqualTo(2 * HEADER);
        reader.accept(stream, 2 * HEADER, 33);
        assertThat(reader.releasable()).isEqualTo(2 * HEADER + 33);
    }

    @Test
    void theEndOfAnEarlierSnapshotIsReleasedOnceAnotherStreamBegins() throws Exception {
        byte[] stream = StreamBuilder.current(ByteOrder.LITTLE_ENDIAN)
                .packageHead(new byte[0])
                .packageHeadEnd()
                .begin()
                .end()
                .begin()
                .end()
                .packageEnd()
                .build();
        SendStreamReader reader = new SendStreamReader("reading");

        reader.accept(stream, 0, 4 * HEADER);
        assertThat(reader.releasable()).isEqualTo(3 * HEADER);
        reader.accept(stream, 4 * HEADER, HEADER);
        assertThat(reader.releasable()).isEqualTo(5 * HEADER);
    }
}

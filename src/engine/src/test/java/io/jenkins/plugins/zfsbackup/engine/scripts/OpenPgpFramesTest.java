package io.jenkins.plugins.zfsbackup.engine.scripts;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OpenPgpFramesTest {

    private static final int PARTIAL_512 = 0xe9;

    /** As gpg writes it from a pipe: a session key, old format; then encrypted data, new format, in parts. */
    private static byte[] message(int... lastLength) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[] {(byte) 0x85, 1, 12});
        bytes.writeBytes(new byte[268]);
        bytes.write(0xd2);
        for (int part = 0; part < 3; part++) {
            bytes.write(PARTIAL_512);
            bytes.writeBytes(new byte[512]);
        }
        for (int octet : lastLength) {
            bytes.write(octet);
        }
        return bytes.toByteArray();
    }

    private static byte[] with(byte[] start, int more) {
        return Arrays.copyOf(start, start.length + more);
    }

    private static void walk(byte[] message, int length) throws IOException {
        OpenPgpFrames.walk(new ByteArrayInputStream(message, 0, length));
    }

    /** With a last length of each form: of one, two and five octets. */
    static List<byte[]> whole() {
        return List.of(
                with(message(100), 100),
                message(0),
                with(message(192, 8), 200),
                with(message(0xff, 0, 0, 1, 0x90), 400));
    }

    @ParameterizedTest
    @MethodSource("whole")
    void everyCutOfAMessageIsFoundAndTheWholeOneIsGood(byte[] message) throws IOException {
        walk(message, message.length);
        for (int length = 0; length < message.length; length++) {
            int cut = length;
            assertThatThrownBy(() -> walk(message, cut)).as("cut at %d", cut).isInstanceOf(IOException.class);
        }
    }

    @Test
    void somethingBehindTheMessageIsNotPassedOver() {
        byte[] message = whole().get(0);
        byte[] twice = Arrays.copyOf(message, 2 * message.length);
        System.arraycopy(message, 0, twice, message.length, message.length);

        assertThatThrownBy(() -> walk(twice, twice.length)).hasMessageContaining("behind");
        assertThatThrownBy(() -> walk(with(message, 1), message.length + 1)).hasMessageContaining("no OpenPGP packet");
    }

    @Test
    void packetsThatMayBePassedOverAre() throws IOException {
        byte[] message = whole().get(0);
        byte[] behind = with(message, 3);
        behind[message.length] = (byte) 0xef;
        behind[message.length + 1] = 1;
        byte[] before = new byte[message.length + 3];
        System.arraycopy(behind, message.length, before, 0, 3);
        System.arraycopy(message, 0, before, 3, message.length);

        walk(before, before.length);
        assertThatThrownBy(() -> walk(behind, behind.length)).hasMessageContaining("type 47");
    }

    @Test
    void textAndStreamsAreNoMessages() {
        assertThatThrownBy(() -> walk("hello".getBytes(), 5)).hasMessageContaining("no OpenPGP packet");
    }
}

package io.jenkins.plugins.zfsbackup.engine.openpgp;

import static io.jenkins.plugins.zfsbackup.engine.openpgp.KeyMaker.joined;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bouncycastle.bcpg.CompressionAlgorithmTags;
import org.bouncycastle.bcpg.PacketTags;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.openpgp.PGPCompressedDataGenerator;
import org.bouncycastle.openpgp.PGPEncryptedDataGenerator;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.operator.bc.BcPGPDataEncryptorBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyKeyEncryptionMethodGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that are made to use up memory or time: they are refused when they have used up a little. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class HostileMessagesTest {

    private static final Instant NOW = Instant.parse("2025-06-01T12:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final byte[] DATA = "what is in the backup".getBytes(StandardCharsets.UTF_8);
    private static final KeyMaker KEY = KeyMaker.usual("Archive <archive@example.org>", NOW.minusSeconds(60));

    private static byte[] decrypt(byte[] message) throws IOException {
        DecryptionKeys keys = DecryptionKeys.read(List.of(KEY.secretKey()), Optional.empty());
        try (DecryptedMessage in =
                new Decryption(keys, Verification.none()).decrypt(new ByteArrayInputStream(message))) {
            return in.readAllBytes();
        }
    }

    private static byte[] encrypted(byte[] inside) throws IOException {
        try {
            PGPEncryptedDataGenerator envelope = new PGPEncryptedDataGenerator(
                    new BcPGPDataEncryptorBuilder(SymmetricKeyAlgorithmTags.AES_256).setWithIntegrityPacket(true));
            Recipients.read(List.of(KEY.publicKey()), CLOCK)
                    .all()
                    .forEach(recipient ->
                            envelope.addMethod(new BcPublicKeyKeyEncryptionMethodGenerator(recipient.key())));
            ByteArrayOutputStream message = new ByteArrayOutputStream();
            try (OutputStream out = envelope.open(message, inside.length)) {
                out.write(inside);
            }
            return message.toByteArray();
        } catch (PGPException e) {
            throw new AssertionError(e);
        }
    }

    /** Writes what is to be compressed. */
    private interface Content {
        void to(OutputStream out) throws IOException;
    }

    private static byte[] compressed(int algorithm, Content content) throws IOException {
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        PGPCompressedDataGenerator generator = new PGPCompressedDataGenerator(algorithm);
        try (OutputStream out = generator.open(packet)) {
            content.to(out);
        }
        return packet.toByteArray();
    }

    private static byte[] literal() {
        return KeyMaker.packet(PacketTags.LITERAL_DATA, joined(new byte[] {'b', 0, 0, 0, 0, 0}, DATA));
    }

    private static void zeros(OutputStream out, long bytes) throws IOException {
        byte[] zeros = new byte[1 << 20];
        for (long left = bytes; left > 0; left -= zeros.length) {
            out.write(zeros, 0, (int) Math.min(left, zeros.length));
        }
    }

    /** The header of a packet in the current format, whatever follows. */
    private static byte[] header(int type, int length) {
        return ByteBuffer.allocate(6)
                .put((byte) (0xC0 | type))
                .put((byte) 0xFF)
                .putInt(length)
                .array();
    }

    @ParameterizedTest
    @ValueSource(ints = {CompressionAlgorithmTags.ZIP, CompressionAlgorithmTags.ZLIB, CompressionAlgorithmTags.BZIP2})
    void whatMeansNothingIsPassedOverOnlySoFar(int algorithm) throws IOException {
        // That program's way with zeros is slow.
        int much = algorithm == CompressionAlgorithmTags.BZIP2 ? 1 << 23 : 1 << 26;
        for (int type : new int[] {PacketTags.PADDING, PacketTags.MARKER, 60}) {
            byte[] before = compressed(algorithm, out -> {
                out.write(header(type, much));
                zeros(out, much);
                out.write(literal());
            });
            byte[] behind = compressed(algorithm, out -> {
                out.write(literal());
                out.write(header(type, much));
                zeros(out, much);
            });

            assertThat(before.length).isLessThan(3_000_000);
            for (byte[] bomb : List.of(before, behind)) {
                assertThatThrownBy(() -> decrypt(encrypted(bomb)))
                        .isInstanceOf(IntegrityException.class)
                        .hasMessageContaining("means nothing");
            }
        }
    }

    @Test
    void manySmallOnesAddUp() throws IOException {
        byte[] bomb = compressed(CompressionAlgorithmTags.ZLIB, out -> {
            byte[] padding = KeyMaker.packet(PacketTags.PADDING, new byte[100]);
            for (int each = 0; each < 500_000; each++) {
                out.write(padding);
            }
        });

        assertThatThrownBy(() -> decrypt(encrypted(bomb)))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("means nothing");
    }

    @Test
    void aLittlePaddingIsFine() throws IOException {
        byte[] padding = KeyMaker.packet(PacketTags.PADDING, new byte[10_000]);

        assertThat(decrypt(encrypted(compressed(
                        CompressionAlgorithmTags.ZLIB, out -> out.write(joined(padding, literal(), padding))))))
                .isEqualTo(DATA);
    }

    /**
     * A packet of compressed data without an end of its own (old format, length type 3), in which the compressed data
     * end.
     */
    @Test
    void whatIsLeftBehindCompressedDataIsReadOnlySoFar() throws IOException {
        byte[] inner = compressed(CompressionAlgorithmTags.ZLIB, out -> out.write(literal()));
        assertThat(inner[0] & 0xFF).isEqualTo(0x80 | PacketTags.COMPRESSED_DATA << 2 | 3);
        byte[] bomb = compressed(CompressionAlgorithmTags.ZLIB, out -> {
            out.write(inner);
            zeros(out, 1 << 27);
        });

        assertThatThrownBy(() -> decrypt(encrypted(bomb))).isInstanceOf(IntegrityException.class);
    }

    @Test
    void layersInLayersAreRefusedBeforeTheyUnfold() throws IOException {
        byte[] bomb = compressed(CompressionAlgorithmTags.ZLIB, out -> {
            out.write(header(PacketTags.PADDING, -1));
            zeros(out, 1 << 27);
        });
        for (int layer = 0; layer < 6; layer++) {
            byte[] inside = bomb;
            bomb = compressed(CompressionAlgorithmTags.ZLIB, out -> out.write(inside));
        }
        byte[] all = bomb;

        assertThatThrownBy(() -> decrypt(encrypted(all))).isInstanceOf(IntegrityException.class);
    }

    @Test
    void theContentUnpacksNoFurtherThanItIsRead() throws IOException {
        byte[] bomb = encrypted(compressed(CompressionAlgorithmTags.ZLIB, out -> {
            // In parts of 2^30 bytes each, of which the first is there.
            out.write(new byte[] {(byte) (0xC0 | PacketTags.LITERAL_DATA), (byte) (224 + 30), 'b', 0, 0, 0, 0, 0});
            zeros(out, 1 << 27);
        }));
        DecryptionKeys keys = DecryptionKeys.read(List.of(KEY.secretKey()), Optional.empty());

        try (InputStream in = new Decryption(keys, Verification.none()).decrypt(new ByteArrayInputStream(bomb))) {
            assertThat(in.readNBytes(100_000)).hasSize(100_000).containsOnly(0);
        }
    }

    static Stream<Arguments> lengthsThatAreNotThere() {
        return Stream.of(
                        PacketTags.PUBLIC_KEY_ENC_SESSION,
                        PacketTags.SYMMETRIC_KEY_ENC_SESSION,
                        PacketTags.SIGNATURE,
                        PacketTags.ONE_PASS_SIGNATURE,
                        PacketTags.COMPRESSED_DATA,
                        PacketTags.LITERAL_DATA,
                        PacketTags.SYM_ENC_INTEGRITY_PRO,
                        PacketTags.AEAD_ENC_DATA,
                        PacketTags.PADDING,
                        PacketTags.MARKER,
                        62)
                .flatMap(type ->
                        Stream.of(-1, Integer.MAX_VALUE, Integer.MIN_VALUE).map(length -> Arguments.of(type, length)));
    }

    @ParameterizedTest
    @MethodSource("lengthsThatAreNotThere")
    void noMemoryIsTakenOnTheWordOfALength(int type, int length) throws IOException {
        byte[] packet = joined(header(type, length), new byte[] {1, 2, 3, 4, 5});

        for (byte[] message : List.of(packet, encrypted(packet), encrypted(joined(packet, literal())))) {
            assertThatThrownBy(() -> decrypt(message)).isInstanceOf(BackupException.class);
        }
    }
}

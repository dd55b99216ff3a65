package io.jenkins.plugins.zfsbackup.engine.openpgp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bouncycastle.bcpg.AEADAlgorithmTags;
import org.bouncycastle.bcpg.PacketTags;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.modes.AEADBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.openpgp.PGPEncryptedDataGenerator;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.operator.bc.BcAEADUtil;
import org.bouncycastle.openpgp.operator.bc.BcPGPDataEncryptorBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyKeyEncryptionMethodGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that are encrypted with an AEAD mode, as LibrePGP and as RFC 9580 have it, with chunks of every size. */
class AeadMessagesTest {

    private static final Instant NOW = Instant.parse("2025-06-01T12:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final KeyMaker KEY = KeyMaker.usual("Archive <archive@example.org>", NOW.minusSeconds(60));
    private static final byte[] SESSION_KEY = data(32);
    private static final byte[] NONCE = data(15);
    private static final int TAG = 16;

    private static byte[] data(int size) {
        byte[] data = new byte[size];
        new Random(size).nextBytes(data);
        return data;
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = AeadMessagesTest.class.getResourceAsStream("/openpgp/" + name)) {
            return in.readAllBytes();
        }
    }

    private static byte[] decrypt(byte[] message) throws IOException {
        DecryptionKeys keys = DecryptionKeys.read(List.of(KEY.secretKey()), Optional.empty());
        try (DecryptedMessage in =
                new Decryption(keys, Verification.none()).decrypt(new ByteArrayInputStream(message))) {
            return in.readAllBytes();
        }
    }

    /** A packet of LibrePGP, encrypted with the session key here, in chunks of any size that one array holds. */
    private static byte[] librePgp(byte[] content, int chunkSize) throws InvalidCipherTextException, PGPException {
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        byte[] header = {1, SymmetricKeyAlgorithmTags.AES_256, AEADAlgorithmTags.OCB, (byte) chunkSize};
        packet.writeBytes(header);
        packet.writeBytes(NONCE);
        AEADBlockCipher ocb = BcAEADUtil.createAEADCipher(SymmetricKeyAlgorithmTags.AES_256, AEADAlgorithmTags.OCB);
        byte[] associated = KeyMaker.joined(new byte[] {(byte) (0xC0 | PacketTags.AEAD_ENC_DATA)}, header);
        long length = 1L << chunkSize + 6;
        long chunk = 0;
        for (int from = 0; from < content.length; from += (int) Math.min(length, content.length - from)) {
            int to = (int) Math.min(content.length, from + length);
            packet.writeBytes(sealed(ocb, chunk, associated, new byte[0], Arrays.copyOfRange(content, from, to)));
            chunk++;
        }
        byte[] total = ByteBuffer.allocate(Long.BYTES).putLong(content.length).array();
        packet.writeBytes(sealed(ocb, chunk, associated, total, new byte[0]));
        return KeyMaker.packet(PacketTags.AEAD_ENC_DATA, packet.toByteArray());
    }

    private static byte[] sealed(AEADBlockCipher ocb, long chunk, byte[] associated, byte[] more, byte[] content)
            throws InvalidCipherTextException {
        ByteBuffer nonce = ByteBuffer.wrap(NONCE.clone());
        nonce.putLong(7, nonce.getLong(7) ^ chunk);
        byte[] data = KeyMaker.joined(
                associated, ByteBuffer.allocate(Long.BYTES).putLong(chunk).array(), more);
        ocb.init(true, new AEADParameters(new KeyParameter(SESSION_KEY), 8 * TAG, nonce.array(), data));
        byte[] sealed = new byte[content.length + TAG];
        int n = ocb.processBytes(content, 0, content.length, sealed, 0);
        ocb.doFinal(sealed, n);
        return sealed;
    }

    private static byte[] open(byte[] packet) throws IOException {
        PacketStream packets = new PacketStream(new ByteArrayInputStream(packet));
        int type = packets.nextType().orElseThrow();
        SessionKey key = new SessionKey(SymmetricAlgorithm.AES_256, SESSION_KEY);
        return EncryptedPacket.open(type, packets.body()).content(key).readAllBytes();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ocb-chunks-of-64.gpg", "ocb-chunks-of-4MiB.gpg"})
    void whatGnupgWritesIsRead(String file) throws IOException {
        byte[] key = resource("ocb-key.asc");
        Decryption decryption = new Decryption(
                DecryptionKeys.read(List.of(key), Optional.empty()),
                Verification.required(VerificationKeys.read(List.of(key), CLOCK)));
        String numbers = IntStream.rangeClosed(1, 40).mapToObj(n -> n + "\n").collect(Collectors.joining());

        try (DecryptedMessage message = decryption.decrypt(new ByteArrayInputStream(resource(file)))) {
            assertThat(new String(message.readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo(numbers);
            assertThat(message.signer()).isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 10, 11, 15, 16, 17, 21, 24, 30, 56})
    void chunksOfEverySizeAreRead(int chunkSize) throws Exception {
        for (int size :
                new int[] {0, 1, 15, 16, 63, 64, 65, 127, 128, 129, 1000, 65_535, 65_536, 65_537, 70_000, 300_000}) {
            assertThat(open(librePgp(data(size), chunkSize))).isEqualTo(data(size));
        }
    }

    @Test
    void severalChunksLargerThanBouncyCastleTakesAreRead() throws Exception {
        byte[] content = data((1 << 23) + (1 << 22) + 5);

        assertThat(open(librePgp(content, 17))).isEqualTo(content);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 16, 20})
    void noCutAndNoFlippedBitGetsThrough(int chunkSize) throws Exception {
        byte[] packet = librePgp(data(300), chunkSize);
        int header = 6 + 4 + NONCE.length;
        for (int length = header; length < packet.length; length++) {
            byte[] cut = Arrays.copyOf(packet, length);
            ByteBuffer.wrap(cut).putInt(2, length - 6);
            assertThatThrownBy(() -> open(cut)).isInstanceOf(IOException.class).hasMessageContaining("tag");
        }
        for (int bit = header * 8; bit < packet.length * 8; bit += 3) {
            byte[] flipped = packet.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> open(flipped))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("tag");
        }
    }

    @Test
    void aChunkLeftOutOrTwiceOrInAnotherPlaceIsNoticed() throws Exception {
        byte[] body = Arrays.copyOfRange(librePgp(data(64 * 4), 0), 6, 4 + NONCE.length + 6 + 4 * (64 + TAG) + TAG);
        int header = 4 + NONCE.length;
        byte[][] chunks = new byte[5][];
        for (int i = 0; i < 5; i++) {
            int from = header + i * (64 + TAG);
            chunks[i] = Arrays.copyOfRange(body, from, Math.min(body.length, from + 64 + TAG));
        }
        byte[] start = Arrays.copyOf(body, header);
        int[][] orders = {
            {0, 1, 2, 4}, {0, 1, 2, 3, 3, 4}, {1, 0, 2, 3, 4}, {4}, {0, 4}, {0, 1, 2, 3}, {0, 1, 2, 3, 4, 4}
        };
        for (int[] order : orders) {
            byte[] mixed = start;
            for (int i : order) {
                mixed = KeyMaker.joined(mixed, chunks[i]);
            }
            byte[] packet = KeyMaker.packet(PacketTags.AEAD_ENC_DATA, mixed);
            assertThatThrownBy(() -> open(packet))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("tag");
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 0", "2, 10", "2, 16", "1, 6", "3, 6"})
    void whatRfc9580HasIsRead(int mode, int chunkSize) throws Exception {
        for (int size : new int[] {0, 1, 64, 1000, 300_000}) {
            PGPEncryptedDataGenerator envelope =
                    new PGPEncryptedDataGenerator(new BcPGPDataEncryptorBuilder(SymmetricKeyAlgorithmTags.AES_256)
                            .setWithAEAD(mode, chunkSize + 6)
                            .setUseV6AEAD());
            Recipients.read(List.of(KEY.publicKey()), CLOCK)
                    .all()
                    .forEach(recipient ->
                            envelope.addMethod(new BcPublicKeyKeyEncryptionMethodGenerator(recipient.key())));
            byte[] literal = KeyMaker.packet(
                    PacketTags.LITERAL_DATA, KeyMaker.joined(new byte[] {'b', 0, 0, 0, 0, 0}, data(size)));
            ByteArrayOutputStream message = new ByteArrayOutputStream();
            try (OutputStream out = envelope.open(message, new byte[1 << 12])) {
                out.write(literal);
            }

            assertThat(decrypt(message.toByteArray())).isEqualTo(data(size));
        }
    }
}

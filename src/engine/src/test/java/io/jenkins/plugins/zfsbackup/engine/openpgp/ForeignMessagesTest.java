package io.jenkins.plugins.zfsbackup.engine.openpgp;

import static io.jenkins.plugins.zfsbackup.engine.openpgp.KeyMaker.joined;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.bcpg.PacketTags;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.openpgp.PGPEncryptedDataGenerator;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.operator.bc.BcPGPDataEncryptorBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyKeyEncryptionMethodGenerator;
import org.junit.jupiter.api.Test;

/**
 * Messages with something in them that is newer than this program: what is not ours is passed over, and what is ours is
 * named.
 */
class ForeignMessagesTest {

    private static final Instant NOW = Instant.parse("2025-06-01T12:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final byte[] DATA = "what is in the backup".getBytes(StandardCharsets.UTF_8);
    private static final KeyMaker KEY = KeyMaker.usual("Archive <archive@example.org>", NOW.minusSeconds(60));

    private static byte[] message(Optional<SigningKey> signer) throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        Recipients recipients = Recipients.read(List.of(KEY.publicKey()), CLOCK);
        try (OutputStream out = new Encryption(recipients, signer, new SecureRandom()).encrypt(message)) {
            out.write(DATA);
        }
        return message.toByteArray();
    }

    private static SigningKey signer() throws IOException {
        return SigningKey.read(KEY.secretKey(), Optional.empty(), CLOCK);
    }

    private static byte[] decrypt(byte[] message, Verification verification) throws IOException {
        DecryptionKeys keys = DecryptionKeys.read(List.of(KEY.secretKey()), Optional.empty());
        try (DecryptedMessage in = new Decryption(keys, verification).decrypt(new ByteArrayInputStream(message))) {
            return in.readAllBytes();
        }
    }

    private static byte[] decrypt(byte[] message) throws IOException {
        return decrypt(message, Verification.none());
    }

    private static long keyId() throws IOException {
        return DecryptionKeys.read(List.of(KEY.secretKey()), Optional.empty())
                .all()
                .get(0)
                .getKeyID();
    }

    private static byte[] sessionKey(int version, long keyId, int algorithm) {
        ByteBuffer body = ByteBuffer.allocate(10 + 1600);
        body.put((byte) version).putLong(keyId).put((byte) algorithm);
        for (int i = 0; body.hasRemaining(); i++) {
            body.put((byte) i);
        }
        return KeyMaker.packet(PacketTags.PUBLIC_KEY_ENC_SESSION, body.array());
    }

    private static byte[] version6(int keyVersion, byte[] fingerprint, int algorithm) {
        return KeyMaker.packet(
                PacketTags.PUBLIC_KEY_ENC_SESSION,
                joined(
                        new byte[] {6, (byte) (fingerprint.length + 1), (byte) keyVersion},
                        fingerprint,
                        new byte[] {(byte) algorithm},
                        new byte[90]));
    }

    /** The session-key packets in front of the encrypted one. */
    private static byte[] withoutItsSessionKey(byte[] message) throws IOException {
        PacketStream packets = new PacketStream(new ByteArrayInputStream(message));
        packets.read(SignaturePackets.LARGEST);
        return packets.remaining().readAllBytes();
    }

    @Test
    void sessionKeysForOthersArePassedOverWhateverTheyAre() throws IOException {
        byte[] message = message(Optional.empty());
        long stranger = 0x0123456789ABCDEFL;
        for (byte[] foreign : List.of(
                sessionKey(3, stranger, 8),
                sessionKey(3, 0, 8),
                sessionKey(3, keyId(), 8),
                sessionKey(3, stranger, 35),
                sessionKey(3, stranger, 99),
                sessionKey(3, stranger, 1),
                sessionKey(3, 0, 18),
                sessionKey(2, stranger, 1),
                sessionKey(5, stranger, 18),
                sessionKey(9, stranger, 18),
                version6(6, new byte[32], 25),
                version6(6, new byte[32], 105),
                version6(4, new byte[20], 25),
                version6(9, new byte[7], 25),
                KeyMaker.packet(PacketTags.PUBLIC_KEY_ENC_SESSION, new byte[0]),
                KeyMaker.packet(PacketTags.PUBLIC_KEY_ENC_SESSION, new byte[] {3}),
                KeyMaker.packet(PacketTags.PUBLIC_KEY_ENC_SESSION, new byte[] {6}),
                KeyMaker.packet(
                        PacketTags.SYMMETRIC_KEY_ENC_SESSION, new byte[] {4, 9, 3, 8, 1, 2, 3, 4, 5, 6, 7, 8, 96}),
                KeyMaker.packet(PacketTags.SYMMETRIC_KEY_ENC_SESSION, new byte[] {9, 1, 2}),
                KeyMaker.packet(PacketTags.MARKER, "PGP".getBytes(StandardCharsets.US_ASCII)),
                KeyMaker.packet(PacketTags.PADDING, new byte[100]),
                KeyMaker.packet(47, new byte[100]),
                KeyMaker.packet(60, new byte[100]))) {
            assertThat(decrypt(joined(foreign, message))).isEqualTo(DATA);
            assertThat(decrypt(joined(sessionKeyPacket(message), foreign, withoutItsSessionKey(message))))
                    .isEqualTo(DATA);
        }
    }

    private static byte[] sessionKeyPacket(byte[] message) throws IOException {
        return Arrays.copyOf(message, message.length - withoutItsSessionKey(message).length);
    }

    @Test
    void aMessageThatOnlyAnUnknownSessionKeyOpensIsNotCalledDamaged() throws IOException {
        byte[] data = withoutItsSessionKey(message(Optional.empty()));

        assertThatThrownBy(() -> decrypt(joined(sessionKey(3, keyId(), 8), data)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("a session key with public-key algorithm 8 (Kyber), which is unknown here")
                .hasMessageNotContaining("damaged");
        assertThatThrownBy(() -> decrypt(joined(sessionKey(3, 0x0123456789ABCDEFL, 8), sessionKey(7, 1, 1), data)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(
                        "encrypted to 0123456789ABCDEF (with public-key algorithm 8 (Kyber), unknown here), an"
                                + " unknown key"
                                + " (with session-key packets of version 7, unknown here), and the keys given are")
                .hasMessageNotContaining("damaged");
        assertThatThrownBy(() -> decrypt(joined(sessionKey(3, keyId(), 18), data)))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("session key")
                .hasMessageContaining("damaged");
    }

    @Test
    void anEncryptedPacketOfAnUnknownKindIsNotCalledDamaged() throws IOException {
        byte[] session = sessionKeyPacket(message(Optional.empty()));
        byte[] rest = new byte[200];
        record Case(byte[] packet, String said) {}
        for (Case each : List.of(
                new Case(
                        KeyMaker.packet(18, joined(new byte[] {3}, rest)), "version 3 of encrypted packets of type 18"),
                new Case(
                        KeyMaker.packet(20, joined(new byte[] {2}, rest)), "version 2 of encrypted packets of type 20"),
                new Case(KeyMaker.packet(18, joined(new byte[] {2, 99, 2, 10}, rest)), "symmetric algorithm 99"),
                new Case(KeyMaker.packet(18, joined(new byte[] {2, 9, 4, 10}, rest)), "AEAD algorithm 4"),
                new Case(KeyMaker.packet(20, joined(new byte[] {1, 9, 4, 10}, rest)), "AEAD algorithm 4"),
                new Case(KeyMaker.packet(20, joined(new byte[] {1, 99, 2, 10}, rest)), "symmetric algorithm 99"),
                new Case(KeyMaker.packet(20, joined(new byte[] {1, 9, 2, 57}, rest)), "chunk size 57"))) {
            assertThatThrownBy(() -> decrypt(joined(session, each.packet())))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("the message has " + each.said() + ", which is unknown here")
                    .hasMessageNotContaining("damaged");
        }
    }

    /** A message with these packets inside. */
    private static byte[] around(byte[] inside) throws IOException {
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

    private static byte[] literal() {
        return KeyMaker.packet(PacketTags.LITERAL_DATA, joined(new byte[] {'b', 0, 0, 0, 0, 0}, DATA));
    }

    @Test
    void anUnknownCompressionIsToldFromDamage() throws IOException {
        byte[] message = around(KeyMaker.packet(PacketTags.COMPRESSED_DATA, joined(new byte[] {99}, DATA)));
        byte[] damaged = message.clone();
        damaged[damaged.length - 1] ^= 1;

        assertThatThrownBy(() -> decrypt(message))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("compression algorithm 99, which is unknown here")
                .hasMessageNotContaining("damaged");
        assertThatThrownBy(() -> decrypt(damaged))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void aPacketThatMayNotBePassedOverIsNamedIfItIsUnknown() throws IOException {
        byte[] unknown = KeyMaker.packet(30, new byte[20]);
        for (byte[] message : List.of(
                joined(unknown, message(Optional.empty())),
                joined(sessionKeyPacket(message(Optional.empty())), unknown),
                around(joined(unknown, literal())),
                around(joined(literal(), unknown)))) {
            assertThatThrownBy(() -> decrypt(message))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("a packet of type 30, which is unknown here")
                    .hasMessageNotContaining("damaged");
        }
    }

    @Test
    void unknownSignaturesHideNoneOfTheOthers() throws IOException {
        byte[] signature = KEY.document(DATA, NOW, KeyMaker.Says.NOTHING);
        byte[] newVersion = KeyMaker.packet(PacketTags.SIGNATURE, new byte[] {9, 1, 2, 3});
        byte[] newAlgorithm = KeyMaker.packet(PacketTags.SIGNATURE, new byte[] {4, 0, 30, 8, 0, 0, 0, 0, 1, 2, 3});
        byte[] librePgp = KeyMaker.packet(PacketTags.SIGNATURE, new byte[] {5, 0, 22, 8, 0, 0, 0, 0, 1, 2, 3});
        byte[] announced =
                KeyMaker.packet(PacketTags.ONE_PASS_SIGNATURE, new byte[] {9, 0, 8, 22, 1, 2, 3, 4, 5, 6, 7, 8, 1});
        byte[] announcedToo =
                KeyMaker.packet(PacketTags.ONE_PASS_SIGNATURE, new byte[] {3, 0, 8, 30, 1, 2, 3, 4, 5, 6, 7, 8, 1});
        Verification required = Verification.required(VerificationKeys.read(List.of(KEY.publicKey()), CLOCK));
        byte[] unknown = joined(newVersion, newAlgorithm, librePgp);

        assertThat(decrypt(around(joined(announced, announcedToo, unknown, signature, literal())), required))
                .isEqualTo(DATA);
        assertThat(decrypt(around(joined(announced, signature, literal(), unknown)), required))
                .isEqualTo(DATA);
        assertThat(decrypt(around(joined(announced, unknown, literal(), unknown))))
                .isEqualTo(DATA);
        assertThatThrownBy(() -> decrypt(around(joined(announced, unknown, literal())), required))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("an announced signature of version 9, which is unknown here")
                .hasMessageContaining("a signature with public-key algorithm 30, which is unknown here")
                .hasMessageContaining("a signature of version 5, which is unknown here")
                .hasMessageNotContaining("damaged")
                .hasMessageNotContaining("null");
    }

    @Test
    void unknownSignaturesBesideAGoodOneDoNoHarmToDetachedOnes() throws IOException {
        byte[] signature = KEY.document(DATA, NOW, KeyMaker.Says.NOTHING);
        byte[] newVersion = KeyMaker.packet(PacketTags.SIGNATURE, new byte[] {9, 1, 2, 3});
        byte[] newAlgorithm = KeyMaker.packet(PacketTags.SIGNATURE, new byte[] {4, 0, 30, 8, 0, 0, 0, 0, 1, 2, 3});
        VerificationKeys keys = VerificationKeys.read(List.of(KEY.publicKey()), CLOCK);

        assertThat(keys.verifyDetached(DATA, joined(newVersion, newAlgorithm, signature, newVersion))
                        .made())
                .isEqualTo(NOW);
        assertThatThrownBy(() -> keys.verifyDetached(DATA, joined(newVersion, newAlgorithm)))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("a signature of version 9, which is unknown here")
                .hasMessageContaining("public-key algorithm 30")
                .hasMessageNotContaining("damaged");
    }

    @Test
    void whatIsMissingOrTooMuchIsSaidWithoutNull() throws IOException {
        byte[] message = message(Optional.of(signer()));
        for (int length = 0; length < message.length; length++) {
            byte[] cut = Arrays.copyOf(message, length);
            assertThatThrownBy(() -> decrypt(cut))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageNotContaining("null");
        }
        assertThatThrownBy(() -> decrypt(joined(message, literal())))
                .hasMessageContaining("something stands behind the message");
        assertThatThrownBy(() -> decrypt(joined(message, message)))
                .hasMessageContaining("something stands behind the message");
        assertThatThrownBy(() -> decrypt(around(joined(literal(), literal()))))
                .hasMessageContaining("more in the message");
        assertThatThrownBy(() -> decrypt(around(new byte[0]))).hasMessageContaining("nothing in the message");
    }

    @Test
    void aMessageToThousandsIsNotReadOnAndOn() throws IOException {
        byte[] one = KeyMaker.packet(PacketTags.PUBLIC_KEY_ENC_SESSION, new byte[] {9});
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        for (int i = 0; i < 1001; i++) {
            many.write(one);
        }
        many.write(message(Optional.empty()));

        assertThatThrownBy(() -> decrypt(many.toByteArray()))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("more than 1000 recipients");
    }
}

package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PacketTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.crypto.generators.Ed25519KeyPairGenerator;
import org.bouncycastle.crypto.generators.X25519KeyPairGenerator;
import org.bouncycastle.crypto.params.Ed25519KeyGenerationParameters;
import org.bouncycastle.crypto.params.X25519KeyGenerationParameters;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPSecretKey;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPKeyPair;

/**
 * Makes a key packet by packet, with any time and anything said in its signatures: what gpg doesn't make, and what it
 * would take long to. A primary key that signs, of Ed25519, is there from the start; what is added comes in the order
 * in which it is added.
 */
final class KeyMaker {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final PGPKeyPair primary;
    private final List<byte[]> publicPackets = new ArrayList<>();
    private final List<byte[]> secretPackets = new ArrayList<>();

    /** What a signature says. */
    interface Says extends Consumer<PGPSignatureSubpacketGenerator> {
        Says NOTHING = told -> {};

        static Says isFor(int flags) {
            return told -> told.setKeyFlags(false, flags);
        }

        static Says expires(long seconds) {
            return told -> told.setKeyExpirationTime(false, seconds);
        }

        default Says and(Says more) {
            return told -> {
                accept(told);
                more.accept(told);
            };
        }
    }

    static final Says FOR_SIGNING = Says.isFor(KeyFlags.CERTIFY_OTHER | KeyFlags.SIGN_DATA);
    static final Says FOR_ENCRYPTION = Says.isFor(KeyFlags.ENCRYPT_COMMS | KeyFlags.ENCRYPT_STORAGE);

    KeyMaker(Instant created) {
        primary = ed25519(created);
        add(primary, true);
    }

    private KeyMaker(KeyMaker other) {
        primary = other.primary;
        add(primary, true);
    }

    /** A usual key: one user id, and a subkey for encryption. */
    static KeyMaker usual(String userId, Instant created) {
        return new KeyMaker(created).userId(userId, created, FOR_SIGNING).encryptionSubkey(created, FOR_ENCRYPTION);
    }

    /** The same primary key, and nothing else yet: another copy of the key. */
    KeyMaker again() {
        return new KeyMaker(this);
    }

    PGPKeyPair primary() {
        return primary;
    }

    byte[] publicKey() {
        return joined(publicPackets);
    }

    byte[] secretKey() {
        return joined(secretPackets);
    }

    /** Adds a packet as it is. */
    KeyMaker packet(byte[] packet) {
        publicPackets.add(packet);
        secretPackets.add(packet);
        return this;
    }

    /** A user id with the owner's signature over it. */
    KeyMaker userId(String userId, Instant made, Says says) {
        return packet(packet(PacketTags.USER_ID, userId.getBytes(StandardCharsets.UTF_8)))
                .certification(userId, made, PGPSignature.POSITIVE_CERTIFICATION, says);
    }

    /** One more signature over the user id before. */
    KeyMaker certification(String userId, Instant made, int type, Says says) {
        return signature(type, made, says, signing -> signing.generateCertification(userId, primary.getPublicKey()));
    }

    /** A signature over the primary key alone. */
    KeyMaker onPrimary(int type, Instant made, Says says) {
        return signature(type, made, says, signing -> signing.generateCertification(primary.getPublicKey()));
    }

    KeyMaker encryptionSubkey(Instant created, Says says) {
        PGPKeyPair subkey = x25519(created);
        add(subkey, false);
        return onSubkey(subkey, PGPSignature.SUBKEY_BINDING, created, says);
    }

    /** A subkey that is known already, so that signatures over it can follow. */
    KeyMaker subkey(PGPKeyPair subkey) {
        add(subkey, false);
        return this;
    }

    KeyMaker onSubkey(PGPKeyPair subkey, int type, Instant made, Says says) {
        return signature(
                type,
                made,
                says,
                signing -> signing.generateCertification(primary.getPublicKey(), subkey.getPublicKey()));
    }

    private interface Signing {
        PGPSignature sign(PGPSignatureGenerator generator) throws PGPException;
    }

    private KeyMaker signature(int type, Instant made, Says says, Signing signing) {
        try {
            return packet(signing.sign(generator(primary, type, made, says)).getEncoded());
        } catch (PGPException | IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A signature over a document. */
    byte[] document(byte[] data, Instant made, Says says) {
        try {
            PGPSignatureGenerator signing = generator(primary, PGPSignature.BINARY_DOCUMENT, made, says);
            signing.update(data);
            return signing.generate().getEncoded();
        } catch (PGPException | IOException e) {
            throw new AssertionError(e);
        }
    }

    private static PGPSignatureGenerator generator(PGPKeyPair signer, int type, Instant made, Says says)
            throws PGPException {
        PGPSignatureGenerator signing = new PGPSignatureGenerator(
                new BcPGPContentSignerBuilder(signer.getPublicKey().getAlgorithm(), HashAlgorithmTags.SHA256),
                signer.getPublicKey());
        signing.init(type, signer.getPrivateKey());
        PGPSignatureSubpacketGenerator told = new PGPSignatureSubpacketGenerator();
        told.setSignatureCreationTime(false, Date.from(made));
        told.setIssuerFingerprint(false, signer.getPublicKey());
        says.accept(told);
        signing.setHashedSubpackets(told.generate());
        return signing;
    }

    static PGPKeyPair ed25519(Instant created) {
        Ed25519KeyPairGenerator generator = new Ed25519KeyPairGenerator();
        generator.init(new Ed25519KeyGenerationParameters(RANDOM));
        return pair(PublicKeyAlgorithmTags.EDDSA_LEGACY, generator.generateKeyPair(), created);
    }

    static PGPKeyPair x25519(Instant created) {
        X25519KeyPairGenerator generator = new X25519KeyPairGenerator();
        generator.init(new X25519KeyGenerationParameters(RANDOM));
        return pair(PublicKeyAlgorithmTags.ECDH, generator.generateKeyPair(), created);
    }

    private static PGPKeyPair pair(int algorithm, AsymmetricCipherKeyPair keys, Instant created) {
        try {
            return new BcPGPKeyPair(4, algorithm, keys, Date.from(created));
        } catch (PGPException e) {
            throw new AssertionError(e);
        }
    }

    private void add(PGPKeyPair pair, boolean isPrimary) {
        try {
            PGPSecretKey secret = new PGPSecretKey(pair.getPrivateKey(), pair.getPublicKey(), null, isPrimary, null);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            secret.encode(bytes);
            secretPackets.add(bytes.toByteArray());
            publicPackets.add(secret.getPublicKey().getEncoded());
        } catch (PGPException | IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A packet in the current format. */
    static byte[] packet(int type, byte[] body) {
        ByteBuffer packet = ByteBuffer.allocate(6 + body.length);
        return packet.put((byte) (0xC0 | type))
                .put((byte) 0xFF)
                .putInt(body.length)
                .put(body)
                .array();
    }

    static byte[] joined(byte[]... packets) {
        return joined(List.of(packets));
    }

    private static byte[] joined(List<byte[]> packets) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        packets.forEach(all::writeBytes);
        return all.toByteArray();
    }
}

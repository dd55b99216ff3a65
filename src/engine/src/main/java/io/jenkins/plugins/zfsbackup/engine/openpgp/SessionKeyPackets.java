package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.bouncycastle.bcpg.KeyIdentifier;
import org.bouncycastle.bcpg.PacketTags;
import org.bouncycastle.bcpg.PublicKeyEncSessionPacket;
import org.bouncycastle.bcpg.SymmetricEncIntegrityPacket;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyDataDecryptorFactory;

/**
 * The recipients of a message: the packets before the encrypted one, each of which contains the session key for one
 * recipient (RFC 9580, section 5.1). Unsupported packets are ignored as long as another one decrypts the message.
 */
final class SessionKeyPackets {
    private static final int VERSION_3 = 3;
    private static final int VERSION_6 = 6;

    /** The maximum size of a packet in bytes. A post-quantum key takes about 2,000. */
    private static final int LARGEST = 1 << 16;

    /** The maximum number of recipients. A message with more is an attempt to exhaust the reader. */
    private static final int MOST = 1000;

    private final List<Addressed> recipients;

    private SessionKeyPackets(List<Addressed> recipients) {
        this.recipients = List.copyOf(recipients);
    }

    /**
     * The contents of a packet, as far as they are supported.
     *
     * @param recipient the key that decrypts it; empty if the version of the packet is not supported
     * @param unknown the unsupported version or algorithm; empty if it is supported
     * @param packet empty if it is not supported or is damaged
     */
    private record Addressed(
            Optional<KeyIdentifier> recipient, Optional<String> unknown, Optional<PublicKeyEncSessionPacket> packet) {

        static Addressed read(Packet packet) {
            ByteBuffer body = ByteBuffer.wrap(packet.body());
            try {
                int version = body.get() & 0xFF;
                if (version != VERSION_3 && version != VERSION_6) {
                    return new Addressed(
                            Optional.empty(),
                            Optional.of("session-key packets of version " + version),
                            Optional.empty());
                }
                Optional<KeyIdentifier> recipient =
                        Optional.of(version == VERSION_3 ? new KeyIdentifier(body.getLong()) : fingerprint(body));
                int algorithm = body.get() & 0xFF;
                return Algorithms.encrypts(algorithm)
                        ? new Addressed(recipient, Optional.empty(), parsed(packet))
                        : new Addressed(recipient, Optional.of(Algorithms.name(algorithm)), Optional.empty());
            } catch (BufferUnderflowException e) {
                return new Addressed(Optional.empty(), Optional.empty(), Optional.empty());
            }
        }

        /** The fingerprint of the recipient's key, after its version; a wildcard if the recipient is hidden. */
        private static KeyIdentifier fingerprint(ByteBuffer body) {
            int length = body.get() & 0xFF;
            if (length == 0) {
                return KeyIdentifier.wildcard();
            }
            body.get();
            byte[] fingerprint = new byte[length - 1];
            body.get(fingerprint);
            return new KeyIdentifier(fingerprint);
        }

        private static Optional<PublicKeyEncSessionPacket> parsed(Packet packet) {
            try {
                return Optional.of((PublicKeyEncSessionPacket) packet.encoded().readPacket());
            } catch (IOException | RuntimeException e) {
                // Bouncy Castle checks little of what it parses. If the packet is for one of the keys, {@code open}
                // reports the damage.
                return Optional.empty();
            }
        }

        private boolean isFor(KeyIdentifier key) {
            return recipient.filter(named -> named.matches(key)).isPresent();
        }

        private boolean isHidden() {
            return recipient.filter(KeyIdentifier::isWildcard).isPresent();
        }

        /** For messages. */
        @Override
        public String toString() {
            String key = recipient
                    .map(named -> named.isWildcard() ? "a hidden key" : Certificate.hex(named.getKeyId()))
                    .orElse("an unknown key");
            return unknown.map(what -> key + " (with " + what + ", unknown here)")
                    .orElse(key);
        }
    }

    /** Reads the packets up to one of another type. */
    static SessionKeyPackets read(PacketStream message) throws IOException {
        List<Addressed> recipients = new ArrayList<>();
        int count = 0;
        for (OptionalInt type = message.nextType(); isSessionKey(type); type = message.nextType()) {
            Packet packet = message.read(LARGEST);
            if (packet.type() == PacketTags.PUBLIC_KEY_ENC_SESSION) {
                recipients.add(Addressed.read(packet));
            }
            count++;
            if (count > MOST) {
                throw OpenMessage.refused("it is to more than " + MOST + " recipients");
            }
        }
        return new SessionKeyPackets(recipients);
    }

    private static boolean isSessionKey(OptionalInt type) {
        return type.isPresent()
                && (type.getAsInt() == PacketTags.PUBLIC_KEY_ENC_SESSION
                        || type.getAsInt() == PacketTags.SYMMETRIC_KEY_ENC_SESSION);
    }

    /**
     * The session key.
     *
     * @throws UsageException if none of the keys decrypts the message
     * @throws IntegrityException if the packet for one of the keys is damaged
     * @throws UnsupportedException if the packet for one of the keys is not supported
     */
    SessionKey open(DecryptionKeys keys, EncryptedPacket encrypted) throws IOException {
        Optional<String> damaged = Optional.empty();
        Optional<String> unknown = Optional.empty();
        for (Addressed addressed : recipients) {
            for (PGPKeyPair pair : keys.all()) {
                if (!addressed.isFor(pair.getPublicKey().getKeyIdentifier())) {
                    continue;
                }
                if (addressed.unknown().isPresent()) {
                    unknown = unknown.or(addressed::unknown);
                    continue;
                }
                try {
                    return opened(addressed, pair, encrypted);
                } catch (UnsupportedException e) {
                    unknown = Optional.of(Reason.of(e));
                } catch (PGPException | RuntimeException e) {
                    // For a hidden recipient, each key must be tried, and Bouncy Castle may throw any exception for a
                    // wrong key.
                    damaged = addressed.isHidden() ? damaged : Optional.of(Certificate.hex(pair.getKeyID()));
                }
            }
        }
        if (damaged.isPresent()) {
            throw OpenMessage.refused("the session key for " + damaged.get() + " is damaged");
        }
        if (unknown.isPresent()) {
            throw new UnsupportedException("a session key with " + unknown.get());
        }
        throw nobody(keys);
    }

    private static SessionKey opened(Addressed addressed, PGPKeyPair pair, EncryptedPacket encrypted)
            throws PGPException, UnsupportedException {
        PublicKeyEncSessionPacket packet = addressed.packet().orElseThrow();
        Optional<SymmetricEncIntegrityPacket> forVersion6 = encrypted.forVersion6();
        if (forVersion6.isPresent() != (packet.getVersion() == VERSION_6)) {
            throw new PGPException("the session key is for an encrypted packet of another version");
        }
        byte[] session = new BcPublicKeyDataDecryptorFactory(pair).recoverSessionData(packet, forVersion6.orElse(null));
        // The number of the cipher, the key, and except for X25519 and X448 the sum of the key's bytes.
        int end = Algorithms.sumsSessionKey(packet.getAlgorithm()) ? session.length - 2 : session.length;
        byte[] key = Arrays.copyOfRange(session, 1, end);
        if (end < session.length && sum(key) != (ByteBuffer.wrap(session).getShort(end) & 0xFFFF)) {
            throw new PGPException("the session key's sum does not fit");
        }
        SymmetricAlgorithm algorithm = SymmetricAlgorithm.of(session[0] & 0xFF);
        if (key.length != algorithm.keyLength()) {
            throw new PGPException("the session key does not fit its cipher");
        }
        return new SessionKey(algorithm, key);
    }

    private static int sum(byte[] key) {
        int sum = 0;
        for (byte each : key) {
            sum += each & 0xFF;
        }
        return sum & 0xFFFF;
    }

    private UsageException nobody(DecryptionKeys keys) {
        Set<String> named = new LinkedHashSet<>();
        recipients.forEach(recipient -> named.add(recipient.toString()));
        return new UsageException(
                OpenMessage.DOING,
                named.isEmpty()
                        ? "the message is encrypted with a passphrase only"
                        : "the message is encrypted to " + String.join(", ", named) + ", and the keys given are "
                                + String.join(", ", keys.keyFingerprints()),
                "Give the secret key that the message is encrypted to.");
    }
}

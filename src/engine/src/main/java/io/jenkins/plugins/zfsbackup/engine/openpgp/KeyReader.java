package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.PlainText;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.bcpg.PacketTags;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.bcpg.SecretKeyPacket;
import org.bouncycastle.bcpg.UnsupportedPacketVersionException;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSecretKey;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;

/**
 * Assigns the packets of keys to their parts. The key rings of Bouncy Castle end at the first packet that they can't
 * parse. Here such a packet is recorded, and the rest of the key remains usable.
 */
final class KeyReader {
    /** The maximum size of a packet in bytes. A key may contain a photo. */
    private static final int LARGEST = 1 << 24;

    private static final int VERSION_4 = PublicKeyPacket.VERSION_4;
    private static final int VERSION_6 = PublicKeyPacket.VERSION_6;

    private final Map<String, KeyBlock> blocks;
    private final List<String> unknown = new ArrayList<>();
    private boolean foundKnown;

    /** The current key; empty before the first one, and while a key is skipped. */
    private Optional<KeyBlock> block = Optional.empty();

    /** The part that the next signatures belong to; empty if they are not needed. */
    private Optional<KeyBlock.Signatures> subject = Optional.empty();

    /** Whether a key is being skipped whose owner is not known yet. */
    private boolean nameless;

    /** @param blocks the keys so far, by fingerprint; keys that are read are added */
    KeyReader(Map<String, KeyBlock> blocks) {
        this.blocks = blocks;
    }

    /** Whether there was a supported key. */
    boolean foundKnown() {
        return foundKnown;
    }

    /** The keys with an unsupported version or algorithm, as sentences. */
    List<String> unknown() {
        return List.copyOf(unknown);
    }

    /**
     * Reads packets to their end.
     *
     * @throws IOException if they are truncated, or a primary key is damaged
     */
    void read(byte[] packets) throws IOException {
        PacketStream stream = new PacketStream(new ByteArrayInputStream(packets));
        block = Optional.empty();
        subject = Optional.empty();
        nameless = false;
        while (stream.nextType().isPresent()) {
            accept(stream.read(LARGEST));
        }
    }

    private void accept(Packet packet) throws IOException {
        switch (packet.type()) {
            case PacketTags.PUBLIC_KEY, PacketTags.SECRET_KEY -> primary(packet);
            case PacketTags.PUBLIC_SUBKEY, PacketTags.SECRET_SUBKEY -> subkey(packet);
            case PacketTags.USER_ID -> userId(packet);
            case PacketTags.USER_ATTRIBUTE -> subject = Optional.empty();
            case PacketTags.SIGNATURE -> signature(packet);
            default -> {
                // Trust packets of a keyring, and other packets, contain no information about keys.
            }
        }
    }

    private void primary(Packet packet) throws IOException {
        block = Optional.empty();
        subject = Optional.empty();
        KeyPart part;
        try {
            part = parsed(packet);
        } catch (UnsupportedException e) {
            unknown.add("it is " + Reason.of(e) + ", which is unknown here");
            nameless = true;
            return;
        }
        nameless = false;
        foundKnown = true;
        KeyBlock found = blocks.computeIfAbsent(
                Certificate.hex(part.key().getFingerprint()), fingerprint -> new KeyBlock(part.key()));
        part.secret().ifPresent(found::addSecret);
        block = Optional.of(found);
        subject = Optional.of(found.onPrimary());
    }

    private void subkey(Packet packet) {
        subject = Optional.empty();
        if (block.isEmpty()) {
            return;
        }
        KeyBlock found = block.get();
        try {
            KeyPart part = parsed(packet);
            part.secret().ifPresent(found::addSecret);
            subject = Optional.of(found.onSubkey(part.key()));
        } catch (UnsupportedException e) {
            found.addUnknown("a subkey is " + Reason.of(e) + ", which is unknown here");
        } catch (IOException e) {
            found.addUnknown("a subkey is damaged");
        }
    }

    private void userId(Packet packet) {
        subject = block.map(found -> found.onUserId(packet.body()));
        if (nameless) {
            int last = unknown.size() - 1;
            String owner = PlainText.quoted(new String(packet.body(), StandardCharsets.UTF_8));
            unknown.set(last, "the key of " + owner + ": " + unknown.get(last));
            nameless = false;
        }
    }

    private void signature(Packet packet) {
        if (subject.isEmpty()) {
            return;
        }
        try {
            subject.get().add(SignaturePackets.signature(packet));
        } catch (IOException e) {
            // An unsupported or damaged signature is treated like a forged one. Other signatures over the same part may
            // be valid.
            return;
        }
    }

    private static void requireKnown(Packet packet) throws UnsupportedException {
        int version = packet.version();
        if (version == PublicKeyPacket.LIBREPGP_5) {
            throw new UnsupportedException(
                    "of version 5 (LibrePGP, as GnuPG makes them with Ed448, Curve448 and Kyber)");
        }
        if (version != VERSION_4 && version != VERSION_6) {
            throw new UnsupportedException("of version " + version);
        }
        // After the version and the creation time.
        int algorithm = packet.body().length > 5 ? packet.body()[5] & 0xFF : 0;
        if (!Algorithms.signs(algorithm) && !Algorithms.encrypts(algorithm)) {
            throw new UnsupportedException("of " + Algorithms.name(algorithm));
        }
    }

    /** A key or subkey, and its secret part if there is one. */
    private record KeyPart(PGPPublicKey key, Optional<SecretPart> secret) {}

    private static KeyPart parsed(Packet packet) throws IOException {
        requireKnown(packet);
        try {
            Object read = packet.encoded().readPacket();
            if (read instanceof SecretKeyPacket secret) {
                PGPPublicKey key = new PGPPublicKey(secret.getPublicKeyPacket(), new BcKeyFingerprintCalculator());
                return new KeyPart(key, Optional.of(new SecretPart(new PGPSecretKey(secret, key))));
            }
            return new KeyPart(
                    new PGPPublicKey((PublicKeyPacket) read, new BcKeyFingerprintCalculator()), Optional.empty());
        } catch (UnsupportedPacketVersionException e) {
            throw new UnsupportedException("protected by a passphrase in a way (" + Reason.of(e) + ")");
        } catch (PGPException | RuntimeException e) {
            throw new IOException("a key is damaged", e);
        }
    }
}

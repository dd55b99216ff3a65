package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.bcpg.KeyIdentifier;
import org.bouncycastle.bcpg.OnePassSignaturePacket;
import org.bouncycastle.bcpg.SignaturePacket;
import org.bouncycastle.bcpg.SignatureSubpacket;
import org.bouncycastle.bcpg.SignatureSubpacketTags;
import org.bouncycastle.bcpg.sig.NotationData;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPOnePassSignature;
import org.bouncycastle.openpgp.PGPSignature;

/** Reads signature packets one by one, so that an unsupported one does not hide the others. */
final class SignaturePackets {
    /** The maximum size of a packet in bytes. A signature with an embedded key takes about 10,000. */
    static final int LARGEST = 1 << 18;

    /** Notations that only inform, so that they can be ignored even if they are critical. GnuPG also accepts them. */
    private static final Set<String> HARMLESS = Set.of("preferred-email-encoding@pgp.com", "pka-address@gnupg.org");

    private static final Set<Integer> TIMES = Set.of(
            SignatureSubpacketTags.CREATION_TIME,
            SignatureSubpacketTags.EXPIRE_TIME,
            SignatureSubpacketTags.KEY_EXPIRE_TIME);

    private SignaturePackets() {}

    /**
     * Parses a signature.
     *
     * @throws UnsupportedException if its version or algorithm is not supported
     * @throws IOException if it is damaged
     */
    static PGPSignature signature(Packet packet) throws IOException {
        requireVersion(
                "a signature", packet, SignaturePacket.VERSION_3, SignaturePacket.VERSION_4, SignaturePacket.VERSION_6);
        // The type, then the algorithm. In version 3, the length, the type, the time and the signer come before it.
        requireAlgorithm(packet, packet.version() == SignaturePacket.VERSION_3 ? 15 : 2);
        try {
            PGPSignature signature = new PGPSignature(packet.encoded());
            if (told(signature).anyMatch(SignaturePackets::isMalformed)) {
                throw new IOException("a signature with a damaged time");
            }
            return signature;
        } catch (PGPException | RuntimeException e) {
            throw new IOException("a damaged signature", e);
        }
    }

    /** The subpackets that the signature protects. The others may have been added by anybody. */
    private static Stream<SignatureSubpacket> told(PGPSignature signature) {
        return Stream.ofNullable(signature.getHashedSubPackets()).flatMap(told -> Stream.of(told.toArray()));
    }

    /** The protected subpackets of one type. */
    static Stream<SignatureSubpacket> told(PGPSignature signature, int type) {
        return told(signature).filter(packet -> packet.getType() == type);
    }

    /**
     * The duration in a signature, the shortest if there are several; empty if it is unlimited, which can also be
     * written as zero.
     */
    static Optional<Duration> shortest(PGPSignature signature, int type) {
        return told(signature, type)
                .map(packet -> ByteBuffer.wrap(packet.getData()).getInt() & 0xFFFFFFFFL)
                .filter(seconds -> seconds > 0)
                .min(Long::compare)
                .map(Duration::ofSeconds);
    }

    /** When a signature expires, UTC; empty if never. */
    static Optional<Instant> ends(PGPSignature signature) {
        return shortest(signature, SignatureSubpacketTags.EXPIRE_TIME)
                .map(signature.getCreationTime().toInstant()::plus);
    }

    private static boolean isMalformed(SignatureSubpacket packet) {
        return TIMES.contains(packet.getType()) && packet.getData().length != Integer.BYTES;
    }

    /**
     * Parses the announcement of a signature after the content.
     *
     * @throws UnsupportedException if its version or algorithm is not supported
     * @throws IOException if it is damaged
     */
    static PGPOnePassSignature announcement(Packet packet) throws IOException {
        requireVersion(
                "an announced signature", packet, OnePassSignaturePacket.VERSION_3, OnePassSignaturePacket.VERSION_6);
        requireAlgorithm(packet, 3);
        try {
            return new PGPOnePassSignature(packet.encoded());
        } catch (PGPException | RuntimeException e) {
            throw new IOException("a damaged announcement of a signature", e);
        }
    }

    private static void requireVersion(String what, Packet packet, int... known) throws UnsupportedException {
        if (Arrays.stream(known).noneMatch(version -> version == packet.version())) {
            throw new UnsupportedException(what + " of version " + packet.version());
        }
    }

    private static void requireAlgorithm(Packet packet, int offset) throws IOException {
        if (packet.body().length <= offset) {
            throw new IOException("a cut signature");
        }
        int algorithm = packet.body()[offset] & 0xFF;
        if (!Algorithms.signs(algorithm)) {
            throw new UnsupportedException("a signature with " + Algorithms.name(algorithm));
        }
    }

    /** Whether a signature may be by this key: it names the key, or none. */
    static boolean mayBeBy(PGPSignature signature, KeyIdentifier key) {
        List<KeyIdentifier> named = signature.getKeyIdentifiers();
        return named.isEmpty() || named.stream().anyMatch(each -> each.matches(key));
    }

    /** The signer that a signature names, for messages. */
    static String maker(PGPSignature signature) {
        return signature.getKeyID() == 0
                ? "a key that it does not name"
                : "key " + Certificate.hex(signature.getKeyID());
    }

    /**
     * Whether a signature has a critical part that is not supported, so that it must be ignored (RFC 9580, sections
     * 5.2.3.7 and 5.2.3.24).
     */
    static boolean asksForTheUnknown(PGPSignature signature) {
        return told(signature).filter(SignatureSubpacket::isCritical).anyMatch(SignaturePackets::isUnknown);
    }

    private static boolean isUnknown(SignatureSubpacket packet) {
        return packet instanceof NotationData notation
                ? !HARMLESS.contains(notation.getNotationName())
                // Bouncy Castle has a subclass for each type that it supports.
                : packet.getClass() == SignatureSubpacket.class;
    }
}

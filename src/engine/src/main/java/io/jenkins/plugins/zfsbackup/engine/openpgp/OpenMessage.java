package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalInt;
import org.bouncycastle.bcpg.CompressionAlgorithmTags;
import org.bouncycastle.bcpg.PacketTags;
import org.bouncycastle.openpgp.PGPCompressedData;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPLiteralData;

/**
 * Reads the structure of an encrypted message (RFC 9580, section 10.3): the packets for its recipients, then the
 * encrypted packet, which may contain compressed packets and signatures, and finally the literal packet. At the end, it
 * checks that each of these layers has ended as well.
 */
final class OpenMessage {
    static final String DOING = "decrypting an OpenPGP message";
    static final String FIND_ANOTHER = "Find an undamaged copy; what was read of this one is not to be trusted.";

    /** gpg compresses once. A message with many layers is an attempt to exhaust the reader. */
    private static final int MOST_LAYERS = 4;

    /** The highest packet type in use (RFC 9580, section 5). */
    private static final int LAST_KNOWN = PacketTags.PADDING;

    /** For each of them the content is hashed once more. Two are usual. */
    private static final int MOST_SIGNATURE_PACKETS = 200;

    /**
     * The maximum number of bytes in compressed data that belong to ignored packets. No program that compresses also
     * adds padding.
     */
    private static final int MOST_MEANINGLESS = 1 << 20;

    /**
     * The encrypted layer and the compressed layers in it, the innermost first. Each of them must end where the content
     * ends.
     */
    private final Deque<Layer> layers = new ArrayDeque<>();

    private final Optional<InnerSignatures> signatures;
    private final PacketStream outside;
    private final InputStream content;
    private int signaturePackets;
    private Optional<SignatureCheck> signer = Optional.empty();

    /**
     * The content of an encrypted or compressed packet.
     *
     * @param packets the packets in it
     * @param wrapping the stream of the enclosing packet, which must be read to its end after the packets
     */
    private record Layer(PacketStream packets, InputStream wrapping) {}

    OpenMessage(InputStream in, DecryptionKeys keys, Verification verification) throws IOException, PGPException {
        signatures =
                verification instanceof Verification.By by ? Optional.of(new InnerSignatures(by)) : Optional.empty();
        outside = new PacketStream(dearmored(in));
        SessionKeyPackets addressed = SessionKeyPackets.read(outside);
        EncryptedPacket encrypted = encrypted(outside);
        InputStream clear = encrypted.content(addressed.open(keys, encrypted));
        layers.push(new Layer(new PacketStream(clear), clear));
        content = literal();
    }

    int read(byte[] bytes, int offset, int length) throws IOException {
        int n = content.read(bytes, offset, length);
        if (n > 0) {
            signatures.ifPresent(hashing -> hashing.update(bytes, offset, n));
        }
        return n;
    }

    /** The signer; known after {@link #finish()}. */
    Optional<SignatureCheck> signer() {
        return signer;
    }

    /** Reads from the end of the content to the end of the message, and checks that the message is complete. */
    void finish() throws IOException {
        for (Layer layer : layers) {
            PacketStream packets = layer.packets();
            for (OptionalInt type = packets.nextType(); type.isPresent(); type = packets.nextType()) {
                if (type.getAsInt() != PacketTags.SIGNATURE) {
                    throw unexpected(type.getAsInt(), "there is more in the message than its content");
                }
                Packet packet = signature(packets);
                signatures.ifPresent(checking -> checking.trailing(packet));
            }
            drain(layer.wrapping(), layer == layers.peekLast() ? Long.MAX_VALUE : MOST_MEANINGLESS);
        }
        if (outside.nextType().isPresent()) {
            throw refused("something stands behind the message");
        }
        if (signatures.isPresent()) {
            signer = Optional.of(signatures.get().outcome());
        }
    }

    private static void drain(InputStream wrapping, long most) throws IOException {
        byte[] rest = new byte[1 << 13];
        long bytes = 0;
        for (int n = wrapping.read(rest); n >= 0; n = wrapping.read(rest)) {
            bytes += n;
            if (bytes > most) {
                throw refused("there is more in the message than its content");
            }
        }
    }

    private static InputStream dearmored(InputStream in) throws IOException {
        PushbackInputStream start = new PushbackInputStream(in, 1);
        int first = start.read();
        if (first < 0) {
            throw refused("the message is empty");
        }
        start.unread(first);
        return first >= 0x80 ? start : new OneArmor(new BufferedInputStream(start));
    }

    private static EncryptedPacket encrypted(PacketStream outside) throws IOException {
        int type = outside.nextType().orElseThrow(() -> refused("there is no encrypted packet in the message"));
        return switch (type) {
            case PacketTags.SYM_ENC_INTEGRITY_PRO, PacketTags.AEAD_ENC_DATA ->
                EncryptedPacket.open(type, outside.body());
            case PacketTags.SYMMETRIC_KEY_ENC ->
                throw new IntegrityException(
                        DOING,
                        "the message has no protection against changes, as programs before the year 2002 wrote it",
                        "If you trust where it was stored, decrypt it with gpg --ignore-mdc-error.");
            default -> throw unexpected(type, "it is no encrypted OpenPGP message");
        };
    }

    /** Reads compression and signature packets up to the content. */
    private InputStream literal() throws IOException, PGPException {
        try {
            while (layers.size() <= MOST_LAYERS) {
                PacketStream packets = layers.peek().packets();
                int type = packets.nextType().orElseThrow(() -> refused("there is nothing in the message"));
                switch (type) {
                    case PacketTags.LITERAL_DATA -> {
                        return new PGPLiteralData(packets.remaining()).getInputStream();
                    }
                    case PacketTags.COMPRESSED_DATA -> {
                        PGPCompressedData compressed = new PGPCompressedData(packets.remaining());
                        layers.push(new Layer(
                                new PacketStream(decompressed(compressed), MOST_MEANINGLESS),
                                compressed.getInputStream()));
                    }
                    case PacketTags.ONE_PASS_SIGNATURE, PacketTags.SIGNATURE -> {
                        Packet packet = signature(packets);
                        signatures.ifPresent(checking -> checking.before(packet));
                    }
                    default -> throw unexpected(type, "there is no data in the message");
                }
            }
            throw refused("the message is compressed over and over");
        } catch (UnsupportedException e) {
            // Only complete data can be reported as unsupported, because changed data may look like anything.
            layers.peekLast().wrapping().transferTo(OutputStream.nullOutputStream());
            throw e;
        }
    }

    private Packet signature(PacketStream packets) throws IOException {
        signaturePackets++;
        if (signaturePackets > MOST_SIGNATURE_PACKETS) {
            throw refused("there are more than " + MOST_SIGNATURE_PACKETS + " packets of signatures in the message");
        }
        return packets.read(SignaturePackets.LARGEST);
    }

    private static InputStream decompressed(PGPCompressedData compressed) throws IOException, PGPException {
        return switch (compressed.getAlgorithm()) {
            case CompressionAlgorithmTags.UNCOMPRESSED,
                    CompressionAlgorithmTags.ZIP,
                    CompressionAlgorithmTags.ZLIB,
                    CompressionAlgorithmTags.BZIP2 -> compressed.getDataStream();
            default -> throw new UnsupportedException("compression algorithm " + compressed.getAlgorithm());
        };
    }

    /** The failure for a packet that is not allowed here, or whose type is not supported. */
    private static IOException unexpected(int type, String why) {
        return type > LAST_KNOWN ? new UnsupportedException("a packet of type " + type) : refused(why);
    }

    static IntegrityException refused(String why) {
        return new IntegrityException(DOING, why, FIND_ANOTHER);
    }
}

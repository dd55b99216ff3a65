package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.bcpg.ArmoredInputStream;
import org.bouncycastle.bcpg.KeyIdentifier;
import org.bouncycastle.bcpg.SymmetricEncDataPacket;
import org.bouncycastle.openpgp.PGPCompressedData;
import org.bouncycastle.openpgp.PGPEncryptedData;
import org.bouncycastle.openpgp.PGPEncryptedDataList;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPLiteralData;
import org.bouncycastle.openpgp.PGPMarker;
import org.bouncycastle.openpgp.PGPObjectFactory;
import org.bouncycastle.openpgp.PGPOnePassSignatureList;
import org.bouncycastle.openpgp.PGPPadding;
import org.bouncycastle.openpgp.PGPPublicKeyEncryptedData;
import org.bouncycastle.openpgp.PGPSessionKey;
import org.bouncycastle.openpgp.PGPSessionKeyEncryptedData;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyDataDecryptorFactory;

/**
 * The way through an encrypted message (RFC 9580, section 10.3): whom it is for, then the encrypted packet, in it maybe
 * compressed packets and signatures, inmost the literal packet; and the way out again, on which everything must be at its end.
 */
final class OpenMessage {
    static final String DOING = "decrypting an OpenPGP message";
    static final String FIND_ANOTHER = "Find an undamaged copy; what was read of this one is not to be trusted.";

    /** gpg compresses once. More than a few layers are an attempt to exhaust the reader. */
    private static final int MOST_LAYERS = 4;

    /** The encrypted layer and the compressed ones in it, each of which has to be at its end when the content is; the inmost first. */
    private final Deque<Layer> layers = new ArrayDeque<>();

    private final Optional<InnerSignatures> signatures;
    private final Packets outside;
    private final PGPSessionKeyEncryptedData encrypted;
    private final InputStream content;
    private Optional<SignatureCheck> signer = Optional.empty();

    /** A sequence of packets. */
    private record Packets(PGPObjectFactory objects) {
        Packets(InputStream bytes) {
            this(new PGPObjectFactory(bytes, new BcKeyFingerprintCalculator()));
        }

        /** The next packet that means something; empty at the end. */
        Optional<Object> next() throws IOException {
            Object packet = objects.nextObject();
            while (packet instanceof PGPMarker || packet instanceof PGPPadding) {
                packet = objects.nextObject();
            }
            return Optional.ofNullable(packet);
        }
    }

    /**
     * What is wrapped in an encrypted or a compressed packet.
     *
     * @param packets inside
     * @param wrapping the stream that has to be read to its end when they are
     */
    private record Layer(Packets packets, InputStream wrapping) {}

    OpenMessage(InputStream in, DecryptionKeys keys, Verification verification) throws IOException, PGPException {
        signatures = verification instanceof Verification.By by
                ? Optional.of(new InnerSignatures(by))
                : Optional.empty();
        outside = new Packets(dearmored(in));
        PGPEncryptedDataList envelope = envelope(outside);
        encrypted = envelope.extractSessionKeyEncryptedData();
        InputStream clear = encrypted.getDataStream(new SessionDecryption(sessionKey(envelope, keys)));
        layers.push(new Layer(new Packets(clear), clear));
        content = literal().getInputStream();
    }

    int read(byte[] bytes, int offset, int length) throws IOException {
        int n = content.read(bytes, offset, length);
        if (n > 0) {
            signatures.ifPresent(hashing -> hashing.update(bytes, offset, n));
        }
        return n;
    }

    /** Who has signed; known when finished. */
    Optional<SignatureCheck> signer() {
        return signer;
    }

    /** Reads on from the content's end to that of the message, and checks that it is whole. */
    void finish() throws IOException, PGPException {
        for (Layer layer : layers) {
            Optional<Object> packet = layer.packets().next();
            while (packet.isPresent()) {
                if (!(packet.get() instanceof PGPSignatureList list)) {
                    throw refused("there is more in the message than its content");
                }
                signatures.ifPresent(checking -> checking.trailing(list));
                packet = layer.packets().next();
            }
            layer.wrapping().transferTo(OutputStream.nullOutputStream());
        }
        // AEAD has checked itself while it was read.
        if (!encrypted.isAEAD() && !encrypted.verify()) {
            throw refused("the message was cut or changed: its modification detection code does not fit");
        }
        if (outside.next().isPresent()) {
            throw refused("something stands behind the message");
        }
        if (signatures.isPresent()) {
            signer = signatures.get().outcome();
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

    private static PGPEncryptedDataList envelope(Packets outside) throws IOException {
        Object packet = outside.next().orElseThrow(() -> refused("it is no OpenPGP message"));
        if (!(packet instanceof PGPEncryptedDataList envelope)) {
            throw refused("it is no encrypted OpenPGP message");
        }
        if (envelope.getEncryptedData() instanceof SymmetricEncDataPacket) {
            throw new IntegrityException(
                    DOING,
                    "the message has no protection against changes, as programs before the year 2002 wrote it",
                    "If you trust where it was stored, decrypt it with gpg --ignore-mdc-error.");
        }
        return envelope;
    }

    private static PGPSessionKey sessionKey(PGPEncryptedDataList envelope, DecryptionKeys keys)
            throws IOException {
        Set<String> recipients = new LinkedHashSet<>();
        List<PGPKeyPair> tried = new ArrayList<>();
        for (PGPEncryptedData method : envelope) {
            if (method instanceof PGPPublicKeyEncryptedData packet) {
                KeyIdentifier recipient = packet.getKeyIdentifier();
                recipients.add(recipient.isWildcard() ? "a hidden key" : Certificate.hex(recipient.getKeyId()));
                for (PGPKeyPair pair : keys.matching(recipient)) {
                    Optional<PGPSessionKey> key = sessionKey(packet, pair);
                    if (key.isPresent()) {
                        return key.get();
                    }
                    if (!recipient.isWildcard()) {
                        tried.add(pair);
                    }
                }
            }
        }
        if (!tried.isEmpty()) {
            throw refused("the session key for " + Certificate.hex(tried.get(0).getKeyID()) + " is damaged");
        }
        throw new UsageException(
                DOING,
                recipients.isEmpty()
                        ? "the message is encrypted with a passphrase only"
                        : "the message is encrypted to " + String.join(", ", recipients) + ", and the keys given are "
                                + String.join(", ", keys.keyFingerprints()),
                "Give the secret key that the message is encrypted to.");
    }

    private static Optional<PGPSessionKey> sessionKey(PGPPublicKeyEncryptedData packet, PGPKeyPair pair) {
        try {
            return Optional.of(packet.getSessionKey(new BcPublicKeyDataDecryptorFactory(pair)));
        } catch (PGPException | RuntimeException e) {
            // With a hidden recipient trying is the only way to find out; Bouncy Castle throws anything at a misfit.
            return Optional.empty();
        }
    }

    /** Goes in through compression and signatures to the content. */
    private PGPLiteralData literal() throws IOException, PGPException {
        while (layers.size() <= MOST_LAYERS) {
            Object packet = layers.peek().packets().next().orElseThrow(() -> refused("there is nothing in the message"));
            if (packet instanceof PGPLiteralData literal) {
                return literal;
            } else if (packet instanceof PGPCompressedData compressed) {
                layers.push(new Layer(new Packets(compressed.getDataStream()), compressed.getInputStream()));
            } else if (packet instanceof PGPOnePassSignatureList list) {
                signatures.ifPresent(checking -> checking.announced(list));
            } else if (packet instanceof PGPSignatureList list) {
                signatures.ifPresent(checking -> checking.leading(list));
            } else {
                throw refused("there is no data in the message");
            }
        }
        throw refused("the message is compressed over and over");
    }

    private static IntegrityException refused(String why) {
        return new IntegrityException(DOING, why, FIND_ANOTHER);
    }
}

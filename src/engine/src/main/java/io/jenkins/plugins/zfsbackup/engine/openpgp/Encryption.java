package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.IOException;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.bouncycastle.bcpg.CompressionAlgorithmTags;
import org.bouncycastle.openpgp.PGPCompressedDataGenerator;
import org.bouncycastle.openpgp.PGPEncryptedDataGenerator;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPLiteralData;
import org.bouncycastle.openpgp.PGPLiteralDataGenerator;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyKeyEncryptionMethodGenerator;

/**
 * Encrypts to recipients, and signs if there is a signing key. Thread-safe.
 *
 * <p>A message is what {@code gpg --encrypt [--sign] --compress-algo none} makes from data of unknown length: binary
 * data without a name or date, encrypted with AES-256 and a modification detection code, in parts of partial length
 * (RFC 9580, sections 4.2.1.4, 5.9 and 5.13.1).
 */
public final class Encryption {
    /**
     * The size in bytes of each part of the content. It is small enough for hashing and encryption to work within the
     * cache of the processor.
     */
    private static final int CONTENT_PART = 1 << 16;

    /** The size in bytes of each part of the encrypted message. A part is written at once. */
    private static final int MESSAGE_PART = 1 << 17;

    private final List<PGPPublicKey> recipients;
    private final Optional<SigningKey> signer;
    private final SecureRandom random;

    /** Encrypts to all these recipients, with a new session key for each message. */
    public Encryption(Recipients recipients, Optional<SigningKey> signer, SecureRandom random) {
        this(recipients.all().stream().map(Recipient::key).toList(), signer, random);
    }

    /** Encrypts to all these keys. */
    Encryption(List<PGPPublicKey> recipients, Optional<SigningKey> signer, SecureRandom random) {
        this.recipients = List.copyOf(recipients);
        this.signer = signer;
        this.random = random;
    }

    /**
     * Starts a message.
     *
     * @param sink the output, which gets pieces of 128 KiB except at the start and the end; not closed
     * @return the stream for the content; closing it completes the message. After an error of the sink the message
     *     can't be completed
     * @throws io.jenkins.plugins.zfsbackup.engine.model.UsageException if the signing key is not valid yet, or no
     *     longer valid
     */
    public OutputStream encrypt(OutputStream sink) throws IOException {
        return message(sink, false);
    }

    /** As {@link #encrypt}, with the content and its signature compressed as by {@code gpg --compress-algo ZLIB}. */
    public OutputStream encryptCompressed(OutputStream sink) throws IOException {
        return message(sink, true);
    }

    private OutputStream message(OutputStream sink, boolean zlib) throws IOException {
        try {
            return new Message(sink, zlib);
        } catch (PGPException e) {
            throw new IllegalStateException("can't encrypt to keys that were proved", e);
        }
    }

    private PGPEncryptedDataGenerator envelope() {
        PGPEncryptedDataGenerator envelope = new PGPEncryptedDataGenerator(new AesEncryption(random));
        recipients.forEach(recipient ->
                envelope.addMethod(new BcPublicKeyKeyEncryptionMethodGenerator(recipient).setSecureRandom(random)));
        return envelope;
    }

    private final class Message extends OutputStream {
        private final OutputStream sink;
        private final OutputStream sealed;
        private final OutputStream packed;
        private final Optional<PGPSignatureGenerator> signature;
        private final OutputStream content;
        private boolean over;

        Message(OutputStream sink, boolean zlib) throws IOException, PGPException {
            this.sink = sink;
            sealed = envelope().open(sink, new byte[MESSAGE_PART]);
            packed = zlib
                    ? new PGPCompressedDataGenerator(CompressionAlgorithmTags.ZLIB).open(sealed, new byte[CONTENT_PART])
                    : sealed;
            signature = signer.isPresent() ? Optional.of(signer.get().signing()) : Optional.empty();
            if (signature.isPresent()) {
                signature.get().generateOnePassVersion(false).encode(packed);
            }
            content = new PGPLiteralDataGenerator()
                    .open(packed, PGPLiteralData.BINARY, "", PGPLiteralData.NOW, new byte[CONTENT_PART]);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            if (over) {
                throw new IOException("the message is complete, or its sink has failed");
            }
            over = true; // and stays so if the sink fails
            signature.ifPresent(hashing -> hashing.update(bytes, offset, length));
            content.write(bytes, offset, length);
            over = false;
        }

        @Override
        public void close() throws IOException {
            if (over) {
                return;
            }
            over = true;
            content.close();
            if (signature.isPresent()) {
                sign(signature.get());
            }
            if (packed != sealed) {
                packed.close();
            }
            sealed.close();
            sink.flush();
        }

        private void sign(PGPSignatureGenerator hashed) throws IOException {
            try {
                hashed.generate().encode(packed);
            } catch (PGPException e) {
                throw new IllegalStateException("can't sign", e);
            }
        }
    }
}

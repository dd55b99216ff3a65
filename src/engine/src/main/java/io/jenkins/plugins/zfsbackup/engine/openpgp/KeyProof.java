package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.crypto.generators.X25519KeyPairGenerator;
import org.bouncycastle.crypto.params.X25519KeyGenerationParameters;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.operator.bc.BcPGPKeyPair;

/**
 * Tests keys by using them, before any data depends on them. Otherwise, a signing key whose signatures are not
 * accepted, or a recipient that can't be encrypted to, would only be noticed when the backups are needed.
 */
public final class KeyProof {
    private static final byte[] SAMPLE =
            "What is signed and encrypted must come back.".getBytes(StandardCharsets.UTF_8);

    private final Clock clock;
    private final SecureRandom random;

    /** @param clock the clock for signing and verifying backups */
    public KeyProof(Clock clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
    }

    /**
     * Signs, and verifies the signature with the public part of the key, as {@link VerificationKeys} does.
     *
     * @throws UsageException if the signature would not be accepted
     */
    public void prove(SigningKey signer) throws UsageException {
        try {
            SignatureCheck check = VerificationKeys.of(signer.certificate(), clock)
                    .verifyDetached(SAMPLE, signer.detachedSignature(SAMPLE));
            if (!check.keyFingerprint().equals(signer.keyFingerprint())) {
                throw new IntegrityException("checking a signature", "another key has made it", "");
            }
        } catch (UsageException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new UsageException(
                    "proving signing key " + signer.fingerprint(),
                    "what it signs does not verify: " + said(e),
                    "Export the key again with gpg --export-secret-keys, or sign with another one.",
                    e);
        }
    }

    /**
     * Encrypts to each recipient, and decrypts the messages with a temporary key. This tests everything that does not
     * need the secret key of the recipient.
     *
     * @param signer signs the messages as well, as in a backup
     * @throws UsageException if a recipient can't be encrypted to; the message names it
     */
    public void prove(Recipients recipients, Optional<SigningKey> signer) throws UsageException {
        for (Recipient recipient : recipients.all()) {
            try {
                prove(recipient, signer);
            } catch (UsageException e) {
                throw e;
            } catch (IOException | PGPException | RuntimeException e) {
                throw new UsageException(
                        "proving recipient's key " + recipient,
                        "nothing can be encrypted to its key " + recipient.keyFingerprint() + ": " + said(e),
                        "Ask its owner for another export (gpg --armor --export), or for another key.",
                        e);
            }
        }
    }

    private void prove(Recipient recipient, Optional<SigningKey> signer) throws IOException, PGPException {
        PGPKeyPair reader = reader();
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        Encryption encryption = new Encryption(List.of(recipient.key(), reader.getPublicKey()), signer, random);
        try (OutputStream content = encryption.encrypt(message)) {
            content.write(SAMPLE);
        }
        Verification verification = signer.isPresent()
                ? Verification.required(VerificationKeys.of(signer.get().certificate(), clock))
                : Verification.none();
        try (DecryptedMessage content = new Decryption(DecryptionKeys.of(reader), verification)
                .decrypt(new ByteArrayInputStream(message.toByteArray()))) {
            if (!Arrays.equals(content.readAllBytes(), SAMPLE)) {
                throw new IntegrityException("reading it back", "something else came out", "");
            }
        }
    }

    /** A temporary key that the messages are also encrypted to. */
    private PGPKeyPair reader() throws PGPException {
        X25519KeyPairGenerator generator = new X25519KeyPairGenerator();
        generator.init(new X25519KeyGenerationParameters(random));
        return new BcPGPKeyPair(
                PublicKeyPacket.VERSION_4,
                PublicKeyAlgorithmTags.X25519,
                generator.generateKeyPair(),
                Date.from(clock.instant()));
    }

    /** The message of the innermost exception: the outer ones only tell where it happened. */
    private static String said(Exception e) {
        if (e instanceof BackupException known) {
            return known.said();
        }
        Throwable inmost = e;
        while (inmost.getCause() != null) {
            inmost = inmost.getCause();
        }
        return Reason.of(inmost);
    }
}

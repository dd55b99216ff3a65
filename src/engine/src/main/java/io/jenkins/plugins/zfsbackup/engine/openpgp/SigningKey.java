package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.bcpg.ArmoredOutputStream;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;

/** A secret key that signs. May be used by several threads at once. */
public final class SigningKey {
    private final Certificate certificate;
    private final PGPKeyPair pair;
    private final Clock clock;

    private SigningKey(Certificate certificate, PGPKeyPair pair, Clock clock) {
        this.certificate = certificate;
        this.pair = pair;
        this.clock = clock;
    }

    /**
     * Reads a secret key and unlocks the newest part of it that is for signing.
     *
     * @param keyFile as written by {@code gpg --export-secret-keys}, armored or binary
     * @param passphrase of the key; not needed if it has none
     * @param clock tells whether the key has expired, and the time to sign with
     * @throws UsageException if the file is no secret key, holds only a stub of one, nothing in it can sign now, or the passphrase is missing or wrong
     */
    public static SigningKey read(byte[] keyFile, Optional<char[]> passphrase, Clock clock) throws UsageException {
        String doing = "reading the signing key";
        List<Certificate> certificates = KeyFile.read(keyFile, doing);
        List<String> refusals = new ArrayList<>();
        for (Certificate certificate : certificates) {
            Certificate.Choice choice = certificate.signingKey(clock.instant());
            Optional<SecretPart> secret = choice.part().flatMap(certificate::secret);
            if (secret.isPresent()) {
                PGPKeyPair pair = secret.get().unlock(passphrase, "unlocking signing key " + certificate);
                return new SigningKey(certificate, pair, clock);
            }
            refusals.add("key " + certificate + ": " + choice.refusal());
        }
        throw new UsageException(
                doing, String.join("; ", refusals), "Give a file as written by gpg --export-secret-keys.");
    }

    /** The primary key's fingerprint, in upper-case hexadecimal. */
    public String fingerprint() {
        return certificate.fingerprint();
    }

    /** The fingerprint of the key that signs, maybe a subkey, in upper-case hexadecimal. */
    public String keyFingerprint() {
        return Certificate.hex(pair.getPublicKey().getFingerprint());
    }

    /** Whom the key belongs to, as {@code Name <address>}; may be empty. */
    public List<String> userIds() {
        return certificate.userIds();
    }

    /** Signs data as {@code gpg --detach-sign --armor} does; {@link VerificationKeys#verifyDetached} is the counterpart. */
    public byte[] detachedSignature(byte[] data) {
        try {
            PGPSignatureGenerator signing = signing();
            signing.update(data);
            ByteArrayOutputStream armored = new ByteArrayOutputStream();
            try (ArmoredOutputStream armor =
                    ArmoredOutputStream.builder().clearHeaders().build(armored)) {
                signing.generate().encode(armor);
            }
            return armored.toByteArray();
        } catch (PGPException | IOException e) {
            throw new IllegalStateException("can't sign with key " + certificate, e);
        }
    }

    /** Starts a signature over the bytes of a document. */
    PGPSignatureGenerator signing() throws PGPException {
        PGPSignatureGenerator signing = new PGPSignatureGenerator(
                HashedSignature.signing(Algorithms.signingHash(pair.getPublicKey())), pair.getPublicKey());
        signing.init(PGPSignature.BINARY_DOCUMENT, pair.getPrivateKey());
        PGPSignatureSubpacketGenerator told = new PGPSignatureSubpacketGenerator();
        told.setIssuerFingerprint(false, pair.getPublicKey());
        told.setSignatureCreationTime(false, Date.from(clock.instant()));
        signing.setHashedSubpackets(told.generate());
        return signing;
    }
}

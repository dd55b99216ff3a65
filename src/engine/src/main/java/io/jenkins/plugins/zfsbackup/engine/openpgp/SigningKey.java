package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.bcpg.ArmoredOutputStream;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureGenerator;
import org.bouncycastle.openpgp.PGPSignatureSubpacketGenerator;

/** A secret key that signs. Thread-safe. */
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
     * Reads a secret key and unlocks the newest part of it that can sign.
     *
     * @param keyFile a file written by {@code gpg --export-secret-keys}, armored or binary
     * @param passphrase the passphrase of the key; not needed if it has none
     * @param clock determines whether the key is valid, and the time of signatures
     * @throws UsageException if the file is not a secret key, contains only a stub of one, nothing in it can sign now,
     *     or the passphrase is missing or wrong
     */
    public static SigningKey read(byte[] keyFile, Optional<char[]> passphrase, Clock clock) throws UsageException {
        String doing = "reading the signing key";
        KeyFile.Keys keys = KeyFile.read(List.of(keyFile), doing, Algorithms.MAKE_ANOTHER_KEY);
        List<String> refusals = new ArrayList<>();
        for (Certificate certificate : keys.known()) {
            Certificate.Choice choice = certificate.signingKey(clock.instant());
            if (choice.part().isPresent()) {
                PGPKeyPair pair = SecretPart.unlock(
                        certificate.secrets(choice.part().get().key()),
                        passphrase,
                        "unlocking signing key " + certificate);
                return new SigningKey(certificate, pair, clock);
            }
            refusals.add("key " + certificate + ": " + choice.refusal());
        }
        refusals.addAll(keys.unknown());
        throw new UsageException(
                doing,
                String.join("; ", refusals),
                "Give a file as written by gpg --export-secret-keys of a key that can sign; gpg"
                        + " --list-secret-keys shows what"
                        + " each is for ([S]) and until when.");
    }

    /** The public part of the key. */
    Certificate certificate() {
        return certificate;
    }

    /** The fingerprint of the primary key, in upper-case hexadecimal. */
    public String fingerprint() {
        return certificate.fingerprint();
    }

    /** The fingerprint of the key that signs, possibly a subkey, in upper-case hexadecimal. */
    public String keyFingerprint() {
        return Certificate.hex(pair.getPublicKey().getFingerprint());
    }

    /** The owner of the key, as {@code Name <address>}; may be empty. */
    public List<String> userIds() {
        return certificate.userIds();
    }

    /**
     * Signs data as {@code gpg --detach-sign --armor} does. {@link VerificationKeys#verifyDetached} checks such a
     * signature.
     *
     * @throws UsageException if the key is not valid yet, or no longer valid: the signature would not be accepted
     */
    public byte[] detachedSignature(byte[] data) throws UsageException {
        try {
            PGPSignatureGenerator signing = signing();
            signing.update(data);
            ByteArrayOutputStream armored = new ByteArrayOutputStream();
            try (ArmoredOutputStream armor =
                    ArmoredOutputStream.builder().clearHeaders().build(armored)) {
                signing.generate().encode(armor);
            }
            return armored.toByteArray();
        } catch (UsageException e) {
            throw e;
        } catch (PGPException | IOException e) {
            throw new IllegalStateException("can't sign with key " + certificate, e);
        }
    }

    /**
     * Starts a signature over the bytes of a document.
     *
     * @throws UsageException if the key is not valid yet, or no longer valid
     */
    PGPSignatureGenerator signing() throws PGPException, UsageException {
        Instant now = clock.instant();
        Optional<String> objection = objection(now);
        if (objection.isPresent()) {
            throw new UsageException(
                    "signing with key " + certificate,
                    objection.get(),
                    "Set the clock, or take a key that is in force: what is signed now would count for nothing.");
        }
        PGPSignatureGenerator signing = new PGPSignatureGenerator(
                HashedSignature.signing(Algorithms.signingHash(pair.getPublicKey())), pair.getPublicKey());
        signing.init(PGPSignature.BINARY_DOCUMENT, pair.getPrivateKey());
        PGPSignatureSubpacketGenerator told = new PGPSignatureSubpacketGenerator();
        told.setIssuerFingerprint(false, pair.getPublicKey());
        told.setSignatureCreationTime(false, Date.from(now));
        signing.setHashedSubpackets(told.generate());
        return signing;
    }

    /**
     * Why a signature made at a given time would not be accepted: during a long run, keys may expire and clocks may be
     * set.
     */
    private Optional<String> objection(Instant at) {
        List<Certificate.Part> parts = certificate.parts(at);
        return Stream.concat(
                        parts.stream().limit(1),
                        parts.stream().filter(part -> part.fingerprint().equals(keyFingerprint())))
                .map(part -> part.invalid(at).map(part::named))
                .flatMap(Optional::stream)
                .findFirst();
    }
}

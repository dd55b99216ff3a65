package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.bcpg.ArmoredInputStream;
import org.bouncycastle.bcpg.SignatureSubpacket;
import org.bouncycastle.bcpg.sig.NotationData;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPObjectFactory;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.PGPSignatureSubpacketVector;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;

/** The keys of those whose signatures count. May be used by several threads at once. */
public final class VerificationKeys {
    private final List<Certificate> certificates;
    private final Clock clock;

    private VerificationKeys(List<Certificate> certificates, Clock clock) {
        this.certificates = certificates;
        this.clock = clock;
    }

    /**
     * Reads public keys. Secret ones give their public part.
     *
     * @param keyFiles each as written by {@code gpg --export}, armored or binary
     * @param clock tells whether a signature that was made for a limited time still counts
     * @throws UsageException if there is no file, or a file is no key
     */
    public static VerificationKeys read(List<byte[]> keyFiles, Clock clock) throws UsageException {
        String doing = "reading the verification keys";
        if (keyFiles.isEmpty()) {
            throw new UsageException(doing, "there is none", "Name at least one public key to verify with.");
        }
        return new VerificationKeys(KeyFile.read(keyFiles, doing), clock);
    }

    /** The primary keys' fingerprints, in upper-case hexadecimal. */
    public List<String> fingerprints() {
        return certificates.stream().map(Certificate::fingerprint).toList();
    }

    /**
     * Checks a signature that stands apart from its data, as {@code gpg --detach-sign} makes it.
     *
     * @param data what was signed
     * @param signature armored or binary
     * @return who made it; of several signatures, the first good one
     * @throws IntegrityException if there is no good signature by one of these keys
     */
    public SignatureCheck verifyDetached(byte[] data, byte[] signature) throws IntegrityException {
        String doing = "checking a signature";
        List<String> objections = new ArrayList<>();
        for (PGPSignature candidate : signatures(signature, doing)) {
            Optional<Signer> signer = signer(candidate.getKeyID());
            if (signer.isEmpty()) {
                objections.add("it is by key " + Certificate.hex(candidate.getKeyID()) + ", which is none of those given");
                continue;
            }
            Optional<String> objection = signer.get().objection(candidate, () -> {
                candidate.init(HashedSignature.verifying(), signer.get().part().key());
                candidate.update(data);
                return candidate.verify();
            });
            if (objection.isEmpty()) {
                return signer.get().check(candidate);
            }
            objections.add(objection.get());
        }
        throw new IntegrityException(
                doing,
                objections.isEmpty() ? "there is no OpenPGP signature" : String.join("; ", objections),
                "Find out whether the file was changed or somebody else has signed it; trust it in neither case.");
    }

    private static List<PGPSignature> signatures(byte[] file, String doing) throws IntegrityException {
        try {
            InputStream bytes = new ByteArrayInputStream(file);
            InputStream binary = file.length > 0 && file[0] < 0 ? bytes : new ArmoredInputStream(bytes);
            PGPObjectFactory objects = new PGPObjectFactory(binary, new BcKeyFingerprintCalculator());
            List<PGPSignature> signatures = new ArrayList<>();
            if (objects.nextObject() instanceof PGPSignatureList list) {
                list.forEach(signatures::add);
            }
            return signatures;
        } catch (IOException | RuntimeException e) {
            // Bouncy Castle checks little of what it parses, so that rubbish may end in any unchecked exception.
            throw new IntegrityException(doing, "the signature is damaged", "Sign again, or find an undamaged copy.", e);
        }
    }

    /** Whom a key id belongs to; empty if to none of these. */
    Optional<Signer> signer(long keyId) {
        return certificates.stream()
                .flatMap(certificate -> certificate.parts().stream()
                        .filter(part -> part.key().getKeyID() == keyId)
                        .map(part -> new Signer(certificate, part, clock)))
                .findFirst();
    }

    /** The computation of whether a signature fits its data. */
    interface Computation {
        boolean fits() throws PGPException;
    }

    /** A key whose signatures count. */
    record Signer(Certificate certificate, Certificate.Part part, Clock clock) {

        /** What there is to say against a signature by it; empty if it is good. */
        Optional<String> objection(PGPSignature signature, Computation computation) {
            try {
                if (!computation.fits()) {
                    return Optional.of("the signature by " + certificate + " does not fit the data");
                }
                return objection(signature).map(why -> "the signature by " + certificate + " does not count: " + why);
            } catch (PGPException | RuntimeException e) {
                return Optional.of("the signature by " + certificate + " can't be checked: " + e.getMessage());
            }
        }

        SignatureCheck check(PGPSignature signature) {
            return new SignatureCheck(
                    certificate.fingerprint(),
                    part.fingerprint(),
                    certificate.userIds(),
                    signature.getCreationTime().toInstant());
        }

        private Optional<String> objection(PGPSignature signature) {
            Instant made = signature.getCreationTime().toInstant();
            int type = signature.getSignatureType();
            if (type != PGPSignature.BINARY_DOCUMENT && type != PGPSignature.CANONICAL_TEXT_DOCUMENT) {
                return Optional.of("it is not one over a document");
            }
            if (!part.mayHaveSigned()) {
                return Optional.of("key " + part.fingerprint() + " is not for signing");
            }
            return Stream.of(certificate.primary(), part)
                    .map(key -> invalid(key, made))
                    .flatMap(Optional::stream)
                    .findFirst()
                    .or(() -> Optional.ofNullable(signature.getHashedSubPackets())
                            .flatMap(told -> limitation(told, made)));
        }

        /** Why a key's signatures of a time don't count; a soft revocation leaves those before it as they were. */
        private static Optional<String> invalid(Certificate.Part key, Instant made) {
            String name = "key " + key.fingerprint();
            if (!key.bound()) {
                return Optional.of("nobody vouches for " + name);
            }
            if (made.isBefore(key.created())) {
                return Optional.of("it is older than " + name);
            }
            Optional<String> revoked = key.revoked()
                    .filter(revocation -> revocation.hard() || !made.isBefore(revocation.when()))
                    .map(revocation -> name + " was revoked on " + revocation.when() + revocation.why());
            return revoked.or(() -> key.expires()
                    .filter(end -> !made.isBefore(end))
                    .map(end -> name + " had expired on " + end));
        }

        /** What the signature says against itself: it has run out, or asks for what is unknown here (RFC 9580, section 5.2.3.7). */
        private Optional<String> limitation(PGPSignatureSubpacketVector told, Instant made) {
            long seconds = told.getSignatureExpirationTime();
            if (seconds > 0 && !clock.instant().isBefore(made.plusSeconds(seconds))) {
                return Optional.of("it was made for a time that ended on " + made.plusSeconds(seconds));
            }
            boolean unknown = Stream.of(told.toArray())
                    .filter(SignatureSubpacket::isCritical)
                    .anyMatch(packet -> packet.getClass() == SignatureSubpacket.class || packet instanceof NotationData);
            return unknown ? Optional.of("it makes a condition that is unknown here") : Optional.empty();
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.bouncycastle.bcpg.KeyIdentifier;
import org.bouncycastle.bcpg.PacketTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSignature;

/** The keys of the accepted signers. Thread-safe. */
public final class VerificationKeys {
    /** The maximum number of signatures in a file. More are an attempt to exhaust the reader. */
    private static final int MOST_SIGNATURES = 100;

    private final List<Certificate> certificates;
    private final Clock clock;

    private VerificationKeys(List<Certificate> certificates, Clock clock) {
        this.certificates = certificates;
        this.clock = clock;
    }

    /**
     * Reads public keys. Of secret keys, the public part is used.
     *
     * @param keyFiles files written by {@code gpg --export}, armored or binary
     * @param clock only determines whether a signature with an expiry time is still valid. Whether a key was valid for
     *     a signature is judged at the time at which the signature was made
     * @throws UsageException if there is no file, or a file contains no supported key
     */
    public static VerificationKeys read(List<byte[]> keyFiles, Clock clock) throws UsageException {
        String doing = "reading the verification keys";
        if (keyFiles.isEmpty()) {
            throw new UsageException(doing, "there is none", "Name at least one public key to verify with.");
        }
        KeyFile.Keys keys = KeyFile.read(
                keyFiles, doing, "What it has signed is checked by the program that has made it: gpg --verify.");
        return new VerificationKeys(keys.known(), clock);
    }

    /** Only this key. */
    static VerificationKeys of(Certificate certificate, Clock clock) {
        return new VerificationKeys(List.of(certificate), clock);
    }

    /** The fingerprints of the primary keys, in upper-case hexadecimal. */
    public List<String> fingerprints() {
        return certificates.stream().map(Certificate::fingerprint).toList();
    }

    /**
     * Checks a detached signature, as made by {@code gpg --detach-sign}.
     *
     * @param data the signed data
     * @param signature armored or binary
     * @return the signer; of several signatures, the first valid one
     * @throws IntegrityException if there is no valid signature by one of these keys
     */
    public SignatureCheck verifyDetached(byte[] data, byte[] signature) throws IntegrityException {
        String doing = "checking a signature";
        List<String> objections = new ArrayList<>();
        for (Packet packet : packets(signature, doing)) {
            Optional<PGPSignature> candidate = parsed(packet, objections);
            if (candidate.isEmpty()) {
                continue;
            }
            List<Signer> signers = signers(candidate.get());
            if (signers.isEmpty()) {
                objections.add(
                        "it is by " + SignaturePackets.maker(candidate.get()) + ", which is none of those given");
            }
            for (Signer signer : signers) {
                Optional<String> objection =
                        signer.objection(candidate.get(), () -> fits(candidate.get(), signer, data));
                if (objection.isEmpty()) {
                    return signer.check(candidate.get());
                }
                objections.add(objection.get());
            }
        }
        throw new IntegrityException(
                doing,
                objections.isEmpty() ? "there is no OpenPGP signature" : String.join("; ", objections),
                "Find out whether the file was changed or somebody else has signed it; trust it in neither case.");
    }

    private static boolean fits(PGPSignature signature, Signer signer, byte[] data) throws PGPException {
        signature.init(HashedSignature.verifying(), signer.key());
        signature.update(data);
        return signature.verify();
    }

    private static Optional<PGPSignature> parsed(Packet packet, List<String> objections) {
        try {
            return Optional.of(SignaturePackets.signature(packet));
        } catch (UnsupportedException e) {
            objections.add("it is " + Reason.of(e) + ", which is unknown here");
        } catch (IOException e) {
            objections.add("it is " + Reason.of(e));
        }
        return Optional.empty();
    }

    private static List<Packet> packets(byte[] file, String doing) throws IntegrityException {
        try {
            List<Packet> packets = new ArrayList<>();
            for (byte[] block : Armor.isText(file) ? Armor.signatureBlocks(file) : List.of(file)) {
                PacketStream stream = new PacketStream(new ByteArrayInputStream(block));
                while (stream.nextType().isPresent() && packets.size() < MOST_SIGNATURES) {
                    packets.add(stream.read(SignaturePackets.LARGEST));
                }
            }
            return packets.stream()
                    .filter(packet -> packet.type() == PacketTags.SIGNATURE)
                    .toList();
        } catch (IOException e) {
            throw new IntegrityException(
                    doing, "the signature is damaged: " + Reason.of(e), "Sign again, or find an undamaged copy.", e);
        }
    }

    /** The keys that may have made a signature. */
    List<Signer> signers(PGPSignature signature) {
        return signers(key -> SignaturePackets.mayBeBy(signature, key));
    }

    /** The keys with this key id or fingerprint. */
    List<Signer> signers(KeyIdentifier identifier) {
        return signers(identifier::matches);
    }

    private List<Signer> signers(Predicate<KeyIdentifier> meant) {
        return certificates.stream()
                .flatMap(certificate -> certificate.keys().stream()
                        .filter(key -> meant.test(key.getKeyIdentifier()))
                        .map(key -> new Signer(certificate, key, clock)))
                .toList();
    }

    /** Computes whether a signature matches its data. */
    interface Computation {
        boolean fits() throws PGPException;
    }

    /** A key of an accepted signer. */
    record Signer(Certificate certificate, PGPPublicKey key, Clock clock) {

        /** Why a signature by this key is not accepted; empty if it is. */
        Optional<String> objection(PGPSignature signature, Computation computation) {
            try {
                if (!computation.fits()) {
                    return Optional.of("the signature by " + certificate + " does not fit the data");
                }
                return objection(signature).map(why -> "the signature by " + certificate + " does not count: " + why);
            } catch (PGPException | RuntimeException e) {
                return Optional.of(uncheckable(e));
            }
        }

        /** The message that a signature by this key can't be checked. */
        String uncheckable(Exception why) {
            return "the signature by " + certificate + " can't be checked: " + Reason.of(why);
        }

        SignatureCheck check(PGPSignature signature) {
            return new SignatureCheck(
                    certificate.fingerprint(),
                    Certificate.hex(key.getFingerprint()),
                    certificate.userIds(),
                    signature.getCreationTime().toInstant());
        }

        private Optional<String> objection(PGPSignature signature) {
            Instant made = signature.getCreationTime().toInstant();
            int type = signature.getSignatureType();
            if (type != PGPSignature.BINARY_DOCUMENT && type != PGPSignature.CANONICAL_TEXT_DOCUMENT) {
                return Optional.of("it is not one over a document");
            }
            List<Certificate.Part> parts = certificate.parts(made);
            Certificate.Part part = parts.stream()
                    .filter(each -> Arrays.equals(each.key().getFingerprint(), key.getFingerprint()))
                    .findFirst()
                    .orElseThrow();
            if (!part.mayHaveSigned()) {
                return Optional.of("key " + part.fingerprint() + " is not for signing");
            }
            return Stream.of(parts.get(0), part)
                    .map(each -> invalid(each, made))
                    .flatMap(Optional::stream)
                    .findFirst()
                    .or(() -> limitation(signature, made));
        }

        /**
         * Why signatures that a key made at a given time are not accepted. A soft revocation does not affect earlier
         * ones.
         */
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
            return revoked.or(
                    () -> key.expires().filter(end -> !made.isBefore(end)).map(end -> name + " had expired on " + end));
        }

        /** Why the contents of the signature make it invalid: it has expired, or has an unsupported critical part. */
        private Optional<String> limitation(PGPSignature signature, Instant made) {
            if (SignaturePackets.asksForTheUnknown(signature)) {
                return Optional.of("it makes a condition that is unknown here");
            }
            return SignaturePackets.ends(signature)
                    .filter(end -> !clock.instant().isBefore(end))
                    .map(end -> "it was made for a time that ended on " + end);
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bouncycastle.bcpg.SignatureSubpacketTags;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyRing;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSecretKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.PGPSignatureSubpacketVector;

/**
 * A public key with its subkeys, as its owner's signatures say it is: who it belongs to, what each part is for, until when, and
 * whether it was revoked. Bouncy Castle's getters answer from signatures that nobody has checked; here only those count
 * whose check succeeds. Among several the newest one is in force (RFC 9580, section 5.2.3.10).
 */
final class Certificate {
    private final PGPPublicKey primary;
    private final List<String> userIds;
    private final List<Part> parts;
    private final Map<String, SecretPart> secrets;

    Certificate(PGPKeyRing ring) {
        Iterator<PGPPublicKey> keys = ring.getPublicKeys();
        primary = keys.next();
        List<PGPSignature> certifications = new ArrayList<>(selfSignatures(primary, PGPSignature.DIRECT_KEY));
        userIds = new ArrayList<>();
        for (Iterator<byte[]> ids = primary.getRawUserIDs(); ids.hasNext(); ) {
            byte[] id = ids.next();
            certification(id).ifPresent(certification -> {
                userIds.add(printable(id));
                certifications.add(certification);
            });
        }
        List<PGPSignature> revocations = selfSignatures(primary, PGPSignature.KEY_REVOCATION);
        parts = new ArrayList<>();
        parts.add(part(primary, newest(certifications.stream()), revocations));
        keys.forEachRemaining(subkey -> parts.add(part(
                subkey,
                newest(selfSignatures(subkey, PGPSignature.SUBKEY_BINDING).stream()),
                selfSignatures(subkey, PGPSignature.SUBKEY_REVOCATION))));
        secrets = new HashMap<>();
        if (ring instanceof PGPSecretKeyRing secretRing) {
            secretRing.forEach(key -> secrets.put(hex(key.getFingerprint()), new SecretPart(key)));
        }
    }

    /**
     * A key of the certificate: the primary one or a subkey.
     *
     * @param key what can be computed with
     * @param bound whether the owner's signature ties it to the certificate
     * @param flags what it is for, the bits of {@link KeyFlags}; empty if its owner doesn't say
     * @param expires when it stops being valid; empty if never
     * @param revoked the revocation in force, a hard one before a soft one; empty if it isn't revoked
     * @param signsByItself whether it has confirmed to belong to the primary key, as signing subkeys have to
     */
    record Part(
            PGPPublicKey key,
            boolean bound,
            OptionalInt flags,
            Optional<Instant> expires,
            Optional<Revocation> revoked,
            boolean signsByItself) {

        String fingerprint() {
            return hex(key.getFingerprint());
        }

        Instant created() {
            return key.getCreationTime().toInstant();
        }

        /** Why nothing new can be done with it at a time, whatever it is for; empty if it can. */
        Optional<String> invalid(Instant now) {
            if (!bound) {
                return Optional.of("no valid signature of its owner vouches for it");
            }
            if (revoked.isPresent()) {
                return Optional.of("it was revoked on " + revoked.get().when() + revoked.get().why());
            }
            return expires.filter(end -> !now.isBefore(end)).map(end -> "it expired on " + end);
        }

        /** Why nothing can be encrypted to it at a time; empty if it can. */
        Optional<String> cannotEncrypt(Instant now) {
            if (!isFor(KeyFlags.ENCRYPT_COMMS | KeyFlags.ENCRYPT_STORAGE) || !Algorithms.canEncrypt(key)) {
                return Optional.of("it is not for encryption");
            }
            return invalid(now).or(() -> Algorithms.weakness(key));
        }

        /** Why it can't sign at a time; empty if it can. */
        Optional<String> cannotSign(Instant now) {
            if (!mayHaveSigned()) {
                return Optional.of("it is not for signing");
            }
            return invalid(now).or(() -> Algorithms.weakness(key));
        }

        /** Whether a signature over data by it counts, as far as its purpose is concerned. */
        boolean mayHaveSigned() {
            return isFor(KeyFlags.SIGN_DATA) && Algorithms.canSign(key) && signsByItself;
        }

        private boolean isFor(int purposes) {
            return flags.isEmpty() || (flags.getAsInt() & purposes) != 0;
        }
    }

    /**
     * A key's end before its time.
     *
     * @param when it was revoked, UTC
     * @param hard whether also what was done before is void, because the key may have been in wrong hands
     * @param why the owner's reason, to be put behind a sentence; may be empty
     */
    record Revocation(Instant when, boolean hard, String why) {
        private static Revocation of(PGPSignature signature) {
            PGPSignatureSubpacketVector told = signature.getHashedSubPackets();
            String reason = told == null || told.getRevocationReason() == null
                    ? ""
                    : printable(told.getRevocationReason().getRevocationDescription().getBytes(StandardCharsets.UTF_8));
            return new Revocation(
                    signature.getCreationTime().toInstant(),
                    signature.isHardRevocation(),
                    reason.isEmpty() ? "" : " (" + reason + ")");
        }
    }

    /** The primary key's fingerprint, in upper-case hexadecimal. */
    String fingerprint() {
        return parts.get(0).fingerprint();
    }

    /** The user ids that the owner vouches for and has not revoked, printable. */
    List<String> userIds() {
        return List.copyOf(userIds);
    }

    /** The primary key, with what is said of the certificate as a whole. */
    Part primary() {
        return parts.get(0);
    }

    /** The primary key and the subkeys. */
    List<Part> parts() {
        return List.copyOf(parts);
    }

    /**
     * What a search for a part has found.
     *
     * @param part the one to take; empty if none will do
     * @param refusal why none will do; empty if one does
     */
    record Choice(Optional<Part> part, String refusal) {}

    /**
     * Takes the newest subkey that nothing is to be said against, else the primary key: as gpg does.
     *
     * @param objection why a part can't be taken; empty if it can
     */
    private Choice choose(Instant now, Function<Part, Optional<String>> objection) {
        Optional<String> invalid = primary().invalid(now);
        if (invalid.isPresent()) {
            return new Choice(Optional.empty(), invalid.get());
        }
        List<Part> preferred = new ArrayList<>(parts.subList(1, parts.size()));
        preferred.sort(Comparator.comparing(Part::created).reversed());
        preferred.add(primary());
        List<String> refusals = new ArrayList<>();
        for (Part part : preferred) {
            Optional<String> refusal = objection.apply(part);
            if (refusal.isEmpty()) {
                return new Choice(Optional.of(part), "");
            }
            refusals.add("key " + part.fingerprint() + ": " + refusal.get());
        }
        return new Choice(Optional.empty(), String.join("; ", refusals));
    }

    /** The part to encrypt to. */
    Choice encryptionKey(Instant now) {
        return choose(now, part -> part.cannotEncrypt(now));
    }

    /** The part to sign with, whose secret is at hand. */
    Choice signingKey(Instant now) {
        if (secrets.isEmpty()) {
            return new Choice(Optional.empty(), "it is a public key, and only a secret one signs");
        }
        return choose(now, part -> part.cannotSign(now)
                .or(() -> secret(part).isPresent()
                        ? Optional.empty()
                        : Optional.of("the file holds only a stub of it, its secret is kept elsewhere")));
    }

    /** Whether the signatures that its owner makes now can be checked with it. */
    boolean canVerify(Instant now) {
        return choose(now, part -> part.cannotSign(now)).part().isPresent();
    }

    /** Whether it came with secret parts, be they only stubs. */
    boolean isSecret() {
        return !secrets.isEmpty();
    }

    /** The secret part that belongs to a part; empty if only the public one is known, or a stub that stands for it. */
    Optional<SecretPart> secret(Part part) {
        return Optional.ofNullable(secrets.get(part.fingerprint())).filter(secret -> !secret.isStub());
    }

    /** What to call it in messages. */
    @Override
    public String toString() {
        return userIds.isEmpty() ? fingerprint() : fingerprint() + " (" + userIds.get(0) + ")";
    }

    static String hex(byte[] fingerprint) {
        return HexFormat.of().withUpperCase().formatHex(fingerprint);
    }

    static String hex(long keyId) {
        return HexFormat.of().withUpperCase().toHexDigits(keyId);
    }

    /** A text from a key without what could confuse a terminal or a log. */
    private static String printable(byte[] text) {
        return new String(text, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", "?");
    }

    private Part part(PGPPublicKey key, Optional<PGPSignature> binding, List<PGPSignature> revocations) {
        Optional<PGPSignatureSubpacketVector> told = binding.map(PGPSignature::getHashedSubPackets);
        return new Part(
                key,
                binding.isPresent(),
                told.filter(packets -> packets.hasSubpacket(SignatureSubpacketTags.KEY_FLAGS))
                        .map(packets -> OptionalInt.of(packets.getKeyFlags()))
                        .orElse(OptionalInt.empty()),
                told.map(PGPSignatureSubpacketVector::getKeyExpirationTime)
                        .filter(seconds -> seconds > 0)
                        .map(seconds -> key.getCreationTime().toInstant().plusSeconds(seconds)),
                revocations.stream()
                        .map(Revocation::of)
                        .min(Comparator.comparing(Revocation::hard).reversed().thenComparing(Revocation::when)),
                key == primary || binding.filter(signature -> isConfirmed(key, signature)).isPresent());
    }

    /** The owner's signature in force over a user id; empty if there is none or it was revoked since. */
    private Optional<PGPSignature> certification(byte[] userId) {
        List<PGPSignature> signatures = new ArrayList<>();
        primary.getSignaturesForID(userId).forEachRemaining(signature -> {
            if (isBySelf(signature) && holds(signature, primary, () -> signature.verifyCertification(userId, primary))) {
                signatures.add(signature);
            }
        });
        return newest(signatures.stream())
                .filter(signature -> signature.getSignatureType() != PGPSignature.CERTIFICATION_REVOCATION);
    }

    private List<PGPSignature> selfSignatures(PGPPublicKey key, int type) {
        List<PGPSignature> signatures = new ArrayList<>();
        key.getSignaturesOfType(type).forEachRemaining(signature -> {
            if (isBySelf(signature) && holds(signature, primary, () -> key == primary
                    ? signature.verifyCertification(primary)
                    : signature.verifyCertification(primary, key))) {
                signatures.add(signature);
            }
        });
        return signatures;
    }

    private boolean isBySelf(PGPSignature signature) {
        return signature.getKeyID() == primary.getKeyID();
    }

    /**
     * Whether a subkey has signed, inside the primary key's signature over it, that it belongs to it. Else anyone could
     * adopt somebody's signing subkey and pass off that person's signatures as his own.
     */
    private boolean isConfirmed(PGPPublicKey subkey, PGPSignature binding) {
        return Stream.of(binding.getHashedSubPackets(), binding.getUnhashedSubPackets())
                .flatMap(Stream::ofNullable)
                .flatMap(Certificate::embedded)
                .filter(inner -> inner.getSignatureType() == PGPSignature.PRIMARYKEY_BINDING)
                .anyMatch(inner -> holds(inner, subkey, () -> inner.verifyCertification(primary, subkey)));
    }

    private static Stream<PGPSignature> embedded(PGPSignatureSubpacketVector packets) {
        try {
            PGPSignatureList signatures = packets.getEmbeddedSignatures();
            List<PGPSignature> list = new ArrayList<>();
            signatures.iterator().forEachRemaining(list::add);
            return list.stream();
        } catch (PGPException | RuntimeException e) {
            return Stream.empty();
        }
    }

    private static Optional<PGPSignature> newest(Stream<PGPSignature> signatures) {
        // Of two made in the same second the one of the higher type: a revocation before what it revokes.
        return signatures.max(
                Comparator.comparing(PGPSignature::getCreationTime).thenComparing(PGPSignature::getSignatureType));
    }

    private interface Check {
        boolean holds() throws PGPException;
    }

    /** Whether a signature can be checked and is right; one that can't be checked counts as little as a forged one. */
    private static boolean holds(PGPSignature signature, PGPPublicKey signer, Check check) {
        try {
            signature.init(HashedSignature.verifying(), signer);
            return check.holds();
        } catch (PGPException | RuntimeException e) {
            return false;
        }
    }
}

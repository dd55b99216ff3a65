package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.PlainText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bouncycastle.bcpg.PacketTags;
import org.bouncycastle.bcpg.SignatureSubpacket;
import org.bouncycastle.bcpg.SignatureSubpacketTags;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureSubpacketVector;

/**
 * A public key with its subkeys, as its owner's signatures say it is: who it belongs to, what each part is for, until
 * when, and whether it was revoked. Bouncy Castle's getters answer from signatures that nobody has checked; here only
 * those count whose check succeeds and that ask for nothing unknown. Among several the newest one is in force, as GnuPG
 * has it.
 *
 * <p>What is in force depends on the time that is asked for: a key expires, and so may what its owner says of it.
 */
final class Certificate {
    private final PGPPublicKey primary;
    private final List<SelfSignature> onPrimary;
    private final List<Revocation> revocations;
    private final List<UserId> userIds;
    private final List<Subkey> subkeys;
    private final Map<String, List<SecretPart>> secrets;
    private final List<String> unknown;

    private record UserId(String text, List<SelfSignature> signatures) {
        /** What the owner says of it; empty if it was revoked or nothing valid was said. */
        Optional<SelfSignature> newest() {
            return SelfSignature.newest(signatures).filter(signature -> !signature.isRevocation());
        }

        Optional<SelfSignature> inForce(Instant at) {
            return newest().filter(signature -> !signature.ended(at));
        }
    }

    private record Subkey(PGPPublicKey key, List<SelfSignature> bindings, List<Revocation> revocations) {}

    Certificate(KeyBlock block) {
        primary = block.primary();
        onPrimary = selfSignatures(block.onPrimary(), PGPSignature.DIRECT_KEY, this::isOverPrimary);
        revocations = revocations(block.onPrimary(), PGPSignature.KEY_REVOCATION, this::isOverPrimary);
        userIds = block.userIds().entrySet().stream()
                .map(entry -> userId(entry.getKey(), entry.getValue()))
                .toList();
        subkeys = block.subkeys().stream().map(this::subkey).toList();
        secrets = Map.copyOf(block.secrets());
        unknown = List.copyOf(block.unknown());
    }

    /**
     * A key of the certificate at a time: the primary one or a subkey.
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

        /** A sentence about it, naming it. */
        String named(String refusal) {
            return "key " + fingerprint() + ": " + refusal;
        }

        /** Why nothing new can be done with it at a time, whatever it is for; empty if it can. */
        Optional<String> invalid(Instant now) {
            if (!bound) {
                return Optional.of("no valid signature of its owner vouches for it");
            }
            if (revoked.isPresent()) {
                return Optional.of("it was revoked on " + revoked.get().when()
                        + revoked.get().why());
            }
            return notYet(now)
                    .or(() -> expires.filter(end -> !now.isBefore(end)).map(end -> "it expired on " + end));
        }

        /** Why a time is too early for it; empty if it isn't. */
        Optional<String> notYet(Instant now) {
            return now.isBefore(created())
                    ? Optional.of("it was made on " + created() + ", which is in the future: the clock here says " + now
                            + ", and either that clock or the one where the key was made is wrong")
                    : Optional.empty();
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
            if (!isFor(KeyFlags.SIGN_DATA) || !Algorithms.canSign(key)) {
                return Optional.of("it is not for signing");
            }
            return invalid(now).or(this::unconfirmed).or(() -> Algorithms.weakness(key));
        }

        private Optional<String> unconfirmed() {
            return signsByItself
                    ? Optional.empty()
                    : Optional.of(
                            "it has not signed that it belongs to the primary key (gpg --edit-key, cross-certify)");
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
                    : PlainText.line(told.getRevocationReason().getRevocationDescription());
            return new Revocation(
                    signature.getCreationTime().toInstant(),
                    signature.isHardRevocation(),
                    reason.isEmpty() ? "" : " (" + reason + ")");
        }
    }

    /** The primary key's fingerprint, in upper-case hexadecimal. */
    String fingerprint() {
        return hex(primary.getFingerprint());
    }

    /** The user ids that the owner vouches for and has not revoked, printable. */
    List<String> userIds() {
        return userIds.stream()
                .filter(id -> id.newest().isPresent())
                .map(UserId::text)
                .toList();
    }

    /** The primary key at a time, with what is said of the certificate as a whole. */
    Part primary(Instant at) {
        List<SelfSignature> direct =
                onPrimary.stream().filter(signature -> !signature.ended(at)).toList();
        List<SelfSignature> onIds = userIds.stream()
                .map(id -> id.inForce(at))
                .flatMap(Optional::stream)
                .sorted(Comparator.comparing(SelfSignature::made).reversed())
                .toList();
        // What is said of the key itself goes before what is said with a user id, of which the newest that says it
        // counts.
        List<SelfSignature> said = Stream.concat(SelfSignature.newest(direct).stream(), onIds.stream())
                .toList();
        return new Part(
                primary,
                !said.isEmpty(),
                said.stream()
                        .map(SelfSignature::flags)
                        .filter(OptionalInt::isPresent)
                        .findFirst()
                        .orElse(OptionalInt.empty()),
                said.stream()
                        .map(SelfSignature::lifetime)
                        .flatMap(Optional::stream)
                        .findFirst()
                        .map(lifetime -> primary.getCreationTime().toInstant().plus(lifetime)),
                strongest(revocations),
                true);
    }

    /** The subkeys at a time. */
    List<Part> subkeys(Instant at) {
        return subkeys.stream().map(subkey -> part(subkey, at)).toList();
    }

    private static Part part(Subkey subkey, Instant at) {
        Optional<SelfSignature> binding = SelfSignature.newest(subkey.bindings().stream()
                .filter(signature -> !signature.ended(at))
                .toList());
        return new Part(
                subkey.key(),
                binding.isPresent(),
                binding.map(SelfSignature::flags).orElse(OptionalInt.empty()),
                binding.flatMap(SelfSignature::lifetime)
                        .map(lifetime ->
                                subkey.key().getCreationTime().toInstant().plus(lifetime)),
                strongest(subkey.revocations()),
                binding.filter(SelfSignature::confirmed).isPresent());
    }

    private static Optional<Revocation> strongest(List<Revocation> revocations) {
        return revocations.stream()
                .min(Comparator.comparing(Revocation::hard).reversed().thenComparing(Revocation::when));
    }

    /** The primary key and the subkeys at a time. */
    List<Part> parts(Instant at) {
        return Stream.concat(Stream.of(primary(at)), subkeys(at).stream()).toList();
    }

    /** The keys of all parts, the primary one first. */
    List<PGPPublicKey> keys() {
        return Stream.concat(Stream.of(primary), subkeys.stream().map(Subkey::key))
                .toList();
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
        Part first = primary(now);
        Optional<String> invalid = first.invalid(now);
        if (invalid.isPresent()) {
            return new Choice(Optional.empty(), invalid.get());
        }
        List<Part> preferred = new ArrayList<>(subkeys(now));
        preferred.sort(Comparator.comparing(Part::created).reversed());
        preferred.add(first);
        List<String> refusals = new ArrayList<>(unknown);
        for (Part part : preferred) {
            Optional<String> refusal = objection.apply(part);
            if (refusal.isEmpty()) {
                return new Choice(Optional.of(part), "");
            }
            refusals.add(refusal.get());
        }
        return new Choice(Optional.empty(), String.join("; ", refusals));
    }

    /** The part to encrypt to. */
    Choice encryptionKey(Instant now) {
        return choose(now, part -> part.cannotEncrypt(now).map(part::named));
    }

    /** The part to sign with, whose secret is at hand. */
    Choice signingKey(Instant now) {
        if (!isSecret()) {
            return new Choice(Optional.empty(), "it is a public key, and only a secret one signs");
        }
        return choose(now, part -> part.cannotSign(now).map(part::named).or(() -> withoutSecret(part.key())));
    }

    /** Whether the signatures that its owner makes now can be checked with it. */
    boolean canVerify(Instant now) {
        return choose(now, part -> part.cannotSign(now)).part().isPresent();
    }

    /** Whether it came with secret parts, be they only stubs. */
    boolean isSecret() {
        return !secrets.isEmpty();
    }

    /**
     * The secret of a part; several if the files hold copies of it; none if only the public part is known, or a stub.
     */
    List<SecretPart> secrets(PGPPublicKey key) {
        return secrets.getOrDefault(hex(key.getFingerprint()), List.of()).stream()
                .filter(secret -> secret.stub().isEmpty())
                .toList();
    }

    /** Why the secret of a part is not at hand, naming the part; empty if it is. */
    Optional<String> withoutSecret(PGPPublicKey key) {
        if (!secrets(key).isEmpty()) {
            return Optional.empty();
        }
        String fingerprint = hex(key.getFingerprint());
        return Optional.of("key " + fingerprint + ": "
                + secrets.getOrDefault(fingerprint, List.of()).stream()
                        .map(SecretPart::stub)
                        .flatMap(Optional::stream)
                        .findFirst()
                        .map(where -> "the file holds only a stub of it, its secret is " + where)
                        .orElse("the file holds only its public part"));
    }

    /** The parts that are of a version or an algorithm that is unknown here, as sentences. */
    List<String> unknown() {
        return unknown;
    }

    /** What to call it in messages. */
    @Override
    public String toString() {
        List<String> ids = userIds();
        return ids.isEmpty() ? fingerprint() : fingerprint() + " (" + ids.get(0) + ")";
    }

    static String hex(byte[] fingerprint) {
        return HexFormat.of().withUpperCase().formatHex(fingerprint);
    }

    static String hex(long keyId) {
        return HexFormat.of().withUpperCase().toHexDigits(keyId);
    }

    private interface Check {
        boolean holds(PGPSignature signature) throws PGPException;
    }

    private boolean isOverPrimary(PGPSignature signature) throws PGPException {
        return signature.verifyCertification(primary);
    }

    private UserId userId(ByteBuffer bytes, KeyBlock.Signatures signatures) {
        byte[] id = bytes.array();
        Check check = signature -> signature.verifyCertification(id, primary);
        List<SelfSignature> valid = signatures.all().stream()
                .filter(signature -> PGPSignature.isCertification(signature.getSignatureType())
                        || signature.getSignatureType() == PGPSignature.CERTIFICATION_REVOCATION)
                .filter(signature -> counts(signature, check))
                .map(signature -> SelfSignature.of(signature, true))
                .toList();
        return new UserId(PlainText.line(new String(id, StandardCharsets.UTF_8)), valid);
    }

    private Subkey subkey(KeyBlock.Subkey subkey) {
        PGPPublicKey key = subkey.key();
        Check check = signature -> signature.verifyCertification(primary, key);
        List<SelfSignature> bindings = subkey.signatures().all().stream()
                .filter(signature -> signature.getSignatureType() == PGPSignature.SUBKEY_BINDING)
                .filter(signature -> counts(signature, check))
                .map(signature -> SelfSignature.of(signature, isConfirmed(key, signature)))
                .toList();
        return new Subkey(key, bindings, revocations(subkey.signatures(), PGPSignature.SUBKEY_REVOCATION, check));
    }

    private List<SelfSignature> selfSignatures(KeyBlock.Signatures signatures, int type, Check check) {
        return signatures.all().stream()
                .filter(signature -> signature.getSignatureType() == type && counts(signature, check))
                .map(signature -> SelfSignature.of(signature, true))
                .toList();
    }

    /** A revocation is heeded whatever else it asks for, and whatever its date. */
    private List<Revocation> revocations(KeyBlock.Signatures signatures, int type, Check check) {
        return signatures.all().stream()
                .filter(signature -> signature.getSignatureType() == type && isBySelf(signature, check))
                .map(Revocation::of)
                .toList();
    }

    /** Whether a signature of the owner is right, not older than the key, and asks for nothing unknown. */
    private boolean counts(PGPSignature signature, Check check) {
        return !signature.getCreationTime().before(primary.getCreationTime())
                && !SignaturePackets.asksForTheUnknown(signature)
                && isBySelf(signature, check);
    }

    private boolean isBySelf(PGPSignature signature, Check check) {
        return SignaturePackets.mayBeBy(signature, primary.getKeyIdentifier()) && holds(signature, primary, check);
    }

    /**
     * Whether a subkey has signed, inside the primary key's signature over it, that it belongs to it. Else anyone could
     * adopt somebody's signing subkey and pass off that person's signatures as his own.
     */
    private boolean isConfirmed(PGPPublicKey subkey, PGPSignature binding) {
        return Stream.of(binding.getHashedSubPackets(), binding.getUnhashedSubPackets())
                .flatMap(Stream::ofNullable)
                .flatMap(told -> Arrays.stream(told.getSubpackets(SignatureSubpacketTags.EMBEDDED_SIGNATURE)))
                .flatMap(Certificate::embedded)
                .filter(inner -> inner.getSignatureType() == PGPSignature.PRIMARYKEY_BINDING)
                .filter(inner -> !SignaturePackets.asksForTheUnknown(inner))
                .anyMatch(inner -> holds(inner, subkey, signature -> signature.verifyCertification(primary, subkey)));
    }

    private static Stream<PGPSignature> embedded(SignatureSubpacket packet) {
        try {
            return Stream.of(SignaturePackets.signature(new Packet(PacketTags.SIGNATURE, packet.getData())));
        } catch (IOException e) {
            // Unknown or damaged, it confirms nothing.
            return Stream.empty();
        }
    }

    /** Whether a signature can be checked and is right; one that can't be checked counts as little as a forged one. */
    private static boolean holds(PGPSignature signature, PGPPublicKey signer, Check check) {
        try {
            signature.init(HashedSignature.verifying(), signer);
            return check.holds(signature);
        } catch (PGPException | RuntimeException e) {
            return false;
        }
    }
}

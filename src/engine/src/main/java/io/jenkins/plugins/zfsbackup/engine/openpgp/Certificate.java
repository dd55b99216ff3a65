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
 * A public key with its subkeys, as described by the signatures of its owner: its owner, the purpose and expiry of each
 * part, and whether it was revoked. The getters of Bouncy Castle use signatures that nobody has checked. Here only
 * those signatures count that are valid and contain no unsupported critical data. As in GnuPG, the newest of several
 * signatures counts.
 *
 * <p>The result depends on the given time, because keys and signatures expire.
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
        /** The valid self-signature; empty if it was revoked, or there is none. */
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
     * A key of the certificate at a given time: the primary key or a subkey.
     *
     * @param key the public key
     * @param bound whether a signature of the owner binds it to the certificate
     * @param flags its purposes, the bits of {@link KeyFlags}; empty if its owner states none
     * @param expires when it expires; empty if never
     * @param revoked the valid revocation, a hard one before a soft one; empty if it is not revoked
     * @param signsByItself whether it has confirmed that it belongs to the primary key, which is required of subkeys
     *     that sign
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

        /** A sentence about the key that names it. */
        String named(String refusal) {
            return "key " + fingerprint() + ": " + refusal;
        }

        /** Why the key can't be used for anything new at a given time, whatever its purpose; empty if it can. */
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

        /** Why a time is before the key was made; empty if it is not. */
        Optional<String> notYet(Instant now) {
            return now.isBefore(created())
                    ? Optional.of("it was made on " + created() + ", which is in the future: the clock here says " + now
                            + ", and either that clock or the one where the key was made is wrong")
                    : Optional.empty();
        }

        /** Why nothing can be encrypted to the key at a given time; empty if it can. */
        Optional<String> cannotEncrypt(Instant now) {
            if (!isFor(KeyFlags.ENCRYPT_COMMS | KeyFlags.ENCRYPT_STORAGE) || !Algorithms.canEncrypt(key)) {
                return Optional.of("it is not for encryption");
            }
            return invalid(now).or(() -> Algorithms.weakness(key));
        }

        /** Why the key can't sign at a given time; empty if it can. */
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

        /** Whether a signature by this key over data counts, as far as the purpose of the key is concerned. */
        boolean mayHaveSigned() {
            return isFor(KeyFlags.SIGN_DATA) && Algorithms.canSign(key) && signsByItself;
        }

        private boolean isFor(int purposes) {
            return flags.isEmpty() || (flags.getAsInt() & purposes) != 0;
        }
    }

    /**
     * The revocation of a key.
     *
     * @param when when it was revoked, UTC
     * @param hard whether earlier signatures are void as well, because the key may have been compromised
     * @param why the reason of the owner, to be appended to a sentence; may be empty
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

    /** The fingerprint of the primary key, in upper-case hexadecimal. */
    String fingerprint() {
        return hex(primary.getFingerprint());
    }

    /** The user ids that the owner has signed and not revoked, with printable characters only. */
    List<String> userIds() {
        return userIds.stream()
                .filter(id -> id.newest().isPresent())
                .map(UserId::text)
                .toList();
    }

    /** The primary key at a given time, with what applies to the whole certificate. */
    Part primary(Instant at) {
        List<SelfSignature> direct =
                onPrimary.stream().filter(signature -> !signature.ended(at)).toList();
        List<SelfSignature> onIds = userIds.stream()
                .map(id -> id.inForce(at))
                .flatMap(Optional::stream)
                .sorted(Comparator.comparing(SelfSignature::made).reversed())
                .toList();
        // A direct signature on the key has priority over one on a user id. Of the latter, the newest one with the
        // information counts.
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

    /** The subkeys at a given time. */
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

    /** The primary key and the subkeys at a given time. */
    List<Part> parts(Instant at) {
        return Stream.concat(Stream.of(primary(at)), subkeys(at).stream()).toList();
    }

    /** The keys of all parts, the primary one first. */
    List<PGPPublicKey> keys() {
        return Stream.concat(Stream.of(primary), subkeys.stream().map(Subkey::key))
                .toList();
    }

    /**
     * The result of a search for a part.
     *
     * @param part the part to use; empty if none is usable
     * @param refusal why none is usable; empty if one is
     */
    record Choice(Optional<Part> part, String refusal) {}

    /**
     * Selects the newest usable subkey, or else the primary key, as gpg does.
     *
     * @param objection why a part can't be used; empty if it can
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

    /** The part to sign with. Its secret is available. */
    Choice signingKey(Instant now) {
        if (!isSecret()) {
            return new Choice(Optional.empty(), "it is a public key, and only a secret one signs");
        }
        return choose(now, part -> part.cannotSign(now).map(part::named).or(() -> withoutSecret(part.key())));
    }

    /** Whether signatures that its owner makes now can be checked with it. */
    boolean canVerify(Instant now) {
        return choose(now, part -> part.cannotSign(now)).part().isPresent();
    }

    /** Whether it contains secret parts, even if they are only stubs. */
    boolean isSecret() {
        return !secrets.isEmpty();
    }

    /**
     * The secret parts of a key: several if the files contain copies of it; none if only the public part or a stub is
     * known.
     */
    List<SecretPart> secrets(PGPPublicKey key) {
        return secrets.getOrDefault(hex(key.getFingerprint()), List.of()).stream()
                .filter(secret -> secret.stub().isEmpty())
                .toList();
    }

    /** Why the secret part of a key is not available, with the name of the key; empty if it is. */
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

    /** The parts with an unsupported version or algorithm, as sentences. */
    List<String> unknown() {
        return unknown;
    }

    /** The name of the certificate in messages. */
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

    /** A revocation counts, whatever else it contains, and whatever its date. */
    private List<Revocation> revocations(KeyBlock.Signatures signatures, int type, Check check) {
        return signatures.all().stream()
                .filter(signature -> signature.getSignatureType() == type && isBySelf(signature, check))
                .map(Revocation::of)
                .toList();
    }

    /** Whether a signature of the owner is valid, not older than the key, and contains no unsupported critical data. */
    private boolean counts(PGPSignature signature, Check check) {
        return !signature.getCreationTime().before(primary.getCreationTime())
                && !SignaturePackets.asksForTheUnknown(signature)
                && isBySelf(signature, check);
    }

    private boolean isBySelf(PGPSignature signature, Check check) {
        return SignaturePackets.mayBeBy(signature, primary.getKeyIdentifier()) && holds(signature, primary, check);
    }

    /**
     * Whether a subkey has signed, inside the signature of the primary key over it, that it belongs to that key.
     * Without this check, anyone could add another person's signing subkey to his own key and claim that person's
     * signatures.
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
            // An unsupported or damaged signature confirms nothing.
            return Stream.empty();
        }
    }

    /**
     * Whether a signature can be checked and is valid. A signature that can't be checked is treated like a forged one.
     */
    private static boolean holds(PGPSignature signature, PGPPublicKey signer, Check check) {
        try {
            signature.init(HashedSignature.verifying(), signer);
            return check.holds(signature);
        } catch (PGPException | RuntimeException e) {
            return false;
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bouncycastle.bcpg.SignatureSubpacketTags;
import org.bouncycastle.openpgp.PGPSignature;

/**
 * What a key's owner says of the key by a signature that is known to be right (RFC 9580, section 5.2.3.10).
 *
 * @param type what is said of what: OpenPGP's signature types
 * @param made UTC
 * @param ends when it stops being in force, UTC; empty if never
 * @param flags what the key is for, the first octet of the key flags; empty if it doesn't say
 * @param lifetime how long the key lives after it was made; empty if for ever
 * @param confirmed whether the subkey it is about has signed, inside it, that it belongs to the primary key
 */
record SelfSignature(
        int type,
        Instant made,
        Optional<Instant> ends,
        OptionalInt flags,
        Optional<Duration> lifetime,
        boolean confirmed) {

    /** Reads it. Where it says a thing twice, the narrower counts. */
    static SelfSignature of(PGPSignature signature, boolean confirmed) {
        return new SelfSignature(
                signature.getSignatureType(),
                signature.getCreationTime().toInstant(),
                SignaturePackets.ends(signature),
                SignaturePackets.told(signature, SignatureSubpacketTags.KEY_FLAGS)
                        .mapToInt(packet -> packet.getData().length == 0 ? 0 : packet.getData()[0] & 0xFF)
                        .reduce((one, other) -> one & other),
                SignaturePackets.shortest(signature, SignatureSubpacketTags.KEY_EXPIRE_TIME),
                confirmed);
    }

    boolean isRevocation() {
        return PGPSignature.isRevocation(type);
    }

    /** Whether it has ended at a time. */
    boolean ended(Instant at) {
        return ends.filter(end -> !at.isBefore(end)).isPresent();
    }

    /**
     * The one in force among several about the same thing: the newest, as gpg has it. Of those of one second it is the
     * one that was added last, but a revocation before what it revokes.
     */
    static Optional<SelfSignature> newest(List<SelfSignature> signatures) {
        return signatures.stream().reduce((one, next) -> {
            int order = next.made().compareTo(one.made());
            return order > 0 || order == 0 && (next.isRevocation() || !one.isRevocation()) ? next : one;
        });
    }
}

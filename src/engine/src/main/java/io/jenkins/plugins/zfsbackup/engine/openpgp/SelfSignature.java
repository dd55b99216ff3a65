package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bouncycastle.bcpg.SignatureSubpacketTags;
import org.bouncycastle.openpgp.PGPSignature;

/**
 * The contents of a valid signature of the owner of a key about this key (RFC 9580, section 5.2.3.10).
 *
 * @param type the OpenPGP signature type
 * @param made when it was made, UTC
 * @param ends when it expires, UTC; empty if never
 * @param flags the purposes of the key, the first octet of the key flags; empty if not stated
 * @param lifetime how long the key is valid after it was made; empty if forever
 * @param confirmed whether it contains a signature of the subkey that confirms that it belongs to the primary key
 */
record SelfSignature(
        int type,
        Instant made,
        Optional<Instant> ends,
        OptionalInt flags,
        Optional<Duration> lifetime,
        boolean confirmed) {

    /** Reads a signature. If it contains a value twice, the stricter one counts. */
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

    /** Whether it has expired at a given time. */
    boolean ended(Instant at) {
        return ends.filter(end -> !at.isBefore(end)).isPresent();
    }

    /**
     * The valid one of several signatures about the same part: the newest, as in gpg. Of those made in the same second,
     * the one that was added last, but a revocation takes precedence over what it revokes.
     */
    static Optional<SelfSignature> newest(List<SelfSignature> signatures) {
        return signatures.stream().reduce((one, next) -> {
            int order = next.made().compareTo(one.made());
            return order > 0 || order == 0 && (next.isRevocation() || !one.isRevocation()) ? next : one;
        });
    }
}

package io.jenkins.plugins.zfsbackup.engine.openpgp;

/** What is asked of the signature inside an encrypted message. */
public sealed interface Verification {

    /** Nothing: signatures are passed over. */
    static Verification none() {
        return new None();
    }

    /** A signature by one of these keys must be good; messages without one are fine. */
    static Verification ifSigned(VerificationKeys keys) {
        return new By(keys, false);
    }

    /** There must be a good signature by one of these keys. */
    static Verification required(VerificationKeys keys) {
        return new By(keys, true);
    }

    /** Signatures are passed over. */
    record None() implements Verification {}

    /**
     * Signatures are checked.
     *
     * @param keys of the signers that count
     * @param required whether a message without a signature of theirs is refused
     */
    record By(VerificationKeys keys, boolean required) implements Verification {}
}

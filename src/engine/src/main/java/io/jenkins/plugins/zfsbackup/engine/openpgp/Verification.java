package io.jenkins.plugins.zfsbackup.engine.openpgp;

/** What is asked of the signature inside an encrypted message. */
public sealed interface Verification {

    /** Nothing: signatures are passed over. */
    static Verification none() {
        return new None();
    }

    /** There must be a good signature by one of these keys. */
    static Verification required(VerificationKeys keys) {
        return new By(keys);
    }

    /** Signatures are passed over. */
    record None() implements Verification {}

    /**
     * Signatures are checked, and a message without a good one is refused.
     *
     * @param keys of the signers that count
     */
    record By(VerificationKeys keys) implements Verification {}
}

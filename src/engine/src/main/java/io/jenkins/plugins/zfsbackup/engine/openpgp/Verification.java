package io.jenkins.plugins.zfsbackup.engine.openpgp;

/** The requirement for the signature inside an encrypted message. */
public sealed interface Verification {

    /** No requirement: signatures are ignored. */
    static Verification none() {
        return new None();
    }

    /** There must be a valid signature by one of these keys. */
    static Verification required(VerificationKeys keys) {
        return new By(keys);
    }

    /** Signatures are ignored. */
    record None() implements Verification {}

    /**
     * Signatures are checked, and a message without a valid one is refused.
     *
     * @param keys the keys of the accepted signers
     */
    record By(VerificationKeys keys) implements Verification {}
}

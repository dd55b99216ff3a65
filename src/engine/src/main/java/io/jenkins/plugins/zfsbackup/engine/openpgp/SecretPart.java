package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.bcpg.S2K;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPSecretKey;
import org.bouncycastle.openpgp.operator.bc.BcPBESecretKeyDecryptorBuilder;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPDigestCalculatorProviderBuilder;

/**
 * The secret part of a key as stored in a file: unprotected, protected by a passphrase, or a stub for a secret stored
 * elsewhere.
 */
record SecretPart(PGPSecretKey key) {

    /** Where the secret is if gpg wrote only a stub, to be appended to "its secret is"; empty if it is here. */
    Optional<String> stub() {
        S2K protection = key.getS2K();
        if (protection != null && protection.getType() == S2K.GNU_DUMMY_S2K) {
            return Optional.of(
                    protection.getProtectionMode() == S2K.GNU_PROTECTION_MODE_DIVERT_TO_CARD
                            ? "on a smart card, from which it can't be taken"
                            : "kept elsewhere");
        }
        return key.isPrivateKeyEmpty() ? Optional.of("kept elsewhere") : Optional.empty();
    }

    boolean isProtected() {
        return key.getKeyEncryptionAlgorithm() != SymmetricKeyAlgorithmTags.NULL;
    }

    /**
     * The key pair from the first of several copies that the passphrase unlocks.
     *
     * @param copies at least one, without stubs
     * @throws UsageException if the passphrase is missing or wrong
     */
    static PGPKeyPair unlock(List<SecretPart> copies, Optional<char[]> passphrase, String doing) throws UsageException {
        Optional<UsageException> refusal = Optional.empty();
        for (SecretPart copy : copies) {
            try {
                return copy.unlock(passphrase, doing);
            } catch (UsageException e) {
                refusal = refusal.isEmpty() ? Optional.of(e) : refusal;
            }
        }
        throw refusal.orElseThrow();
    }

    /**
     * The key pair; not for a stub.
     *
     * @param passphrase ignored if the key has none
     * @param doing the purpose of the key, with its name, for messages
     * @throws UsageException if the passphrase is missing or wrong
     */
    PGPKeyPair unlock(Optional<char[]> passphrase, String doing) throws UsageException {
        if (isProtected() && passphrase.isEmpty()) {
            throw new UsageException(
                    doing, "the key is protected by a passphrase and none is given", "Give its passphrase as well.");
        }
        requireKnownProtection(doing);
        try {
            // The JDK computes these hashes as well: gpg hashes a passphrase over many megabytes.
            var hashes = new JcaPGPDigestCalculatorProviderBuilder().build();
            return key.extractKeyPair(new BcPBESecretKeyDecryptorBuilder(hashes).build(passphrase.orElse(new char[0])));
        } catch (PGPException | RuntimeException e) {
            if (isProtected()) {
                throw new UsageException(
                        doing,
                        "the passphrase does not open the key",
                        "Check the passphrase; gpg --edit-key can change it.",
                        e);
            }
            throw new UsageException(doing, "the secret key is damaged: " + Reason.of(e), "Export it again.", e);
        }
    }

    private void requireKnownProtection(String doing) throws UsageException {
        if (isProtected()) {
            try {
                SymmetricAlgorithm.of(key.getKeyEncryptionAlgorithm());
            } catch (UnsupportedException e) {
                throw new UsageException(
                        doing,
                        "the key is protected by a passphrase with " + Reason.of(e) + ", which is unknown here",
                        "Give it its passphrase anew with gpg --edit-key, and export it again.",
                        e);
            }
        }
    }
}

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
 * The secret part of a key, as it stands in a file: open, protected by a passphrase, or a stub for one kept elsewhere.
 */
record SecretPart(PGPSecretKey key) {

    /**
     * Where the secret is if gpg wrote only a placeholder for it, to be put behind "its secret is"; empty if it is
     * here.
     */
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
     * What can be computed with, of the first of several copies that the passphrase opens.
     *
     * @param copies at least one, none a stub
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
     * What can be computed with; not for a stub.
     *
     * @param passphrase ignored if the key has none
     * @param doing what the key is wanted for, naming it, for messages
     * @throws UsageException if the passphrase is missing or wrong
     */
    PGPKeyPair unlock(Optional<char[]> passphrase, String doing) throws UsageException {
        if (isProtected() && passphrase.isEmpty()) {
            throw new UsageException(
                    doing, "the key is protected by a passphrase and none is given", "Give its passphrase as well.");
        }
        requireKnownProtection(doing);
        try {
            // The JDK hashes here too: gpg has a passphrase hashed over many megabytes.
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

package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.util.Optional;
import org.bouncycastle.bcpg.S2K;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPSecretKey;
import org.bouncycastle.openpgp.operator.bc.BcPBESecretKeyDecryptorBuilder;
import org.bouncycastle.openpgp.operator.jcajce.JcaPGPDigestCalculatorProviderBuilder;

/** The secret part of a key, as it stands in a file: open, protected by a passphrase, or a stub for one kept elsewhere. */
record SecretPart(PGPSecretKey key) {

    /** Whether gpg wrote a placeholder, because the secret is kept offline or on a smartcard. */
    boolean isStub() {
        return key.isPrivateKeyEmpty()
                || key.getS2K() != null && key.getS2K().getType() == S2K.GNU_DUMMY_S2K;
    }

    boolean isProtected() {
        return key.getKeyEncryptionAlgorithm() != SymmetricKeyAlgorithmTags.NULL;
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
        try {
            // The JDK hashes here too: gpg has a passphrase hashed over many megabytes.
            var hashes = new JcaPGPDigestCalculatorProviderBuilder().build();
            return key.extractKeyPair(
                    new BcPBESecretKeyDecryptorBuilder(hashes).build(passphrase.orElse(new char[0])));
        } catch (PGPException | RuntimeException e) {
            if (isProtected()) {
                throw new UsageException(
                        doing, "the passphrase does not open the key", "Check the passphrase; gpg --edit-key can change it.", e);
            }
            throw new UsageException(doing, "the secret key is damaged: " + e.getMessage(), "Export it again.", e);
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.InputStream;
import java.security.GeneralSecurityException;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPSessionKey;
import org.bouncycastle.openpgp.operator.PGPDataDecryptor;
import org.bouncycastle.openpgp.operator.PGPDigestCalculator;
import org.bouncycastle.openpgp.operator.bc.BcSessionKeyDataDecryptorFactory;

/** Decrypts what a session key encrypted: AES by the JDK's ciphers, old ciphers and AEAD by Bouncy Castle's. */
final class SessionDecryption extends BcSessionKeyDataDecryptorFactory {
    private static final int BLOCK = 16;

    SessionDecryption(PGPSessionKey sessionKey) {
        super(sessionKey);
    }

    @Override
    public PGPDataDecryptor createDataDecryptor(boolean withIntegrityPacket, int algorithm, byte[] key)
            throws PGPException {
        return switch (algorithm) {
            case SymmetricKeyAlgorithmTags.AES_128, SymmetricKeyAlgorithmTags.AES_192, SymmetricKeyAlgorithmTags.AES_256 ->
                aes(key);
            default -> super.createDataDecryptor(withIntegrityPacket, algorithm, key);
        };
    }

    private static PGPDataDecryptor aes(byte[] key) {
        PGPDigestCalculator integrity = new Sha1();
        return new PGPDataDecryptor() {
            @Override
            public InputStream getInputStream(InputStream in) {
                try {
                    return new CfbInput(key, in);
                } catch (GeneralSecurityException e) {
                    throw new IllegalArgumentException("no AES key", e);
                }
            }

            @Override
            public int getBlockSize() {
                return BLOCK;
            }

            @Override
            public PGPDigestCalculator getIntegrityCalculator() {
                return integrity;
            }
        };
    }
}

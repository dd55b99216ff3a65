package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.operator.PGPDataEncryptor;
import org.bouncycastle.openpgp.operator.PGPDataEncryptorBuilder;
import org.bouncycastle.openpgp.operator.PGPDigestCalculator;

/**
 * Makes Bouncy Castle encrypt with AES-256 and a modification detection code, with the ciphers and hashes of the JDK.
 * Every GnuPG since 1.4 can read that. AEAD would be faster, but GnuPG before 2.3 can't read it.
 */
record AesEncryption(SecureRandom random) implements PGPDataEncryptorBuilder {
    private static final int BLOCK = 16;

    @Override
    public int getAlgorithm() {
        return SymmetricKeyAlgorithmTags.AES_256;
    }

    @Override
    public int getAeadAlgorithm() {
        return -1;
    }

    @Override
    public int getChunkSize() {
        return 0;
    }

    @Override
    public boolean isV5StyleAEAD() {
        return false;
    }

    @Override
    public SecureRandom getSecureRandom() {
        return random;
    }

    @Override
    public PGPDataEncryptor build(byte[] key) {
        PGPDigestCalculator integrity = new Sha1();
        return new PGPDataEncryptor() {
            @Override
            public OutputStream getOutputStream(OutputStream out) {
                try {
                    return new CfbOutput(key, out);
                } catch (GeneralSecurityException e) {
                    throw new IllegalStateException("this Java has no AES-256", e);
                }
            }

            @Override
            public PGPDigestCalculator getIntegrityCalculator() {
                return integrity;
            }

            @Override
            public int getBlockSize() {
                return BLOCK;
            }
        };
    }

    @Override
    public PGPDataEncryptor build(byte[] key, byte[] salt) throws PGPException {
        throw new PGPException("a salt is for AEAD");
    }

    @Override
    public PGPDataEncryptorBuilder setWithIntegrityPacket(boolean withIntegrityPacket) {
        throw new UnsupportedOperationException("the integrity packet is always there");
    }

    @Override
    public PGPDataEncryptorBuilder setWithAEAD(int aeadAlgorithm, int chunkSize) {
        throw new UnsupportedOperationException("GnuPG before 2.3 doesn't read AEAD");
    }

    @Override
    public PGPDataEncryptorBuilder setUseV5AEAD() {
        throw new UnsupportedOperationException("GnuPG before 2.3 doesn't read AEAD");
    }

    @Override
    public PGPDataEncryptorBuilder setUseV6AEAD() {
        throw new UnsupportedOperationException("GnuPG before 2.3 doesn't read AEAD");
    }
}

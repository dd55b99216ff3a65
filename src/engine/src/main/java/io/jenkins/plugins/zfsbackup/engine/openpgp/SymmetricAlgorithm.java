package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPSessionKey;
import org.bouncycastle.openpgp.operator.bc.BcSessionKeyDataDecryptorFactory;

/** The ciphers that can be read in messages (RFC 9580, section 9.3): AES from the JDK, old ones from Bouncy Castle. */
enum SymmetricAlgorithm {
    IDEA(SymmetricKeyAlgorithmTags.IDEA, 16, 8),
    TRIPLE_DES(SymmetricKeyAlgorithmTags.TRIPLE_DES, 24, 8),
    CAST5(SymmetricKeyAlgorithmTags.CAST5, 16, 8),
    BLOWFISH(SymmetricKeyAlgorithmTags.BLOWFISH, 16, 8),
    AES_128(SymmetricKeyAlgorithmTags.AES_128, 16, 16),
    AES_192(SymmetricKeyAlgorithmTags.AES_192, 24, 16),
    AES_256(SymmetricKeyAlgorithmTags.AES_256, 32, 16),
    TWOFISH(SymmetricKeyAlgorithmTags.TWOFISH, 32, 16),
    CAMELLIA_128(SymmetricKeyAlgorithmTags.CAMELLIA_128, 16, 16),
    CAMELLIA_192(SymmetricKeyAlgorithmTags.CAMELLIA_192, 24, 16),
    CAMELLIA_256(SymmetricKeyAlgorithmTags.CAMELLIA_256, 32, 16);

    private final int tag;
    private final int keyLength;
    private final int blockLength;

    SymmetricAlgorithm(int tag, int keyLength, int blockLength) {
        this.tag = tag;
        this.keyLength = keyLength;
        this.blockLength = blockLength;
    }

    /** The cipher with this OpenPGP number. */
    static SymmetricAlgorithm of(int tag) throws UnsupportedException {
        return Arrays.stream(values())
                .filter(algorithm -> algorithm.tag == tag)
                .findFirst()
                .orElseThrow(() -> new UnsupportedException("symmetric algorithm " + tag));
    }

    /** The OpenPGP number of this cipher. */
    int tag() {
        return tag;
    }

    /** The size of a key in bytes. */
    int keyLength() {
        return keyLength;
    }

    /** The size of a block in bytes. */
    int blockLength() {
        return blockLength;
    }

    private boolean isAes() {
        return this == AES_128 || this == AES_192 || this == AES_256;
    }

    /**
     * Decrypts CFB with an IV of zeros, as used in a packet with a modification detection code (RFC 9580, section
     * 5.13.1).
     */
    InputStream cfb(byte[] key, InputStream in) throws IOException {
        try {
            return isAes()
                    ? new CfbInput(key, in)
                    : new BcSessionKeyDataDecryptorFactory(new PGPSessionKey(tag, key))
                            .createDataDecryptor(true, tag, key)
                            .getInputStream(in);
        } catch (GeneralSecurityException | PGPException e) {
            throw new IllegalStateException("no key for " + this, e);
        }
    }
}

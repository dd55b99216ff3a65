package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * Decrypts AES in the CFB mode of OpenPGP: 128 bits of feedback, an IV of zeros (RFC 9580, section 5.13.1).
 *
 * <p>The CFB of the JDK runs block by block in Java. P(i) = C(i) xor AES(C(i-1)), and all C are known in advance.
 * Therefore one ECB encryption of the ciphertext, delayed by one block, yields the key stream for a whole array at the
 * full speed of the processor.
 */
final class CfbInput extends InputStream {
    private static final int BLOCK = 16;
    private static final int RUN = 1 << 16;

    private final InputStream in;
    private final Cipher ecb;
    /** The last block of ciphertext of the previous run (initially the IV), followed by the current run. */
    private final byte[] cipher = new byte[BLOCK + RUN];

    private final byte[] plain = new byte[RUN];
    private int position;
    private int limit;

    /** @param key a key of 16, 24 or 32 bytes */
    CfbInput(byte[] key, InputStream in) throws GeneralSecurityException {
        this.in = in;
        ecb = Cipher.getInstance("AES/ECB/NoPadding");
        ecb.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
    }

    @Override
    public int read() throws IOException {
        return fill() ? plain[position++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int n = Math.min(length, limit - position);
        System.arraycopy(plain, position, bytes, offset, n);
        position += n;
        return n;
    }

    /** Makes sure that there is data to return; false at the end. */
    private boolean fill() throws IOException {
        if (position < limit) {
            return true;
        }
        // The last full block of the previous run. A run that is not full is the last one.
        System.arraycopy(cipher, limit, cipher, 0, BLOCK);
        limit = in.readNBytes(cipher, BLOCK, RUN);
        position = 0;
        if (limit == 0) {
            return false;
        }
        try {
            ecb.update(cipher, 0, (limit + BLOCK - 1) & -BLOCK, plain, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES takes whole blocks", e);
        }
        Xor.into(plain, cipher, BLOCK, limit);
        return true;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}

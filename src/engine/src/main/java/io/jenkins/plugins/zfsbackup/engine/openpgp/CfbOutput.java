package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.IOException;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts with AES in the CFB mode of OpenPGP: 128 bits of feedback, an IV of zeros (RFC 9580, section 5.13.1).
 *
 * <p>The CFB of the JDK runs block by block in Java. Its CBC uses the AES instructions of the processor for a whole
 * array, which is three times as fast, and CFB can be computed from it. With D(i) = AES(C(i)), CFB is C(i) = P(i) xor
 * D(i-1). So D(i) = AES(P(i) xor D(i-1)), which is CBC of P with the IV D(0) = AES(0): the CFB ciphertext is the
 * plaintext xor the CBC ciphertext delayed by one block.
 */
final class CfbOutput extends OutputStream {
    private static final int BLOCK = 16;
    /** The plaintext, chained blocks and ciphertext of a run fit into the cache of the processor. */
    private static final int RUN = 1 << 15;

    private final OutputStream out;
    private final Cipher cbc;
    /** The block D(i-1) for the next plaintext block, followed by space for the blocks of a run. */
    private final byte[] chained = new byte[BLOCK + RUN];

    /** Plaintext that does not fill a block yet. */
    private final byte[] rest = new byte[BLOCK];

    private int restLength;

    /**
     * @param key a key of 16, 24 or 32 bytes
     * @param out closed together with this stream
     */
    CfbOutput(byte[] key, OutputStream out) throws GeneralSecurityException {
        this.out = out;
        SecretKeySpec aes = new SecretKeySpec(key, "AES");
        Cipher ecb = Cipher.getInstance("AES/ECB/NoPadding");
        ecb.init(Cipher.ENCRYPT_MODE, aes);
        ecb.update(new byte[BLOCK], 0, BLOCK, chained, 0);
        cbc = Cipher.getInstance("AES/CBC/NoPadding");
        cbc.init(Cipher.ENCRYPT_MODE, aes, new IvParameterSpec(chained, 0, BLOCK));
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] plain, int offset, int length) throws IOException {
        int from = offset;
        int end = offset + length;
        if (restLength > 0) {
            int filling = Math.min(BLOCK - restLength, length);
            System.arraycopy(plain, from, rest, restLength, filling);
            restLength += filling;
            from += filling;
            if (restLength < BLOCK) {
                return;
            }
            encrypt(rest, 0, BLOCK);
            restLength = 0;
        }
        while (end - from >= BLOCK) {
            int run = Math.min(RUN, (end - from) & -BLOCK);
            encrypt(plain, from, run);
            from += run;
        }
        restLength = end - from;
        System.arraycopy(plain, from, rest, 0, restLength);
    }

    /** Encrypts whole blocks, at most one run. */
    private void encrypt(byte[] plain, int offset, int length) throws IOException {
        try {
            cbc.update(plain, offset, length, chained, BLOCK);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES takes whole blocks", e);
        }
        Xor.into(chained, plain, offset, length);
        out.write(chained, 0, length);
        System.arraycopy(chained, length, chained, 0, BLOCK);
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        Xor.into(chained, rest, 0, restLength);
        out.write(chained, 0, restLength);
        restLength = 0;
        out.close();
    }
}

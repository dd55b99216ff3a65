package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.modes.AEADBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * The content of a packet that is encrypted with an AEAD mode, in chunks of which each ends with an authentication tag;
 * one more tag, over nothing but the number of bytes, ends the packet (RFC 9580, section 5.13.2, and LibrePGP, section
 * 5.16). Its end is told only if all tags fit.
 *
 * <p>A chunk may be of any size, and GnuPG can be told to make one of a whole message. So what is decrypted is let go
 * before the chunk's tag was seen, as it is with a modification detection code: who reads must wait for the end.
 */
final class AeadInput extends InputStream {
    private static final int RUN = 1 << 16;
    private static final int TAG = 16;

    private final Scheme scheme;
    private final InputStream in;
    /** What was read and not decrypted yet; the last two tags' length of it may be tags. */
    private final byte[] cipherText = new byte[RUN + 2 * TAG];

    private int position;
    private int limit;
    private boolean inputEnded;

    /** What was decrypted and not given yet; a cipher gives back up to a block and a tag more than it gets. */
    private final byte[] clear = new byte[RUN + 4 * TAG];

    private int clearPosition;
    private int clearLimit;

    private long chunk;
    private long leftInChunk;
    private long total;
    private boolean ended;

    /**
     * How a packet's chunks are authenticated.
     *
     * @param cipher of the mode; not yet in use
     * @param key of the data
     * @param nonce of the first chunk; the others' have the chunk's number exclusive-ored into the last eight bytes
     * @param header the associated data of every chunk
     * @param numbered whether the chunk's number belongs to its associated data
     * @param chunkSize bytes in each chunk but the last
     */
    record Scheme(
            AEADBlockCipher cipher, KeyParameter key, byte[] nonce, byte[] header, boolean numbered, long chunkSize) {

        private void begin(long chunk, byte[] more) {
            ByteBuffer now = ByteBuffer.wrap(nonce.clone());
            int last = nonce.length - Long.BYTES;
            now.putLong(last, now.getLong(last) ^ chunk);
            ByteBuffer data = ByteBuffer.allocate(header.length + (numbered ? Long.BYTES : 0) + more.length);
            data.put(header);
            if (numbered) {
                data.putLong(chunk);
            }
            data.put(more);
            cipher.init(false, new AEADParameters(key, 8 * TAG, now.array(), data.array()));
        }
    }

    /** @param in the packet behind its header */
    AeadInput(Scheme scheme, InputStream in) {
        this.scheme = scheme;
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (clearPosition == clearLimit) {
            if (ended) {
                return -1;
            }
            decrypt();
        }
        int n = Math.min(length, clearLimit - clearPosition);
        System.arraycopy(clear, clearPosition, bytes, offset, n);
        clearPosition += n;
        return n;
    }

    /** Decrypts some more, perhaps to nothing; or checks the last tag and ends. */
    private void decrypt() throws IOException {
        clearPosition = 0;
        clearLimit = 0;
        fill();
        try {
            if (inputEnded && leftInChunk == 0 && limit - position == TAG) {
                checkLast();
                ended = true;
                return;
            }
            if (leftInChunk == 0) {
                leftInChunk = scheme.chunkSize();
                scheme.begin(chunk, new byte[0]);
            }
            int n = (int) Math.min(limit - position - 2 * TAG, leftInChunk);
            clearLimit = scheme.cipher().processBytes(cipherText, position, n, clear, 0);
            position += n;
            leftInChunk -= n;
            total += n;
            if (leftInChunk == 0 || inputEnded && limit - position == 2 * TAG) {
                endChunk();
            }
        } catch (InvalidCipherTextException e) {
            throw new IOException("an authentication tag does not fit", e);
        }
    }

    private void endChunk() throws InvalidCipherTextException {
        clearLimit += scheme.cipher().processBytes(cipherText, position, TAG, clear, clearLimit);
        clearLimit += scheme.cipher().doFinal(clear, clearLimit);
        position += TAG;
        leftInChunk = 0;
        chunk++;
    }

    private void checkLast() throws InvalidCipherTextException {
        scheme.begin(chunk, ByteBuffer.allocate(Long.BYTES).putLong(total).array());
        int none = scheme.cipher().processBytes(cipherText, position, TAG, clear, 0);
        scheme.cipher().doFinal(clear, none);
        position += TAG;
    }

    /** Makes sure that what may be tags at the end of the packet is at hand, and more if there is more. */
    private void fill() throws IOException {
        if (!inputEnded && limit - position <= 2 * TAG) {
            System.arraycopy(cipherText, position, cipherText, 0, limit - position);
            limit -= position;
            position = 0;
            limit += in.readNBytes(cipherText, limit, cipherText.length - limit);
            inputEnded = limit < cipherText.length;
        }
        int left = limit - position;
        if (left < 2 * TAG && !(left == TAG && leftInChunk == 0)) {
            throw new EOFException("its last authentication tag is missing");
        }
    }
}

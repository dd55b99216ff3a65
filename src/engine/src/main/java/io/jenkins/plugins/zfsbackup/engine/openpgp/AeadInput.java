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
 * The content of a packet that is encrypted with an AEAD mode. It consists of chunks, each of which ends with an
 * authentication tag; a final tag, over the number of bytes only, ends the packet (RFC 9580, section 5.13.2, and
 * LibrePGP, section 5.16). The end of the content is only reported if all tags are valid.
 *
 * <p>A chunk may have any size, and GnuPG can be told to make one chunk of a whole message. Therefore decrypted data is
 * returned before the tag of its chunk has been read, as with a modification detection code. Callers must not trust it
 * before they have reached the end.
 */
final class AeadInput extends InputStream {
    private static final int RUN = 1 << 16;
    private static final int TAG = 16;

    private final Scheme scheme;
    private final InputStream in;
    /** Data that was read but not decrypted yet. Its last bytes, of the length of two tags, may be tags. */
    private final byte[] cipherText = new byte[RUN + 2 * TAG];

    private int position;
    private int limit;
    private boolean inputEnded;

    /**
     * Data that was decrypted but not returned yet. A cipher may return up to a block and a tag more than it was given.
     */
    private final byte[] clear = new byte[RUN + 4 * TAG];

    private int clearPosition;
    private int clearLimit;

    private long chunk;
    private long leftInChunk;
    private long total;
    private boolean ended;

    /**
     * How the chunks of a packet are authenticated.
     *
     * @param cipher the cipher of the mode; not yet in use
     * @param key the key of the data
     * @param nonce the nonce of the first chunk; for the others, its last eight bytes are exclusive-ored with the
     *     number of the chunk
     * @param header the associated data of every chunk
     * @param numbered whether the associated data contains the number of the chunk
     * @param chunkSize the size in bytes of each chunk but the last
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

    /** @param in the packet after its header */
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

    /** Decrypts more data, possibly none; or checks the final tag and ends. */
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

    /** Reads enough input to contain the tags that may end the packet, and more if there is more. */
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

package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * The content of an encrypted packet of version 1. It ends with a modification detection code: a packet with the SHA-1
 * of everything before it, including the initial block of random bytes (RFC 9580, section 5.13.1). The end of the
 * content is only reported if the code is valid.
 */
final class MdcInput extends InputStream {
    private static final int RUN = 1 << 16;
    private static final byte[] CODE_HEADER = {(byte) 0xD3, 20};
    private static final int CODE = CODE_HEADER.length + 20;

    private final InputStream clear;
    private final MessageDigest hash = Hash.SHA1.digest();
    /** Data that was decrypted but not returned yet. Its last {@link #CODE} bytes may be the code. */
    private final byte[] buffer = new byte[RUN + CODE];

    private int position;
    private int limit;
    private boolean ended;

    /**
     * @param encrypted the packet after its version
     * @throws IOException if the packet ends too early
     */
    MdcInput(SessionKey key, InputStream encrypted) throws IOException {
        clear = key.algorithm().cfb(key.key(), encrypted);
        // A block of random bytes, whose last two bytes are repeated.
        int prefix = key.algorithm().blockLength() + 2;
        if (readNBytes(prefix).length < prefix) {
            throw cut();
        }
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
        if (ended || limit - position <= CODE && !fill()) {
            return -1;
        }
        int n = Math.min(length, limit - CODE - position);
        System.arraycopy(buffer, position, bytes, offset, n);
        position += n;
        return n;
    }

    /** Makes sure that there is data to return. At the end, checks the code and returns false. */
    private boolean fill() throws IOException {
        int kept = limit - position;
        System.arraycopy(buffer, position, buffer, 0, kept);
        position = 0;
        limit = kept + clear.readNBytes(buffer, kept, buffer.length - kept);
        if (limit > CODE) {
            hash.update(buffer, 0, limit - CODE);
            return true;
        }
        if (limit < CODE) {
            throw cut();
        }
        hash.update(CODE_HEADER);
        byte[] code = Arrays.copyOfRange(buffer, CODE_HEADER.length, CODE);
        boolean fits = Arrays.equals(buffer, 0, CODE_HEADER.length, CODE_HEADER, 0, CODE_HEADER.length)
                && MessageDigest.isEqual(hash.digest(), code);
        if (!fits) {
            throw new IOException("its modification detection code does not fit");
        }
        ended = true;
        return false;
    }

    private static EOFException cut() {
        return new EOFException("its end with the modification detection code is missing");
    }
}

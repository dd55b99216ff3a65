package io.jenkins.plugins.zfsbackup.engine.stream;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Fails when more comes out of a layer of a volume than can be in it: what unpacks to a thousand times its size goes no
 * further.
 */
final class LimitedInput extends FilterInputStream {

    private final long limit;
    private long left;

    /** @param limit the most bytes */
    LimitedInput(InputStream in, long limit) {
        super(in);
        this.limit = limit;
        this.left = limit;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        int read = in.read(to, offset, length);
        left -= Math.max(0, read);
        if (left < 0) {
            throw new IOException("what is encrypted in it has more than " + limit + " bytes");
        }
        return read;
    }

    /** What is passed over is read all the same. */
    @Override
    public long skip(long bytes) throws IOException {
        return Math.max(0, read(new byte[(int) Math.max(0, Math.min(bytes, 1 << 13))]));
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}

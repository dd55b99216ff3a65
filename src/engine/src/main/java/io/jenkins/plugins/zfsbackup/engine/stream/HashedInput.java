package io.jenkins.plugins.zfsbackup.engine.stream;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;

/**
 * Hashes and counts what is read of a stored file, in the pieces in which it is read, and ends where the file should:
 * who is told how long a file is has no reason to read on. For one thread.
 */
public final class HashedInput extends FilterInputStream {

    private final Check check;
    private final long limit;
    private final MessageDigest hash = Hashes.sha256();
    private long bytes;

    /** Asked with each read, to end it. */
    @FunctionalInterface
    public interface Check {
        /** Throws to end the reading. */
        void proceed() throws IOException;
    }

    /**
     * @param check whether to go on
     * @param limit where it ends, in bytes from its start
     */
    public HashedInput(InputStream in, Check check, long limit) {
        super(in);
        this.check = check;
        this.limit = limit;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        if (bytes == limit && length > 0) {
            return -1;
        }
        int read = in.read(to, offset, (int) Math.min(length, limit - bytes));
        check.proceed();
        if (read > 0) {
            hash.update(to, offset, read);
            bytes += read;
        }
        return read;
    }

    /** What is passed over is read all the same. */
    @Override
    public long skip(long bytes) throws IOException {
        return Math.max(0, read(new byte[(int) Math.max(0, Math.min(bytes, 1 << 13))]));
    }

    /** The same, for those who close what they have read, before the rest of the file has been hashed. */
    public InputStream keptOpen() {
        return new FilterInputStream(this) {
            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                return HashedInput.this.read(to, offset, length);
            }

            @Override
            public void close() {}
        };
    }

    /** Whether the file goes on behind its limit; to be asked when all before that was read. */
    public boolean longer() throws IOException {
        check.proceed();
        return bytes == limit && in.read() >= 0;
    }

    /** Reads what is left before the limit. */
    public void drain() throws IOException {
        transferTo(OutputStream.nullOutputStream());
    }

    /** Bytes read so far. */
    public long bytes() {
        return bytes;
    }

    /** SHA-256 of what was read, in hexadecimal; once only. */
    public String hash() {
        return Hashes.hex(hash);
    }
}

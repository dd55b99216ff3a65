package io.jenkins.plugins.zfsbackup.engine.stream;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;

/** Hashes and counts what is read of a stored file, in the pieces in which it is read. For one thread. */
final class HashedInput extends FilterInputStream {

    private final Check check;
    private final MessageDigest hash = Hashes.sha256();
    private long bytes;

    /** Asked with each read, to end it. */
    @FunctionalInterface
    interface Check {
        /** Throws to end the reading. */
        void proceed() throws IOException;
    }

    /** @param check whether to go on */
    HashedInput(InputStream in, Check check) {
        super(in);
        this.check = check;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        int read = in.read(to, offset, length);
        check.proceed();
        if (read > 0) {
            hash.update(to, offset, read);
            bytes += read;
        }
        return read;
    }

    /** The same, for those who close what they have read, before the rest of the file has been hashed. */
    InputStream keptOpen() {
        return new FilterInputStream(this) {
            @Override
            public int read(byte[] to, int offset, int length) throws IOException {
                return HashedInput.this.read(to, offset, length);
            }

            @Override
            public void close() {}
        };
    }

    /** Reads what is left. */
    void drain() throws IOException {
        transferTo(OutputStream.nullOutputStream());
    }

    /** Bytes read so far. */
    long bytes() {
        return bytes;
    }

    /** SHA-256 of what was read, in hexadecimal; once only. */
    String hash() {
        return Hashes.hex(hash);
    }
}

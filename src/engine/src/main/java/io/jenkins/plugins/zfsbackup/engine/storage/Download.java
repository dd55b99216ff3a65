package io.jenkins.plugins.zfsbackup.engine.storage;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** A stored file being read. */
public abstract class Download extends InputStream {

    /** The size of the whole file when it was opened, in bytes. */
    public abstract long size();

    @Override
    public abstract int read(byte[] bytes, int offset, int length) throws IOException;

    @Override
    public final int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public final int read(byte[] bytes) throws IOException {
        return read(Objects.requireNonNull(bytes), 0, bytes.length);
    }

    /** Also ends a read that another thread is in. */
    @Override
    public abstract void close() throws IOException;
}

package io.jenkins.plugins.zfsbackup.engine.storage;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A file being written to a repository. Whoever makes one calls {@link #finish()} when the last byte is written;
 * {@link #close()} without it abandons the file, whose bytes may stay behind under its name.
 */
public abstract class Upload extends OutputStream {

    /**
     * Waits until the server has confirmed every byte, flushes them to the server's disk where the server can do that,
     * and closes the file.
     *
     * @return the bytes written
     * @throws IOException a {@link io.jenkins.plugins.zfsbackup.engine.model.BackupException} if anything was not
     *     confirmed
     */
    public abstract long finish() throws IOException;

    /** Ends the transfer; does nothing after {@link #finish()}. Never throws, so that it can't hide the first error. */
    @Override
    public abstract void close();
}

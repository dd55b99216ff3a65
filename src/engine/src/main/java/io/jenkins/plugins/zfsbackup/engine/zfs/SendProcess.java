package io.jenkins.plugins.zfsbackup.engine.zfs;

import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.SourceException;
import java.io.InputStream;

/**
 * A running {@code zfs send}. The caller reads {@link #stream()} to its end and then calls {@link #finish()}. Only the
 * exit code tells whether it was successful, not the end of the stream.
 */
public final class SendProcess implements AutoCloseable {

    private final Running running;

    SendProcess(Running running) {
        this.running = running;
    }

    /** The output of {@code zfs send}. Reads of 64 KiB and more are not buffered. */
    public InputStream stream() {
        return running.output();
    }

    /**
     * Waits for the end of {@code zfs send}.
     *
     * @throws SourceException with the message of the program, if it failed or was killed; the stream must then be
     *     discarded
     * @throws InterruptedRunException if this thread is interrupted; the program is ended first
     */
    public void finish() throws SourceException, InterruptedRunException {
        running.finish();
    }

    /**
     * Ends the program if it still runs, and kills it after 5 seconds. If it runs through sudo, where signals of an
     * ordinary user may not reach it, it ends at its next write, because its pipe is closed.
     */
    public void kill() {
        running.kill();
    }

    /** As {@link #kill()}; does nothing after {@link #finish()}. */
    @Override
    public void close() {
        kill();
    }
}

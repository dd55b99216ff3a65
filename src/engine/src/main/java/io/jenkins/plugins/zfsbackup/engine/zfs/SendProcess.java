package io.jenkins.plugins.zfsbackup.engine.zfs;

import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.SourceException;
import java.io.InputStream;

/**
 * A running {@code zfs send}. Whoever starts one reads {@link #stream()} to its end and then calls {@link #finish()}:
 * the end of the stream says nothing about its success, only the exit code does.
 */
public final class SendProcess implements AutoCloseable {

    private final Running running;

    SendProcess(Running running) {
        this.running = running;
    }

    /** The stream as {@code zfs} writes it. Reads of 64 KiB and more go to the pipe directly, past any buffer. */
    public InputStream stream() {
        return running.output();
    }

    /**
     * Waits for the end of {@code zfs send}.
     *
     * @throws SourceException with the program's own words, if it failed or was killed: the stream is then worthless
     * @throws InterruptedRunException if this thread is interrupted; the program is then ended first
     */
    public void finish() throws SourceException, InterruptedRunException {
        running.finish();
    }

    /**
     * Ends the program if it still runs, forcibly after 5 seconds. Through sudo, where an ordinary user's signals may
     * not reach it, it ends with its next write at the latest, as its pipe is closed.
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

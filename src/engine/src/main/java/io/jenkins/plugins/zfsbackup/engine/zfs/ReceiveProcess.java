package io.jenkins.plugins.zfsbackup.engine.zfs;

import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.SourceException;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A running {@code zfs receive}. The caller writes the stream to {@link #stream()} and then calls {@link #finish()}.
 * Nothing has been received until that returns.
 */
public final class ReceiveProcess implements AutoCloseable {

    private final Running running;
    private final OutputStream stream;

    ReceiveProcess(Running running) {
        this.running = running;
        this.stream = new Stream();
    }

    /**
     * The input of {@code zfs receive}. If the program fails, the next write throws a {@link SourceException} with its
     * message instead of only a broken pipe.
     */
    public OutputStream stream() {
        return stream;
    }

    /**
     * Ends the stream and waits until it has been received.
     *
     * @throws SourceException with the message of the program, if it refused the stream or was killed; nothing of the
     *     stream is then in the pool
     * @throws InterruptedRunException if this thread is interrupted; the program is ended first
     */
    public void finish() throws IOException {
        stream.close();
        running.finish();
    }

    /**
     * Ends the program if it still runs, so that nothing is received. Its input is closed, whereupon it removes what it
     * has received. If that takes more than 5 seconds, it is killed.
     */
    public void kill() {
        running.breakOff();
    }

    /** As {@link #kill()}; does nothing after {@link #finish()}. */
    @Override
    public void close() {
        kill();
    }

    /** The pipe to the program. Its failures contain the message of the program. */
    private final class Stream extends OutputStream {

        private final OutputStream pipe = running.input();

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                pipe.write(bytes, offset, length);
            } catch (IOException e) {
                throw broken(e);
            }
        }

        @Override
        public void flush() throws IOException {
            try {
                pipe.flush();
            } catch (IOException e) {
                throw broken(e);
            }
        }

        @Override
        public void close() throws IOException {
            try {
                pipe.close();
            } catch (IOException e) {
                throw broken(e);
            }
        }

        private IOException broken(IOException pipeError) throws SourceException, InterruptedRunException {
            running.finish();
            return new SourceException(
                    running.task().doing(),
                    "zfs receive ended before the end of the stream: " + Reason.of(pipeError),
                    "");
        }
    }
}

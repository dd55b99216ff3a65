package io.jenkins.plugins.zfsbackup.engine.stream;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;

/** A limit on the bytes that all transfers together move in a second. */
public final class Pace {

    /** Stops nobody. */
    public static final Pace UNLIMITED = new Pace(0);

    private static final int SLICE = 64 << 10;

    private final long bytesPerSecond;
    private long nextFree = System.nanoTime();

    /** @param bytesPerSecond 0 for no limit */
    public Pace(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Whether there is a limit. */
    boolean limited() {
        return bytesPerSecond > 0;
    }

    OutputStream apply(OutputStream out) {
        return limited() ? new Paced(out) : out;
    }

    private void await(int bytes) throws InterruptedIOException {
        long wait;
        synchronized (this) {
            long now = System.nanoTime();
            long start = Math.max(now, nextFree);
            nextFree = start + (long) (bytes * 1e9 / bytesPerSecond);
            wait = start - now;
        }
        try {
            TimeUnit.NANOSECONDS.sleep(wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped while waiting for the rate limit");
        }
    }

    private final class Paced extends OutputStream {
        private final OutputStream out;

        Paced(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (int done = 0; done < length; done += SLICE) {
                int part = Math.min(SLICE, length - done);
                await(part);
                out.write(bytes, offset + done, part);
            }
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}

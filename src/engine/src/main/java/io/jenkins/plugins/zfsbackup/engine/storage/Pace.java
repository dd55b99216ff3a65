package io.jenkins.plugins.zfsbackup.engine.storage;

import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A limit on the bytes per second of several transfers together, which can also be ended together. */
final class Pace {

    /** What is written at once, if the limit allows. */
    private static final int SLICE = 64 << 10;
    /** At a low limit a slice is what goes out in an eighth of a second, so that the line is evenly used. */
    private static final int SLICES_PER_SECOND = 8;
    /** What was lost by waking up late may be caught up within this time. */
    private static final long CREDIT_NANOS = 50_000_000L;

    private final long bytesPerSecond;
    private final int slice;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private long nextFree = System.nanoTime();

    /** @param bytesPerSecond 0 for no limit */
    Pace(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
        this.slice = limited() ? (int) Math.max(1, Math.min(SLICE, bytesPerSecond / SLICES_PER_SECOND)) : SLICE;
    }

    /** Ends all transfers, those that wait at once: their next byte is an {@link InterruptedRunException}. */
    void stop() {
        stopped.countDown();
    }

    private boolean limited() {
        return bytesPerSecond > 0;
    }

    /** The output, at this pace together with all others. */
    public OutputStream apply(OutputStream out) {
        return new Paced(out);
    }

    /** Waits until so many bytes may go out. */
    private void await(int bytes) throws InterruptedRunException {
        long wait = limited() ? reserve(bytes) : 0;
        try {
            if (stopped.await(Math.max(0, wait), TimeUnit.NANOSECONDS)) {
                throw new InterruptedRunException("sending", "the run was stopped", "Run again to carry on.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedRunException("sending", "the run was interrupted", "Run again to carry on.", e);
        }
    }

    /** @return nanoseconds until those bytes' turn */
    private synchronized long reserve(int bytes) {
        long now = System.nanoTime();
        long start = Math.max(now - CREDIT_NANOS, nextFree);
        nextFree = start + (long) (bytes * 1e9 / bytesPerSecond);
        return start - now;
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
            for (int done = 0; done < length; done += slice) {
                int part = Math.min(slice, length - done);
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

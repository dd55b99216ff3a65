package io.jenkins.plugins.zfsbackup.engine.sftp;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether anything moves on a connection while somebody waits for it to. A connection on which nobody waits can be quiet
 * as long as it likes: a run may think for an hour between two volumes.
 */
final class Progress {

    private final AtomicInteger waiting = new AtomicInteger();
    private volatile boolean asked;
    private volatile long moved = System.nanoTime();

    /** Somebody begins to wait for the server. */
    void begin() {
        if (waiting.getAndIncrement() == 0) {
            moved = System.nanoTime();
        }
    }

    /** Somebody has what it waited for, or has given up. */
    void end() {
        waiting.decrementAndGet();
    }

    /** The server was asked whether it is still there. */
    void asked() {
        moved = System.nanoTime();
        asked = true;
    }

    /** The network took something. */
    void sent() {
        moved = System.nanoTime();
    }

    /** Something came from the server. */
    void received() {
        moved = System.nanoTime();
        asked = false;
    }

    /** Whether nobody waits for anything. */
    boolean quiet() {
        return waiting.get() == 0 && !asked;
    }

    /** Whether somebody has waited this long, and nothing moved in all that time. */
    boolean stalled(long nanos) {
        return !quiet() && System.nanoTime() - moved > nanos;
    }
}

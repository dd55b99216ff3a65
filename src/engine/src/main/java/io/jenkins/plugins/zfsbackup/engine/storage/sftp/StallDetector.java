package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whether anything moves on a connection while somebody waits for it to, and whether it comes to an answer. A
 * connection on which nobody waits can be quiet as long as it likes: a run may think for an hour between two volumes.
 */
final class StallDetector {

    private final Map<Wait, Long> waits = new ConcurrentHashMap<>();
    private volatile boolean asked;
    private volatile boolean answered;
    private volatile long moved = System.nanoTime();
    /** When a part of an answer came last, or else when all began. */
    private volatile long partly = System.nanoTime();

    /** Somebody's wait for an answer. */
    final class Wait implements AutoCloseable {
        private final Duration most;

        private Wait(Duration most) {
            this.most = most;
        }

        /** A part of the answer has come: as much time again. */
        void goesOn() {
            partly = System.nanoTime();
            waits.put(this, partly);
        }

        /** It is over, with an answer. */
        void over() {
            answered = true;
        }

        /** It is over, one way or the other. */
        @Override
        public void close() {
            waits.remove(this);
        }
    }

    /**
     * Somebody begins to wait for the server.
     *
     * @param most how long an answer may take, though something moves all the time
     */
    Wait begin(Duration most) {
        if (waits.isEmpty()) {
            moved = System.nanoTime();
        }
        Wait wait = new Wait(most);
        waits.put(wait, System.nanoTime());
        return wait;
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

    /** Whether nobody has ever got an answer, nor a part of one in this time. */
    boolean late(Duration most) {
        return !answered && System.nanoTime() - partly > most.toNanos();
    }

    /** Whether anybody ever got an answer. */
    boolean answered() {
        return answered;
    }

    /** Whether nobody waits for anything. */
    boolean quiet() {
        return waits.isEmpty() && !asked;
    }

    /** Whether somebody has waited this long, and nothing moved in all that time. */
    boolean stalled(Duration most) {
        return !quiet() && System.nanoTime() - moved > most.toNanos();
    }

    /** How long somebody may wait at most who has waited longer; empty if there is none. */
    Optional<Duration> overdue() {
        long now = System.nanoTime();
        return waits.entrySet().stream()
                .filter(each -> now - each.getValue() > each.getKey().most.toNanos())
                .map(each -> each.getKey().most)
                .findFirst();
    }
}

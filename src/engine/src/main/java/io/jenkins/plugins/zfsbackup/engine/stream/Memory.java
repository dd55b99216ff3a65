package io.jenkins.plugins.zfsbackup.engine.stream;

import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;

/**
 * The budget for data in memory, in chunks of 4 MiB that are used again and again.
 *
 * <p>Whoever fills a volume reserves all of it beforehand, and waits while it holds nothing: so the budget can't be
 * eaten up by volumes that are all half full. There are only so many volumes at once, whatever the budget: to read
 * further ahead than the workers get on would only cost fresh memory, which is dear.
 */
public final class Memory {

    /**
     * Bytes of raw data in a chunk. More than the window of any fast level of zstd, which compresses chunk by chunk.
     */
    public static final int CHUNK = 4 << 20;

    /** Bytes in the array of a chunk: it can take another chunk in compressed form, however little that compresses. */
    static final int ROOM = CHUNK + (CHUNK >> 7);

    private final int chunks;
    private final Semaphore free;
    private final Semaphore volumes;
    private final ConcurrentLinkedQueue<byte[]> pool = new ConcurrentLinkedQueue<>();

    /**
     * @param bytes the budget, at least one chunk
     * @param volumes reservations at once
     */
    Memory(long bytes, int volumes) {
        this.chunks = (int) Math.max(1, Math.min(Integer.MAX_VALUE, bytes / CHUNK));
        this.free = new Semaphore(chunks, true);
        this.volumes = new Semaphore(volumes, true);
    }

    /** All chunks of the budget. */
    public int chunks() {
        return chunks;
    }

    /** Waits until so many chunks may be used; more than there are counts as all of them. */
    Reservation reserve(int wanted) throws InterruptedException {
        int granted = Math.min(wanted, chunks);
        volumes.acquire();
        try {
            free.acquire(granted);
        } catch (InterruptedException e) {
            volumes.release();
            throw e;
        }
        return new Reservation(granted);
    }

    /** As {@link #reserve}, without waiting; empty if there is not enough just now. */
    Optional<Reservation> tryReserve(int wanted) {
        int granted = Math.min(wanted, chunks);
        if (!volumes.tryAcquire()) {
            return Optional.empty();
        }
        if (!free.tryAcquire(granted)) {
            volumes.release();
            return Optional.empty();
        }
        return Optional.of(new Reservation(granted));
    }

    /** A share of the budget, given back by {@link #close()}. */
    final class Reservation implements AutoCloseable {
        private int held;
        private boolean over;

        private Reservation(int held) {
            this.held = held;
        }

        /** Gives back what is not needed after all. */
        synchronized void shrinkTo(int needed) {
            if (!over && needed < held) {
                free.release(held - needed);
                held = needed;
            }
        }

        byte[] chunk() {
            byte[] used = pool.poll();
            return used == null ? new byte[ROOM] : used;
        }

        void recycle(byte[] chunk) {
            if (pool.size() < chunks) {
                pool.add(chunk);
            }
        }

        @Override
        public synchronized void close() {
            if (!over) {
                over = true;
                free.release(held);
                volumes.release();
            }
        }
    }
}

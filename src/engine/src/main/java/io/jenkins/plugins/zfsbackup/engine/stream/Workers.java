package io.jenkins.plugins.zfsbackup.engine.stream;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that compress, encrypt and move volumes, and the memory they share. All streams of a run use the same
 * ones: many small streams go side by side, a big one has them all.
 */
public final class Workers implements AutoCloseable {

    /** Larger volumes gain nothing and make a retry dearer. */
    private static final int LARGEST_VOLUME = (64 << 20) / Memory.CHUNK;

    /** Volumes that no worker has: one is being filled or emptied, one is waiting. */
    private static final int BESIDES = 2;

    /** A volume is at most this part of what lies before it. */
    private static final long VOLUMES_BEHIND = 32;

    /**
     * A volume is at least this part of what lies before it, as far as the budget has room for two: so a stream of
     * terabytes has no more volumes than a manifest can list, whatever the number of workers.
     */
    private static final long MOST_VOLUMES_BEHIND = 24_000;

    private final int threads;
    private final Memory memory;
    private final ExecutorService executor;

    /**
     * @param threads at least 1
     * @param memory the budget for raw data, in bytes, at least {@link Memory#CHUNK}
     */
    public Workers(int threads, long memory) {
        this.threads = threads;
        this.memory = new Memory(memory, threads + BESIDES);
        AtomicInteger number = new AtomicInteger();
        this.executor = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "volume-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * The size of the volume that begins at a place of its stream, in chunks. Volumes grow with the stream: a short one
     * is shared out among the workers all the same, the end of a long one leaves none of them alone with much, and few
     * volumes make up a very long one. The most is what keeps all workers busy within the budget, but for streams so
     * long that there would be too many. It follows from the place alone, so that a second run cuts as the first did.
     *
     * @param position bytes of the stream before this volume
     */
    int volumeChunks(long position) {
        int most = Math.max(1, Math.min(LARGEST_VOLUME, memory.chunks() / (threads + BESIDES) - 1));
        long usual = Math.min(most, position / (VOLUMES_BEHIND * Memory.CHUNK));
        long least = Math.min(memory.chunks() / 2 - 1, position / (MOST_VOLUMES_BEHIND * Memory.CHUNK));
        return (int) Math.max(1, Math.max(usual, least));
    }

    int threads() {
        return threads;
    }

    Memory memory() {
        return memory;
    }

    /** Runs a task; its failure is the future's. */
    <T> CompletableFuture<T> run(Task<T> task) {
        CompletableFuture<T> future = new CompletableFuture<>();
        executor.execute(() -> {
            try {
                future.complete(task.call());
            } catch (Throwable e) {
                future.completeExceptionally(e);
            }
        });
        return future;
    }

    /** A piece of work. */
    @FunctionalInterface
    interface Task<T> {
        T call() throws Exception;
    }

    /** Interrupts what runs and waits for it for at most ten seconds. */
    @Override
    public void close() {
        executor.shutdownNow();
        try {
            executor.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.storage;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.UnexpectedException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Many small reads of a storage at the same time: over a slow link most of each read is waiting. */
public final class ParallelReads {

    private static final int PER_CONNECTION = 8;

    private final ThreadPoolExecutor executor;

    /** @param storage whose number of connections says how many questions may be under way */
    public ParallelReads(Storage storage) {
        int threads = Math.max(1, storage.connections() * PER_CONNECTION);
        executor = new ThreadPoolExecutor(
                threads, threads, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), ParallelReads::daemon);
        executor.allowCoreThreadTimeOut(true);
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "parallel-read");
        thread.setDaemon(true);
        return thread;
    }

    /** A question about something. */
    @FunctionalInterface
    public interface Question<T, R> {
        /** The answer. */
        R ask(T about) throws BackupException;
    }

    /**
     * Asks one question about many things. No question may ask others by the same object.
     *
     * @return the answers, in the order of the things
     * @throws BackupException the first failure in that order; what has not begun by then is not asked any more
     */
    public <T, R> List<R> ask(Collection<T> things, Question<T, R> question) throws BackupException {
        List<CompletableFuture<R>> answers = new ArrayList<>(things.size());
        for (T thing : things) {
            answers.add(CompletableFuture.supplyAsync(() -> answer(thing, question), executor));
        }
        try {
            List<R> all = new ArrayList<>(answers.size());
            for (CompletableFuture<R> answer : answers) {
                all.add(answer.join());
            }
            return all;
        } catch (CompletionException e) {
            throw UnexpectedException.of("reading the repository", e);
        } finally {
            answers.forEach(answer -> answer.cancel(false));
        }
    }

    private static <T, R> R answer(T thing, Question<T, R> question) {
        try {
            return question.ask(thing);
        } catch (BackupException e) {
            throw new CompletionException(e);
        }
    }
}

package io.jenkins.plugins.zfsbackup.agent;

import java.io.IOException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import jenkins.util.Timer;

/**
 * Bounds how long an agent may take to answer. A connection that is half dead answers never, and would hold the thread
 * that asks for ever.
 */
final class TimeLimit {

    private final Thread thread = Thread.currentThread();
    private boolean ended;
    private boolean over;

    private TimeLimit() {}

    /** What is asked of an agent. */
    @FunctionalInterface
    interface Call<T> {
        T call() throws IOException, InterruptedException;
    }

    /**
     * The answer.
     *
     * @throws IOException also if there is none within the time
     * @throws InterruptedException if somebody else interrupts
     */
    static <T> T within(long seconds, Call<T> call) throws IOException, InterruptedException {
        TimeLimit limit = new TimeLimit();
        ScheduledFuture<?> alarm = Timer.get().schedule(limit::expire, seconds, TimeUnit.SECONDS);
        try {
            return call.call();
        } catch (InterruptedException e) {
            if (limit.end()) {
                throw new IOException(Messages.noAnswer(seconds), e);
            }
            throw e;
        } finally {
            alarm.cancel(false);
            if (limit.end()) {
                // If it came as late as that, nobody has taken notice of it yet.
                Thread.interrupted();
            }
        }
    }

    private synchronized void expire() {
        if (!ended) {
            over = true;
            thread.interrupt();
        }
    }

    /** From here on nothing is interrupted; whether it was. */
    private synchronized boolean end() {
        ended = true;
        return over;
    }
}

package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.UnexpectedException;
import io.jenkins.plugins.zfsbackup.engine.repository.DatasetLock;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Holds a dataset's lock: renews it while the work goes on and gives it back at the end. When it finds that the lock
 * was lost, it stops the work at once.
 */
final class LockKeeper implements AutoCloseable {

    /** How soon after a pause of the whole machine the lock is looked at: timers stand still while it sleeps. */
    private static final long TICK_SECONDS = 5;

    /** How often the lock is looked at between two renewals: so soon is the loss of it found. */
    private static final Duration LOOK = Duration.ofSeconds(15);

    private final DatasetLock lock;
    private final Clock clock;
    private final Consumer<String> warnings;
    private final ScheduledFuture<?> ticks;
    private final Set<Runnable> stops = new LinkedHashSet<>();
    private Moment renewed;
    private Moment looked;

    /** @param clock shows how long the machine has slept; a clock that is put on only has the lock renewed sooner */
    LockKeeper(DatasetLock lock, ScheduledExecutorService scheduler, Clock clock, Consumer<String> warnings) {
        this.lock = lock;
        this.clock = clock;
        this.warnings = warnings;
        this.renewed = now();
        this.looked = renewed;
        this.ticks = scheduler.scheduleWithFixedDelay(this::tick, TICK_SECONDS, TICK_SECONDS, TimeUnit.SECONDS);
    }

    /** Some work that is done under the lock. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }

    /** A moment by the timer, which stands still while the machine sleeps, and by the clock, which may jump. */
    private record Moment(long nanos, Instant time) {

        boolean isBefore(Moment other, Duration by) {
            return other.nanos - nanos >= by.toNanos()
                    || Duration.between(time, other.time).compareTo(by) >= 0;
        }
    }

    private Moment now() {
        return new Moment(System.nanoTime(), clock.instant());
    }

    private void tick() {
        Moment now = now();
        try {
            if (renewed.isBefore(now, DatasetLock.RENEWAL)) {
                renewed = now;
                looked = now;
                lock.renew();
            } else if (looked.isBefore(now, LOOK)) {
                looked = now;
                lock.check();
            }
        } catch (BackupException | RuntimeException | Error e) {
            if (lock.lost()) {
                stop();
            } else {
                // The next time may go well again; if the lock is lost by then, that is found before anything is
                // published.
                warnings.accept(
                        UnexpectedException.of("looking after the lock", e).getMessage());
            }
        }
    }

    private void stop() {
        Set<Runnable> now;
        synchronized (stops) {
            now = new LinkedHashSet<>(stops);
        }
        now.forEach(Runnable::run);
    }

    /** Has something stopped as soon as the lock is found lost, until the result is closed. */
    Cancellation.Registration onLoss(Runnable stop) {
        synchronized (stops) {
            stops.add(stop);
        }
        if (lock.lost()) {
            stop.run();
        }
        return () -> {
            synchronized (stops) {
                stops.remove(stop);
            }
        };
    }

    /** The lock that is held. */
    DatasetLock lock() {
        return lock;
    }

    /** Throws if the lock was lost: then nothing may be written, published or deleted any more. */
    void check() throws BackupException {
        lock.check();
    }

    /** Whether it was found that the lock was lost. */
    boolean lost() {
        return lock.lost();
    }

    /** Looks after a failure whether the loss of the lock is behind it; a server out of reach can't tell. */
    void lookAfter(IOException failure) {
        if (failure instanceof RepositoryException repository && repository.outOfReach()) {
            return;
        }
        try {
            lock.check();
        } catch (BackupException e) {
            if (!lock.lost()) {
                failure.addSuppressed(e);
            }
        }
    }

    /**
     * Does work under the lock. Where it fails because the lock was lost, by whatever that makes fail first, the
     * failure says so.
     */
    <T> T guard(Work<T> work) throws IOException {
        try {
            return work.run();
        } catch (IOException e) {
            lookAfter(e);
            if (lost()) {
                lock.check();
            }
            throw e;
        }
    }

    @Override
    public void close() {
        ticks.cancel(false);
        try {
            lock.release();
        } catch (BackupException | RuntimeException | Error e) {
            String why = UnexpectedException.of("giving back the lock", e).getMessage();
            warnings.accept("the lock stays behind until it counts for nothing: " + why);
        }
    }
}

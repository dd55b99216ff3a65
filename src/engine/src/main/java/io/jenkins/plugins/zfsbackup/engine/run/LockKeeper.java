package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.repository.DatasetLock;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Holds a dataset's lock: renews it while the work goes on and gives it back at the end. */
final class LockKeeper implements AutoCloseable {

    private final DatasetLock lock;
    private final ScheduledFuture<?> renewal;
    private final Consumer<String> warnings;

    LockKeeper(DatasetLock lock, ScheduledExecutorService scheduler, Consumer<String> warnings) {
        this.lock = lock;
        this.warnings = warnings;
        long period = DatasetLock.RENEWAL.toSeconds();
        this.renewal = scheduler.scheduleWithFixedDelay(this::renew, period, period, TimeUnit.SECONDS);
    }

    private void renew() {
        try {
            lock.renew();
        } catch (BackupException e) {
            // The next renewal may work again; if the lock is lost, check() says so before anything is published.
            warnings.accept(e.getMessage());
        }
    }

    /** Throws if the lock was lost: then nothing may be published any more. */
    void check() throws BackupException {
        lock.check();
    }

    @Override
    public void close() {
        renewal.cancel(false);
        try {
            lock.release();
        } catch (BackupException e) {
            warnings.accept("the lock stays behind until it expires: " + e.getMessage());
        }
    }
}

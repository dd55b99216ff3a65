package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** The wish to stop a run, from wherever it comes, and what has to be stopped then. */
public final class Cancellation {

    private final Set<Runnable> stops = new LinkedHashSet<>();
    private volatile boolean cancelled;

    /** Stops the run: at once what is under way, and all that would come. */
    public void cancel() {
        Set<Runnable> now;
        synchronized (this) {
            cancelled = true;
            now = new LinkedHashSet<>(stops);
        }
        Optional<RuntimeException> failure = Optional.empty();
        for (Runnable stop : now) {
            try {
                stop.run();
            } catch (RuntimeException e) {
                // The others have to be stopped all the same.
                failure = failure.or(() -> Optional.of(e));
            }
        }
        if (failure.isPresent()) {
            throw failure.get();
        }
    }

    /** Whether somebody wants the run to stop. */
    public boolean cancelled() {
        return cancelled;
    }

    /** Throws if somebody wants the run to stop. */
    public void check(String doing) throws InterruptedRunException {
        if (cancelled()) {
            throw new InterruptedRunException(doing, "the run was stopped", "Run again to carry on.");
        }
    }

    /** Has something stopped too, until the result is closed. */
    public Registration onCancel(Runnable stop) {
        boolean already;
        synchronized (this) {
            stops.add(stop);
            already = cancelled;
        }
        if (already) {
            stop.run();
        }
        return () -> {
            synchronized (this) {
                stops.remove(stop);
            }
        };
    }

    /** Ends an {@link #onCancel}. */
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}

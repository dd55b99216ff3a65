package io.jenkins.plugins.zfsbackup.engine.stream;

import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;

/** How a transfer is followed and stopped by whoever asked for it. Called from several threads. */
public interface Watch {

    /** Names the transfer in messages, e.g. {@code restoring tank/home, backup monday.full}. */
    String label();

    /** So many bytes were moved since it began. */
    void moved(long bytes);

    /** Whether it has to end. */
    boolean stopped();

    /** @throws InterruptedRunException if it has to end */
    default void check() throws InterruptedRunException {
        if (stopped()) {
            throw new InterruptedRunException(label(), "the run was stopped", "");
        }
    }
}

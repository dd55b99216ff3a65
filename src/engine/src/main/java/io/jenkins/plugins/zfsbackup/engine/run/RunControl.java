package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;

/**
 * Those who follow a run from outside.
 *
 * @param listener hears what the run does
 * @param cancellation the wish to stop it
 */
public record RunControl(RunListener listener, Cancellation cancellation) {

    /** @throws InterruptedRunException if somebody wants the run to stop */
    public void check(String doing) throws InterruptedRunException {
        cancellation.check(doing);
    }

    /**
     * A transfer that the listener is told of, and that ends when the run is stopped.
     *
     * @param dataset whose stream it is
     * @param what the stream, for the listener
     * @param label names the transfer in messages
     */
    public Transfer transfer(String dataset, String what, String label) {
        return new Transfer(this, dataset, what, label);
    }
}

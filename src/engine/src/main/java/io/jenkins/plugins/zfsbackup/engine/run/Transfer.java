package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.stream.Watch;

/** A stream that is being moved or read: the run's listener is told of it until it is closed. */
public final class Transfer implements Watch, AutoCloseable {

    private final RunControl control;
    private final String dataset;
    private final String what;
    private final String label;
    private boolean begun;

    Transfer(RunControl control, String dataset, String what, String label) {
        this.control = control;
        this.dataset = dataset;
        this.what = what;
        this.label = label;
    }

    /**
     * Says that it begins.
     *
     * @param bytes that will be moved, about; 0 if not known
     */
    public void begin(long bytes) {
        begun = true;
        control.listener().begin(dataset, what, bytes);
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public void moved(long bytes) {
        control.listener().moved(dataset, bytes);
    }

    @Override
    public boolean stopped() {
        return control.cancellation().cancelled();
    }

    @Override
    public void close() {
        if (begun) {
            control.listener().end(dataset);
        }
    }
}

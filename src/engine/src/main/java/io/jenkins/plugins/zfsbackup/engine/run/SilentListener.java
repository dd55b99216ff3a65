package io.jenkins.plugins.zfsbackup.engine.run;

/** Hears everything and says nothing. */
public final class SilentListener implements RunListener {
    @Override
    public void info(String line) {}

    @Override
    public void detail(String line) {}

    @Override
    public void warn(String line) {}

    @Override
    public void datasets(int done, int total) {}

    @Override
    public void begin(String dataset, String what, long estimate) {}

    @Override
    public void moved(String dataset, long rawBytes) {}

    @Override
    public void end(String dataset) {}
}

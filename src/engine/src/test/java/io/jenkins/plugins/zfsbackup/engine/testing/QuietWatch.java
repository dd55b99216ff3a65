package io.jenkins.plugins.zfsbackup.engine.testing;

import io.jenkins.plugins.zfsbackup.engine.stream.Watch;

/** Follows a transfer without a word, and never stops it. */
public record QuietWatch(String label) implements Watch {

    @Override
    public void moved(long bytes) {}

    @Override
    public boolean stopped() {
        return false;
    }
}

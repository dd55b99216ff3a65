package io.jenkins.plugins.zfsbackup.engine.model;

/** The run was told to stop. */
public final class InterruptedRunException extends BackupException {

    /** As {@link BackupException}'s constructor, without an error underneath. */
    public InterruptedRunException(String doing, String said, String next) {
        super(doing, said, next, null);
    }

    /** As {@link BackupException}'s constructor. */
    public InterruptedRunException(String doing, String said, String next, Throwable cause) {
        super(doing, said, next, cause);
    }
}

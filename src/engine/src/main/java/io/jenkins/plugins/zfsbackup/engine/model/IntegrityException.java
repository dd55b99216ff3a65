package io.jenkins.plugins.zfsbackup.engine.model;

/** Data is not what it should be: a cut or changed stream, volume or manifest. Never retried with the same bytes. */
public final class IntegrityException extends BackupException {

    /** As {@link BackupException}'s constructor, without an error underneath. */
    public IntegrityException(String doing, String said, String next) {
        super(doing, said, next, null);
    }

    /** As {@link BackupException}'s constructor. */
    public IntegrityException(String doing, String said, String next, Throwable cause) {
        super(doing, said, next, cause);
    }
}

package io.jenkins.plugins.zfsbackup.engine.model;

/** The pool's side failed: {@code zfs} missing, refusing, killed, or a dataset or snapshot that is gone. */
public final class SourceException extends BackupException {

    /** As {@link BackupException}'s constructor, without an error underneath. */
    public SourceException(String doing, String said, String next) {
        super(doing, said, next, null);
    }

    /** As {@link BackupException}'s constructor. */
    public SourceException(String doing, String said, String next, Throwable cause) {
        super(doing, said, next, cause);
    }
}

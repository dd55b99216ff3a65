package io.jenkins.plugins.zfsbackup.engine.model;

/**
 * What was asked for can't be done as asked: wrong options, a file that is no key, a wrong passphrase. Exit code 64.
 */
public final class UsageException extends BackupException {

    /** As {@link BackupException}'s constructor, without an error underneath. */
    public UsageException(String doing, String said, String next) {
        super(doing, said, next, null);
    }

    /** As {@link BackupException}'s constructor. */
    public UsageException(String doing, String said, String next, Throwable cause) {
        super(doing, said, next, cause);
    }
}

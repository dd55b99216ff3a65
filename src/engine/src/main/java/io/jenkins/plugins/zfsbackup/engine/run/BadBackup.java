package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;

/** A backup turns out to be unusable while something is done with it. */
public final class BadBackup extends Exception {

    private static final long serialVersionUID = 1;

    private final String id;
    private final BackupException reason;

    /** @param id its name */
    public BadBackup(String id, BackupException reason) {
        super(reason);
        this.id = id;
        this.reason = reason;
    }

    /** Its name. */
    String id() {
        return id;
    }

    /** What was wrong. */
    BackupException reason() {
        return reason;
    }
}

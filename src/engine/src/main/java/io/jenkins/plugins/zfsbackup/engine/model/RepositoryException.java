package io.jenkins.plugins.zfsbackup.engine.model;

/** The repository's side failed: the server can't be reached, refuses, or its disk is full. */
public final class RepositoryException extends BackupException {

    /** What kind of failure it is, by what can be done about it. */
    public enum Kind {
        /** Nobody answers, or the connection is lost and did not come back: worth trying again later. Exit code 3. */
        OUT_OF_REACH,
        /** Host key or user refused: a person has to look. */
        REFUSED,
        /** A file or directory that must not be there is there. */
        EXISTS,
        /** A file or directory that must be there is not there. */
        MISSING,
        /** The disk or the quota is full. */
        FULL,
        /** Anything else the server says no to. */
        FAILED
    }

    private final Kind kind;

    /** As {@link BackupException}'s constructor, with the kind of failure. */
    public RepositoryException(Kind kind, String doing, String said, String next) {
        this(kind, doing, said, next, null);
    }

    /** As {@link BackupException}'s constructor, with the kind of failure. */
    public RepositoryException(Kind kind, String doing, String said, String next, Throwable cause) {
        super(doing, said, next, cause);
        this.kind = kind;
    }

    /** The kind of failure. */
    public Kind kind() {
        return kind;
    }

    /** Whether the whole repository is out of reach, and not only what was asked for. */
    public boolean outOfReach() {
        return kind == Kind.OUT_OF_REACH;
    }
}

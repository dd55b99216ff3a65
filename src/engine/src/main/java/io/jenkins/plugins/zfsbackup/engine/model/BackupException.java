package io.jenkins.plugins.zfsbackup.engine.model;

import java.io.IOException;

/**
 * What went wrong, in the three parts a person needs: what was being done to which dataset, what the program or the
 * server underneath said, and what to do next.
 *
 * <p>The family is sorted by what the caller can do about it. It descends from {@link IOException} because it travels
 * through input and output streams on the data path.
 */
public abstract sealed class BackupException extends IOException
        permits UsageException,
                RepositoryException,
                SourceException,
                IntegrityException,
                InterruptedRunException,
                UnexpectedException {

    private final String doing;
    private final String said;
    private final String next;

    /**
     * @param doing what was being done, naming the dataset, file or server
     * @param said what the program or the server underneath said, or what was found
     * @param next the next thing to do, as a sentence; empty if there is nothing to add
     * @param cause the error underneath, or null
     */
    protected BackupException(String doing, String said, String next, Throwable cause) {
        super(sentence(doing, said, next), cause);
        this.doing = doing;
        this.said = said;
        this.next = next;
    }

    /** What was being done, naming the dataset, file or server. */
    public final String doing() {
        return doing;
    }

    /** What the program or the server underneath said. */
    public final String said() {
        return said;
    }

    /** The next thing to do; empty if there is nothing to add. */
    public final String next() {
        return next;
    }

    private static String sentence(String doing, String said, String next) {
        String first = doing + ": " + said;
        return next.isEmpty() ? first : first + (first.endsWith(".") ? " " : ". ") + next;
    }
}

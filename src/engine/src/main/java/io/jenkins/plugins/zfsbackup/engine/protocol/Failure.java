package io.jenkins.plugins.zfsbackup.engine.protocol;

/**
 * What is left by a command that ended before it had a result.
 *
 * @param outcome failed, or unreachable
 * @param message what was being done, what went wrong, and what to do
 */
public record Failure(String formatVersion, Outcome outcome, String message) implements Result {

    public Failure {
        formatVersion = Absent.text(formatVersion);
        outcome = Absent.outcome(outcome);
        message = Absent.text(message);
    }

    /** In the version of today. */
    public Failure(Outcome outcome, String message) {
        this(VERSION, outcome, message);
    }
}

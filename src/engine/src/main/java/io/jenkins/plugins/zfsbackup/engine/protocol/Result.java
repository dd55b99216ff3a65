package io.jenkins.plugins.zfsbackup.engine.protocol;

import java.util.List;

/**
 * What a command leaves: the document that {@code --json} prints, and that a caller finds in its result file. The
 * schemas are in {@code docs/}.
 *
 * <p>A command that ends before it has a result leaves a {@link Failure}. It reads as any other result, too, as one with
 * an outcome, a message and nothing else.
 */
public sealed interface Result
        permits BackupResult,
                DoctorResult,
                Failure,
                KeysResult,
                ListResult,
                ReleaseResult,
                RestoreResult,
                VerifyResult {

    /** The version of the documents, {@code major.minor}. */
    String VERSION = "1.0";

    /** The document's version; empty in something that is no result. */
    String formatVersion();

    /** How the command ended. */
    Outcome outcome();

    /** What a person should know about the run as a whole, in sentences. */
    default List<String> warnings() {
        return List.of();
    }

    /** Why the run as a whole is not what was asked for, and what to do; empty if nothing. */
    String message();
}

package io.jenkins.plugins.zfsbackup.engine.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What a restore did, or would do.
 *
 * @param dataset the dataset as the repository knows it
 * @param snapshot name of the snapshot that was asked for
 * @param guid of the snapshot, in decimal
 * @param outcome ok
 * @param chain the ids of the backups that were received, in order
 * @param rawBytes of their streams
 * @param storedBytes of their volumes
 * @param warnings what a person should know about the repository, and about what was not checked
 * @param message empty, and not written, where there is a result
 */
public record RestoreResult(
        String formatVersion,
        String dataset,
        String snapshot,
        String guid,
        Outcome outcome,
        List<String> chain,
        long rawBytes,
        long storedBytes,
        List<String> warnings,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) String message)
        implements Result {

    public RestoreResult {
        formatVersion = Absent.text(formatVersion);
        dataset = Absent.text(dataset);
        snapshot = Absent.text(snapshot);
        guid = Absent.text(guid);
        outcome = Absent.outcome(outcome);
        chain = Absent.list(chain);
        warnings = Absent.list(warnings);
        message = Absent.text(message);
    }
}

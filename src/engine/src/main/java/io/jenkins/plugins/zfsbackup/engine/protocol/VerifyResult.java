package io.jenkins.plugins.zfsbackup.engine.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;

/**
 * What a verification has found.
 *
 * @param outcome ok, partial or failed
 * @param datasets in the order of their names
 * @param warnings what a person should know about the repository, and about what was not checked
 * @param message empty, and not written, where there is a result
 */
public record VerifyResult(
        String formatVersion,
        Outcome outcome,
        List<DatasetResult> datasets,
        List<String> warnings,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) String message)
        implements Result {

    public VerifyResult {
        formatVersion = Absent.text(formatVersion);
        outcome = Absent.outcome(outcome);
        datasets = Absent.list(datasets);
        warnings = Absent.list(warnings);
        message = Absent.text(message);
    }

    /** In the version of today. */
    public VerifyResult(Outcome outcome, List<DatasetResult> datasets, List<String> warnings) {
        this(VERSION, outcome, datasets, warnings, "");
    }

    /**
     * What was found of one dataset.
     *
     * @param dataset its name
     * @param outcome ok or failed
     * @param backups in the order of their snapshots
     * @param newest up to where it can be restored by what was found good, if at all: of the dataset that has the name
     *     now
     * @param message what is wrong with the dataset as a whole; else empty
     */
    public record DatasetResult(
            String dataset, Outcome outcome, List<Backup> backups, Optional<Restorable> newest, String message)
            implements OfDataset {
        public DatasetResult {
            dataset = Absent.text(dataset);
            outcome = Absent.outcome(outcome);
            backups = Absent.list(backups);
            newest = Absent.value(newest);
            message = Absent.text(message);
        }
    }

    /**
     * What was found of one backup.
     *
     * @param id its name in the dataset's directory
     * @param outcome ok or failed
     * @param checkedBytes stored bytes that were read
     * @param message what is wrong; else empty
     */
    public record Backup(String id, Outcome outcome, long checkedBytes, String message) {
        public Backup {
            id = Absent.text(id);
            outcome = Absent.outcome(outcome);
            message = Absent.text(message);
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is stored.
 *
 * @param outcome ok, partial if some could not be read or are missing, failed if all
 * @param repositoryId the repository's identity; empty if only old scripts have stored something there
 * @param datasets in the order in which they were asked for, those that can't be read among them
 * @param missing names that were asked for and of which nothing is stored
 * @param warnings what a person should know about the repository
 * @param message empty, and not written, where there is a result
 */
public record ListResult(
        String formatVersion,
        Outcome outcome,
        Optional<String> repositoryId,
        List<DatasetResult> datasets,
        List<String> missing,
        List<String> warnings,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) String message)
        implements Result {

    public ListResult {
        formatVersion = Absent.text(formatVersion);
        outcome = Absent.outcome(outcome);
        repositoryId = Absent.value(repositoryId);
        datasets = Absent.list(datasets);
        missing = Absent.list(missing);
        warnings = Absent.list(warnings);
        message = Absent.text(message);
    }

    /** Of these datasets. */
    public static ListResult of(
            List<DatasetResult> datasets, List<String> missing, Optional<String> repositoryId, List<String> warnings) {
        long unread =
                datasets.stream().filter(each -> each.outcome() != Outcome.OK).count();
        long bad = missing.size() + unread;
        Outcome outcome =
                bad == 0 ? Outcome.OK : bad == datasets.size() + missing.size() ? Outcome.FAILED : Outcome.PARTIAL;
        return new ListResult(VERSION, outcome, repositoryId, datasets, missing, warnings, "");
    }

    /**
     * What is stored of one dataset.
     *
     * @param dataset its name
     * @param outcome ok if it could be looked at, whatever was found; else failed
     * @param restorePoints oldest first
     * @param backups in the order of their snapshots
     * @param damaged those that can't be used
     * @param newest up to where it can be restored, if at all: of the dataset that has the name now
     * @param unreadable why nothing can be said of it; else empty
     */
    public record DatasetResult(
            String dataset,
            Outcome outcome,
            List<RestorePoint> restorePoints,
            List<Backup> backups,
            List<Damaged> damaged,
            Optional<Restorable> newest,
            String unreadable)
            implements OfDataset {
        public DatasetResult {
            dataset = Absent.text(dataset);
            outcome = Absent.outcome(outcome);
            restorePoints = Absent.list(restorePoints);
            backups = Absent.list(backups);
            damaged = Absent.list(damaged);
            newest = Absent.value(newest);
            unreadable = Absent.text(unreadable);
        }

        /** One of which nothing can be said. */
        public static DatasetResult unreadable(String dataset, String why) {
            return new DatasetResult(dataset, Outcome.FAILED, List.of(), List.of(), List.of(), Optional.empty(), why);
        }
    }

    /**
     * A stored snapshot.
     *
     * @param snapshot its name
     * @param guid in decimal; empty where nothing but a script's file name tells of the snapshot
     * @param select what to write behind the {@code @}, so that this one is restored and no other
     * @param current whether it is of the dataset that has the name now, and not of an earlier one that had it
     * @param created when it was made, UTC
     * @param backup the id of the backup that a restore receives last; empty if it can't be restored
     * @param backups how many backups a restore receives; empty if it can't be restored
     * @param storedBytes what a restore fetches; 0 if it can't be restored
     * @param restorable whether it can be restored
     * @param why why not; empty if it can
     */
    public record RestorePoint(
            String snapshot,
            Optional<String> guid,
            String select,
            boolean current,
            Instant created,
            Optional<String> backup,
            Optional<Integer> backups,
            long storedBytes,
            boolean restorable,
            String why) {
        public RestorePoint {
            snapshot = Absent.text(snapshot);
            guid = Absent.value(guid);
            select = Absent.text(select);
            created = Absent.time(created);
            backup = Absent.value(backup);
            backups = Absent.value(backups);
            why = Absent.text(why);
        }
    }

    /**
     * A backup, as part of the ways to restore points.
     *
     * @param id its name in the dataset's directory
     * @param kind full, incremental or package
     * @param snapshot name of the snapshot it leads to
     * @param base name of the snapshot it builds on
     * @param after the id of the backup that a restore receives before it; empty for a full one, and where nothing
     *     leads to its base
     * @param rawBytes of the stream
     * @param storedBytes in the repository
     * @param volumes how many files
     * @param layout how it lies there
     */
    public record Backup(
            String id,
            Kind kind,
            String snapshot,
            Optional<String> base,
            Optional<String> after,
            long rawBytes,
            long storedBytes,
            int volumes,
            Layout layout) {
        public Backup {
            id = Absent.text(id);
            snapshot = Absent.text(snapshot);
            base = Absent.value(base);
            after = Absent.value(after);
        }
    }

    /**
     * A backup that can't be used.
     *
     * @param id its name in the dataset's directory
     * @param why what is wrong with it
     */
    public record Damaged(String id, String why) {
        public Damaged {
            id = Absent.text(id);
            why = Absent.text(why);
        }
    }
}

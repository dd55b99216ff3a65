package io.jenkins.plugins.zfsbackup.engine.protocol;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a backup run did.
 *
 * @param run identifies the run
 * @param pool the pool
 * @param repository the repository's address, without secrets
 * @param repositoryId its identity; empty if nothing was stored there yet, or nobody looked
 * @param started UTC
 * @param finished UTC
 * @param outcome of the whole run
 * @param recipients fingerprints of the keys that the backups are encrypted to; empty without encryption
 * @param signer fingerprint of the key that signed
 * @param chosen how many of the pool's datasets were chosen
 * @param total how many datasets the pool has
 * @param notChosen the others, the first {@value #MOST_NAMED} of them
 * @param datasets the chosen ones, in the order of their names
 * @param warnings what a person should know about the run as a whole, in sentences
 * @param message why the run as a whole is not what was asked for, and what to do; empty if nothing
 */
public record BackupResult(
        String formatVersion,
        String run,
        String pool,
        String repository,
        Optional<String> repositoryId,
        Instant started,
        Instant finished,
        Outcome outcome,
        List<String> recipients,
        Optional<String> signer,
        int chosen,
        int total,
        List<NotChosen> notChosen,
        List<DatasetResult> datasets,
        List<String> warnings,
        String message)
        implements Result {

    /** More datasets that were not chosen are not named one by one. */
    public static final int MOST_NAMED = 1000;

    public BackupResult {
        formatVersion = Absent.text(formatVersion);
        run = Absent.text(run);
        pool = Absent.text(pool);
        repository = Absent.text(repository);
        repositoryId = Absent.value(repositoryId);
        started = Absent.time(started);
        finished = Absent.time(finished);
        outcome = Absent.outcome(outcome);
        recipients = Absent.list(recipients);
        signer = Absent.value(signer);
        notChosen = Absent.list(notChosen).stream().limit(MOST_NAMED).toList();
        datasets = Absent.list(datasets);
        warnings = Absent.list(warnings);
        message = Absent.text(message);
    }

    /**
     * A dataset that was not chosen.
     *
     * @param dataset its name
     * @param reason why not
     */
    public record NotChosen(String dataset, Reason reason) {

        public NotChosen {
            dataset = Absent.text(dataset);
        }

        /** Why a dataset is not chosen. */
        public enum Reason implements Named {
            /** No include pattern covers it. */
            NOT_INCLUDED,
            /** An exclude pattern covers it. */
            EXCLUDED,
            /** Its user property {@code zfsbackup:enabled} says no. */
            DISABLED,
            /** A restore made it, and nobody has asked for it to be backed up. */
            RESTORED;

            /** As documents write it: {@code not-included}, … */
            @Override
            @JsonValue
            public String text() {
                return name().toLowerCase(Locale.ROOT).replace('_', '-');
            }
        }
    }

    /**
     * What was done with one dataset.
     *
     * @param dataset its name
     * @param outcome backed up, up to date, skipped or failed
     * @param backups those published in this run, in order; with {@code --dry-run} those that would be
     * @param warnings what a person should know, in sentences
     * @param destroyed names of the engine's own snapshots that have expired and were destroyed; with
     *     {@code --dry-run} those that would be
     * @param newest up to where the dataset is safe: the newest snapshot that can be restored, whatever came of this
     *     run; empty if none can, or nobody could look
     * @param message why it was skipped or failed and what to do; else empty
     */
    public record DatasetResult(
            String dataset,
            Outcome outcome,
            List<Backup> backups,
            List<String> warnings,
            List<String> destroyed,
            Optional<Restorable> newest,
            String message)
            implements OfDataset {
        public DatasetResult {
            dataset = Absent.text(dataset);
            outcome = Absent.outcome(outcome);
            backups = Absent.list(backups);
            warnings = Absent.list(warnings);
            destroyed = Absent.list(destroyed);
            newest = Absent.value(newest);
            message = Absent.text(message);
        }

        /** Without any snapshot destroyed, and without a look at what is safe. */
        public DatasetResult(
                String dataset, Outcome outcome, List<Backup> backups, List<String> warnings, String message) {
            this(dataset, outcome, backups, warnings, List.of(), Optional.empty(), message);
        }

        /** The same, with these snapshots destroyed. */
        public DatasetResult withDestroyed(List<String> names) {
            return new DatasetResult(dataset, outcome, backups, warnings, names, newest, message);
        }

        /** The same, with these warnings instead. */
        public DatasetResult withWarnings(List<String> sentences) {
            return new DatasetResult(dataset, outcome, backups, sentences, destroyed, newest, message);
        }

        /** The same, safe up to this snapshot. */
        public DatasetResult withNewest(Optional<Restorable> snapshot) {
            return new DatasetResult(dataset, outcome, backups, warnings, destroyed, snapshot, message);
        }
    }

    /**
     * One published backup.
     *
     * @param id its name in the dataset's directory
     * @param kind full, incremental or package
     * @param snapshot name of the snapshot it leads to
     * @param base name of the snapshot it builds on
     * @param created when the snapshot was made, UTC
     * @param rawBytes of the stream; an estimate, or 0, with {@code --dry-run}
     * @param storedBytes in the repository
     * @param volumes how many files
     * @param seconds from the start of its stream to its publication
     */
    public record Backup(
            String id,
            Kind kind,
            String snapshot,
            Optional<String> base,
            Instant created,
            long rawBytes,
            long storedBytes,
            int volumes,
            double seconds) {
        public Backup {
            id = Absent.text(id);
            snapshot = Absent.text(snapshot);
            base = Absent.value(base);
            created = Absent.time(created);
        }
    }
}

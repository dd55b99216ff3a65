package io.jenkins.plugins.zfsbackup.engine.model;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a backup run did: the document that {@code backup --json} prints and that a Jenkins build archives.
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
 * @param choice which of the pool's datasets were chosen
 * @param datasets the chosen ones, in the order of their names
 * @param warnings what a person should know about the run as a whole, in sentences
 * @param message why the run as a whole is not what was asked for, and what to do; empty if nothing
 */
public record RunResult(
        String run,
        String pool,
        String repository,
        Optional<String> repositoryId,
        Instant started,
        Instant finished,
        Outcome outcome,
        List<String> recipients,
        Optional<String> signer,
        Choice choice,
        List<DatasetResult> datasets,
        List<String> warnings,
        String message) {

    /** Version of the document, {@code major.minor}. */
    public static final String FORMAT_VERSION = "1.0";

    public RunResult {
        recipients = List.copyOf(recipients);
        datasets = List.copyOf(datasets);
        warnings = List.copyOf(warnings);
    }

    /**
     * Which of the pool's datasets were chosen.
     *
     * @param chosen how many
     * @param total how many the pool has
     * @param notChosen the others, the first {@value #MOST_NAMED} of them
     */
    public record Choice(int chosen, int total, List<NotChosen> notChosen) {

        /** More than this are not named one by one. */
        public static final int MOST_NAMED = 1000;

        public Choice {
            notChosen = notChosen.stream().limit(MOST_NAMED).toList();
        }
    }

    /**
     * A dataset that was not chosen.
     *
     * @param dataset its name
     * @param reason why not
     */
    public record NotChosen(String dataset, Reason reason) {

        /** Why a dataset is not chosen. */
        public enum Reason {
            /** No include pattern covers it. */
            NOT_INCLUDED,
            /** An exclude pattern covers it. */
            EXCLUDED,
            /** Its user property {@code zfsbackup:enabled} says no. */
            DISABLED,
            /** A restore made it, and nobody has asked for it to be backed up. */
            RESTORED;

            /** As documents write it: {@code not-included}, … */
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
     * @param backups those published in this run, in order; with {@code dryRun} those that would be
     * @param warnings what a person should know, in sentences
     * @param destroyed names of the engine's own snapshots that have expired and were destroyed; with {@code dryRun}
     *     those that would be
     * @param newest up to where the dataset is safe: the newest snapshot that can be restored, whatever came of this
     *     run; empty if none can, or nobody could look
     * @param message why it was skipped or failed and what to do; else empty
     */
    public record DatasetResult(
            String dataset,
            Outcome outcome,
            List<BackupResult> backups,
            List<String> warnings,
            List<String> destroyed,
            Optional<Restorable> newest,
            String message) {
        public DatasetResult {
            backups = List.copyOf(backups);
            warnings = List.copyOf(warnings);
            destroyed = List.copyOf(destroyed);
        }

        /** Without any snapshot destroyed, and without a look at what is safe. */
        public DatasetResult(
                String dataset, Outcome outcome, List<BackupResult> backups, List<String> warnings, String message) {
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
     * A snapshot that can be restored.
     *
     * @param snapshot its name
     * @param created when it was made, UTC; the epoch if not known
     * @param perhapsNewer the names of backups that can't be used, and of which nothing shows that they are older
     */
    public record Restorable(String snapshot, Instant created, List<String> perhapsNewer) {
        public Restorable {
            perhapsNewer = List.copyOf(perhapsNewer);
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
     * @param rawBytes of the stream; an estimate, or 0, with {@code dryRun}
     * @param storedBytes in the repository
     * @param volumes how many files
     * @param seconds from the start of its stream to its publication
     */
    public record BackupResult(
            String id,
            Kind kind,
            String snapshot,
            Optional<String> base,
            Instant created,
            long rawBytes,
            long storedBytes,
            int volumes,
            double seconds) {}
}

package io.jenkins.plugins.zfsbackup.record;

import io.jenkins.plugins.zfsbackup.agent.Fields;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * What a run did with one dataset, as its document tells; the page and the REST interface read it by its getters. It is
 * not stored with a build; builds made by the first version of the plugin have it in their {@code build.xml}, from
 * which it is read.
 */
@ExportedBean(defaultVisibility = 3)
public final class DatasetRecord {

    private final String dataset;
    private final String outcome;
    private final List<StoredStream> backups;
    private final List<String> warnings;
    private final String newest;
    private final String newestCreated;
    private final String message;
    private final Streams streams;
    private final List<String> perhapsNewer;
    private final RestorePoints restorePoints;

    /**
     * The backups of a dataset, added up.
     *
     * @param shown those that are kept one by one
     * @param count of all
     * @param rawBytes of all
     * @param storedBytes of all
     * @param checkedBytes of all, by a verification
     * @param seconds of all
     * @param problems what a verification has found, a line for each
     */
    record Streams(
            List<StoredStream> shown,
            long count,
            long rawBytes,
            long storedBytes,
            long checkedBytes,
            double seconds,
            List<String> problems) {

        static Streams of(List<StoredStream> all) {
            return new Streams(
                    List.copyOf(all),
                    all.size(),
                    all.stream().mapToLong(StoredStream::getRawBytes).reduce(0, Figures::sum),
                    all.stream().mapToLong(StoredStream::getStoredBytes).reduce(0, Figures::sum),
                    0,
                    all.stream().mapToDouble(StoredStream::getSeconds).sum(),
                    List.of());
        }
    }

    /**
     * What can be restored of a dataset, as a list of what is stored tells.
     *
     * @param names what to write behind the {@code @}, newest first; of very many not all
     * @param count of all
     */
    record RestorePoints(List<String> names, long count) {

        static final RestorePoints NONE = new RestorePoints(List.of(), 0);

        RestorePoints {
            names = List.copyOf(names);
        }
    }

    private DatasetRecord(
            String dataset,
            String outcome,
            Streams streams,
            List<String> warnings,
            String newest,
            String newestCreated,
            List<String> perhapsNewer,
            RestorePoints restorePoints,
            String message) {
        this.dataset = dataset;
        this.outcome = outcome;
        this.streams = streams;
        this.backups = streams.shown();
        this.warnings = List.copyOf(warnings);
        this.newest = newest;
        this.newestCreated = newestCreated;
        this.perhapsNewer = List.copyOf(perhapsNewer);
        this.restorePoints = restorePoints;
        this.message = message;
    }

    static DatasetRecord of(Fields fields, Streams streams, RestorePoints restorePoints) {
        Fields newest = fields.object("newest");
        return new DatasetRecord(
                fields.text("dataset"),
                Outcomes.known(fields.text("outcome")),
                streams,
                fields.texts("warnings", DocumentReader.MOST_WARNINGS),
                newest.text("snapshot"),
                newest.text("created"),
                newest.texts("perhapsNewer", DocumentReader.MOST_WARNINGS),
                restorePoints,
                fields.text("message").isEmpty() ? fields.text("unreadable") : fields.text("message"));
    }

    /** After it was read from an early {@code build.xml}, where anything may be missing. */
    private Object readResolve() {
        List<StoredStream> read = backups == null
                ? List.of()
                : backups.stream().filter(Objects::nonNull).toList();
        return new DatasetRecord(
                Objects.requireNonNullElse(dataset, ""),
                Outcomes.known(outcome),
                Streams.of(read),
                warnings == null
                        ? List.of()
                        : warnings.stream().filter(Objects::nonNull).toList(),
                Objects.requireNonNullElse(newest, ""),
                Objects.requireNonNullElse(newestCreated, ""),
                List.of(),
                RestorePoints.NONE,
                Objects.requireNonNullElse(message, ""));
    }

    /** How many characters it keeps, beside those of its backups. */
    int length() {
        return dataset.length()
                + newest.length()
                + newestCreated.length()
                + message.length()
                + Stream.of(warnings, streams.problems(), perhapsNewer, restorePoints.names())
                        .flatMap(List::stream)
                        .mapToInt(String::length)
                        .sum();
    }

    @Exported
    public String getDataset() {
        return dataset;
    }

    /** As documents write it, e.g. {@code backed-up}. */
    @Exported
    public String getOutcome() {
        return outcome;
    }

    /** In the reader's language. */
    public String getOutcomeLabel() {
        return Outcomes.label(outcome);
    }

    /** The symbol that stands beside the label. */
    public String getIcon() {
        return Outcomes.icon(outcome);
    }

    /** The backups that the run published; of very many not all. */
    @Exported
    public List<StoredStream> getBackups() {
        return backups;
    }

    /** How many it published, or has verified. */
    @Exported
    public long getBackupCount() {
        return streams.count();
    }

    @Exported
    public List<String> getWarnings() {
        return warnings;
    }

    /**
     * The newest snapshot that can be restored, whatever came of this run; empty if there is none, or it is not known.
     */
    @Exported
    public String getNewest() {
        return newest;
    }

    /** When {@link #getNewest} was made, in ISO 8601; empty if that is not known. */
    @Exported
    public String getNewestCreated() {
        return newestCreated;
    }

    /** The same to the minute, in UTC; the snapshot's name if its time is not known. */
    public String getSafeUpTo() {
        return newestCreated.isEmpty() ? newest : Figures.minute(newestCreated);
    }

    /**
     * Backups that can't be used, and of which nothing shows that they are older than {@link #getNewest}; mostly none.
     */
    @Exported
    public List<String> getPerhapsNewer() {
        return perhapsNewer;
    }

    /** The same in a sentence; empty if there are none. */
    public String getPerhapsNewerText() {
        return perhapsNewer.isEmpty() ? "" : Messages.perhapsNewer(String.join(", ", perhapsNewer));
    }

    /** How many snapshots can be restored, as a list of what is stored tells. */
    @Exported
    public long getRestorePointCount() {
        return restorePoints.count();
    }

    /** What to write behind the {@code @} to restore one of them, newest first; of very many not all. */
    List<String> restorePointNames() {
        return restorePoints.names();
    }

    /** For sorting by {@link #getSafeUpTo}: seconds; 0 if it is not known. */
    public long getSafeUpToKey() {
        return Figures.instant(newestCreated).map(Instant::getEpochSecond).orElse(0L);
    }

    /** For sorting by outcome: the worse, the larger. */
    public int getOutcomeKey() {
        return isBad() ? 2 : isNoteworthy() ? 1 : 0;
    }

    /** Why it was skipped or has failed, and what to do. */
    @Exported
    public String getMessage() {
        return Stream.concat(Stream.of(message), streams.problems().stream())
                .filter(each -> !each.isEmpty())
                .collect(Collectors.joining("\n"));
    }

    /** Whether it was not brought to safety, or not found good. */
    public boolean isBad() {
        return Outcomes.isBad(outcome);
    }

    /** Whether somebody should know of something although it is not bad. */
    boolean isNoteworthy() {
        return !warnings.isEmpty() || !perhapsNewer.isEmpty() || !getMessage().isEmpty();
    }

    boolean isSkipped() {
        return Outcomes.SKIPPED.equals(outcome);
    }

    /** Whether it has snapshots, and none of them can be restored. */
    boolean isUnsafe() {
        return !isSkipped() && newest.isEmpty();
    }

    @Exported
    public long getRawBytes() {
        return streams.rawBytes();
    }

    @Exported
    public long getStoredBytes() {
        return streams.storedBytes();
    }

    /** Stored bytes that a verification has read. */
    @Exported
    public long getCheckedBytes() {
        return streams.checkedBytes();
    }

    @Exported
    public double getSeconds() {
        return streams.seconds();
    }

    public String getRawSize() {
        return Figures.bytes(getRawBytes());
    }

    public String getStoredSize() {
        return Figures.bytes(getStoredBytes());
    }

    public String getCheckedSize() {
        return getCheckedBytes() == 0 ? "" : Figures.bytes(getCheckedBytes());
    }

    /** Of what the stored bytes were made, and how much that has saved; empty if nothing was stored. */
    public String getStoredOf() {
        return Figures.storedOf(getRawBytes(), getStoredBytes());
    }

    /** The name below a pool; the whole name if it is of another one, or the pool itself. */
    public String nameIn(String pool) {
        return !pool.isEmpty() && dataset.startsWith(pool + "/") ? dataset.substring(pool.length() + 1) : dataset;
    }

    public String getDuration() {
        return Figures.duration(getSeconds());
    }

    public String getThroughput() {
        return Figures.rate(getRawBytes(), getSeconds());
    }

    /** From which snapshot to which, over all streams of the run. */
    public String getSpan() {
        if (backups.isEmpty()) {
            return "";
        }
        StoredStream first = backups.get(0);
        String last = backups.get(backups.size() - 1).getSnapshot();
        return first.getBase().isEmpty() ? last : first.getBase() + " → " + last;
    }

    /** Full, incremental or package, in the reader's language; several are counted. */
    public String getKind() {
        if (backups.isEmpty()) {
            return "";
        }
        String kind =
                switch (backups.get(0).getKind()) {
                    case "full" -> Messages.kind_full();
                    case "incremental" -> Messages.kind_incremental();
                    case "package" -> Messages.kind_package();
                    default -> backups.get(0).getKind();
                };
        return getBackupCount() == 1 ? kind : Messages.kind_several(kind, getBackupCount() - 1);
    }
}

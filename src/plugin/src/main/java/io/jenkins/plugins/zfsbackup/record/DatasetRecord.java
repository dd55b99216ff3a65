package io.jenkins.plugins.zfsbackup.record;

import io.jenkins.plugins.zfsbackup.agent.Fields;
import io.jenkins.plugins.zfsbackup.engine.model.Outcome;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** What a run did with one dataset; the page and the REST interface read it by its getters. */
@ExportedBean(defaultVisibility = 3)
public final class DatasetRecord implements Serializable {

    private static final long serialVersionUID = 1L;
    private static final int MOST_STREAMS = 1_000;
    private static final int MOST_WARNINGS = 20;

    private final String dataset;
    private final Outcome outcome;
    private final List<StoredStream> backups;
    private final List<String> warnings;
    private final String newest;
    private final String newestCreated;
    private final String message;

    private DatasetRecord(
            String dataset,
            Outcome outcome,
            List<StoredStream> backups,
            List<String> warnings,
            Fields newest,
            String message) {
        this.dataset = dataset;
        this.outcome = outcome;
        this.backups = new ArrayList<>(backups);
        this.warnings = new ArrayList<>(warnings);
        this.newest = newest.text("snapshot");
        this.newestCreated = newest.text("created");
        this.message = message;
    }

    static DatasetRecord of(Fields fields) {
        return new DatasetRecord(
                fields.text("dataset"),
                Outcomes.of(fields.text("outcome")),
                fields.objects("backups", MOST_STREAMS).stream()
                        .map(each -> StoredStream.of(new Fields(each)))
                        .toList(),
                fields.texts("warnings", MOST_WARNINGS),
                fields.object("newest"),
                fields.text("message"));
    }

    @Exported
    public String getDataset() {
        return dataset;
    }

    public Outcome getOutcome() {
        return outcome;
    }

    /** As documents write it, e.g. {@code backed-up}. */
    @Exported(name = "outcome")
    public String getOutcomeText() {
        return outcome.text();
    }

    /** In the reader's language. */
    public String getOutcomeLabel() {
        return Outcomes.label(outcome);
    }

    /** The symbol that stands beside the label. */
    public String getIcon() {
        return Outcomes.icon(outcome);
    }

    @Exported
    public List<StoredStream> getBackups() {
        return List.copyOf(backups);
    }

    @Exported
    public List<String> getWarnings() {
        return List.copyOf(warnings);
    }

    /** The newest snapshot that can be restored, whatever came of this run; empty if there is none, or it is not known. */
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

    @Exported
    public String getMessage() {
        return message;
    }

    /** Whether it was not brought to safety. */
    public boolean isBad() {
        return switch (outcome) {
            case FAILED, UNREACHABLE, PARTIAL -> true;
            default -> false;
        };
    }

    @Exported
    public long getRawBytes() {
        return backups.stream().mapToLong(StoredStream::rawBytes).sum();
    }

    @Exported
    public long getStoredBytes() {
        return backups.stream().mapToLong(StoredStream::storedBytes).sum();
    }

    @Exported
    public double getSeconds() {
        return backups.stream().mapToDouble(StoredStream::seconds).sum();
    }

    public String getRawSize() {
        return Figures.bytes(getRawBytes());
    }

    public String getStoredSize() {
        return Figures.bytes(getStoredBytes());
    }

    public String getRatio() {
        return Figures.ratio(getRawBytes(), getStoredBytes());
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
        String last = backups.get(backups.size() - 1).snapshot();
        return first.base().isEmpty() ? last : first.base() + " → " + last;
    }

    /** Full, incremental or package, in the reader's language; several are counted. */
    public String getKind() {
        if (backups.isEmpty()) {
            return "";
        }
        String kind =
                switch (backups.get(0).kind()) {
                    case "full" -> Messages.kind_full();
                    case "incremental" -> Messages.kind_incremental();
                    case "package" -> Messages.kind_package();
                    default -> backups.get(0).kind();
                };
        return backups.size() == 1 ? kind : Messages.kind_several(kind, backups.size() - 1);
    }
}

package io.jenkins.plugins.zfsbackup.record;

import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import io.jenkins.plugins.zfsbackup.engine.protocol.ListResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.OfDataset;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import io.jenkins.plugins.zfsbackup.engine.protocol.Restorable;
import io.jenkins.plugins.zfsbackup.engine.protocol.VerifyResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * How a page and the REST interface show what a document tells of one dataset. Whatever else the document has of it is
 * to be had by {@link #getResult}.
 */
@ExportedBean(defaultVisibility = 3)
public final class DatasetView {

    private static final int MOST_WARNINGS = 20;

    private final OfDataset result;
    private final Streams streams;

    /** @param streams of the dataset's backups, of which the result may have a part only */
    DatasetView(OfDataset result, Streams streams) {
        this.result = result;
        this.streams = streams;
    }

    /** What the document has. */
    public OfDataset getResult() {
        return result;
    }

    @Exported
    public String getDataset() {
        return result.dataset();
    }

    /** As documents write it, e.g. {@code backed-up}. */
    @Exported
    public String getOutcome() {
        return result.outcome().text();
    }

    /** In the reader's language. */
    public String getOutcomeLabel() {
        return Outcomes.label(getOutcome());
    }

    /** The symbol that stands beside the label. */
    public String getIcon() {
        return Outcomes.icon(getOutcome());
    }

    private List<BackupResult.Backup> published() {
        return result instanceof BackupResult.DatasetResult backup ? backup.backups() : List.of();
    }

    /** The backups that the run published, as the document has them; of very many not all. */
    @Exported
    public List<?> getBackups() {
        return published().stream().map(PlainRecord::new).toList();
    }

    /** How many it published, or has verified. */
    @Exported
    public long getBackupCount() {
        return streams.count();
    }

    @Exported
    public List<String> getWarnings() {
        return result instanceof BackupResult.DatasetResult backup
                ? backup.warnings().stream().limit(MOST_WARNINGS).toList()
                : List.of();
    }

    /**
     * The newest snapshot that can be restored, whatever came of this run; empty if there is none, or it is not known.
     */
    @Exported
    public String getNewest() {
        return result.newest().map(Restorable::snapshot).orElse("");
    }

    Optional<Instant> newestCreated() {
        return result.newest().flatMap(Restorable::created);
    }

    /** When {@link #getNewest} was made, in ISO 8601; empty if that is not known. */
    @Exported
    public String getNewestCreated() {
        return newestCreated().map(Instant::toString).orElse("");
    }

    /** The same to the minute, in UTC; the snapshot's name if its time is not known. */
    public String getSafeUpTo() {
        return getNewestCreated().isEmpty() ? getNewest() : Figures.minute(getNewestCreated());
    }

    /**
     * Backups that can't be used, and of which nothing shows that they are older than {@link #getNewest}; mostly none.
     */
    @Exported
    public List<String> getPerhapsNewer() {
        return result.newest().map(Restorable::perhapsNewer).orElse(List.of()).stream()
                .limit(MOST_WARNINGS)
                .toList();
    }

    /** The same in a sentence; empty if there are none. */
    public String getPerhapsNewerText() {
        return getPerhapsNewer().isEmpty() ? "" : Messages.perhapsNewer(String.join(", ", getPerhapsNewer()));
    }

    /** How many snapshots can be restored, as a list of what is stored tells. */
    @Exported
    public long getRestorePointCount() {
        return streams.restorePoints();
    }

    /** What to write behind the {@code @} to restore one of them, newest first; of very many not all. */
    List<String> restorePointNames() {
        List<String> names = new ArrayList<>();
        if (result instanceof ListResult.DatasetResult listed) {
            listed.restorePoints().forEach(point -> names.add(point.select()));
        } else if (result.newest().isPresent()) {
            published().forEach(backup -> names.add(backup.snapshot()));
            names.add(getNewest());
        }
        Collections.reverse(names);
        return names.stream().filter(each -> !each.isEmpty()).toList();
    }

    /** For sorting by {@link #getSafeUpTo}: seconds; 0 if it is not known. */
    public long getSafeUpToKey() {
        return newestCreated().map(Instant::getEpochSecond).orElse(0L);
    }

    /** For sorting by outcome: the worse, the larger. */
    public int getOutcomeKey() {
        return isBad() ? 2 : isNoteworthy() ? 1 : 0;
    }

    /** Why it was skipped or has failed, and what to do. */
    @Exported
    public String getMessage() {
        Stream<String> said = Stream.empty();
        if (result instanceof BackupResult.DatasetResult backup) {
            said = Stream.of(backup.message());
        } else if (result instanceof VerifyResult.DatasetResult verified) {
            said = Stream.concat(
                    Stream.of(verified.message()),
                    verified.backups().stream()
                            .filter(each -> each.outcome() != Outcome.OK)
                            .limit(MOST_WARNINGS)
                            .map(each -> each.id() + ": " + each.message()));
        } else if (result instanceof ListResult.DatasetResult listed) {
            said = Stream.concat(
                    Stream.of(listed.unreadable()),
                    listed.damaged().stream().limit(MOST_WARNINGS).map(each -> each.id() + ": " + each.why()));
        }
        return said.filter(each -> !each.isEmpty()).collect(Collectors.joining("\n"));
    }

    /** Whether it was not brought to safety, or not found good. */
    public boolean isBad() {
        return Outcomes.isBad(getOutcome());
    }

    /** Whether somebody should know of something although it is not bad. */
    boolean isNoteworthy() {
        return !getWarnings().isEmpty()
                || !getPerhapsNewer().isEmpty()
                || !getMessage().isEmpty();
    }

    boolean isSkipped() {
        return result.outcome() == Outcome.SKIPPED;
    }

    /** Whether it has snapshots, and none of them can be restored. */
    boolean isUnsafe() {
        return !isSkipped() && result.newest().isEmpty();
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
        String dataset = getDataset();
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
        List<BackupResult.Backup> backups = published();
        if (backups.isEmpty()) {
            return "";
        }
        String last = backups.get(backups.size() - 1).snapshot();
        return backups.get(0).base().map(base -> base + " → " + last).orElse(last);
    }

    /** Full, incremental or package, in the reader's language; several are counted. */
    public String getKind() {
        if (published().isEmpty()) {
            return "";
        }
        String kind = label(published().get(0).kind());
        return getBackupCount() == 1 ? kind : Messages.kind_several(kind, getBackupCount() - 1);
    }

    /** @param kind null where a document names one that this version does not know */
    private static String label(Kind kind) {
        if (kind == null) {
            return Messages.kind_unknown();
        }
        return switch (kind) {
            case FULL -> Messages.kind_full();
            case INCREMENTAL -> Messages.kind_incremental();
            case PACKAGE -> Messages.kind_package();
        };
    }
}

package io.jenkins.plugins.zfsbackup.record;

import hudson.model.Run;
import io.jenkins.plugins.zfsbackup.agent.JsonException;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.ListResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import io.jenkins.plugins.zfsbackup.engine.protocol.Progress;
import io.jenkins.plugins.zfsbackup.engine.protocol.RestoreResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.Result;
import io.jenkins.plugins.zfsbackup.engine.protocol.VerifyResult;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.SoftReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * One run of the engine within a build: what it was to do, how far it is, and what came of it.
 *
 * <p>What the build keeps in its {@code build.xml} is the least that a list of builds and a trend need, in texts,
 * numbers and {@link RunFigures}. All else is in the document that is archived with the build, and is read from there
 * when somebody looks. A document that is gone, or can't be read, is said on the page and harms nothing else.
 */
@ExportedBean(defaultVisibility = 3)
public final class PoolRun {

    private static final Logger LOGGER = Logger.getLogger(PoolRun.class.getName());

    /** What a run is about that is about no pool or dataset in particular; pages say it in the reader's language. */
    public static final String ALL_DATASETS = "all datasets";

    /** Datasets named in a sentence. */
    private static final int MOST_NAMES = 20;

    /** What is done. */
    public enum Task {
        BACKUP,
        VERIFY,
        RESTORE,
        /** It is told what is stored. */
        LIST,
        /** It is only said what would be stored. */
        DRY_RUN,
        /** It is only said what would be restored. */
        RESTORE_DRY_RUN;

        /** The kind of document that it leaves. */
        Class<? extends Result> result() {
            return switch (this) {
                case BACKUP, DRY_RUN -> BackupResult.class;
                case VERIFY -> VerifyResult.class;
                case RESTORE, RESTORE_DRY_RUN -> RestoreResult.class;
                case LIST -> ListResult.class;
            };
        }

        /** As files and the REST interface write it. */
        String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final String id;
    private final String task;
    private final String subject;
    private final String repository;
    private volatile String outcome;
    private volatile String message = "";
    private volatile String started = "";
    private volatile String finished = "";
    private volatile String manifest = "";
    private volatile int knownFrom;
    private volatile RunFigures figures = RunFigures.none();

    private transient volatile Run<?, ?> owner;
    private transient volatile Progress progress;
    private transient volatile SoftReference<RunDocument> document;

    /**
     * @param id of the run within its build
     * @param subject the pool or dataset, or {@link #ALL_DATASETS}
     * @param repository its address, without secrets
     */
    PoolRun(Run<?, ?> owner, String id, Task task, String subject, String repository) {
        this(owner, id, task, subject, repository, now());
    }

    private PoolRun(Run<?, ?> owner, String id, Task task, String subject, String repository, String started) {
        this.owner = owner;
        this.id = id;
        this.task = task.name();
        this.subject = subject;
        this.repository = repository;
        this.started = started;
    }

    /** The clock of the controller, to the second. */
    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** A run of which only the archived document is left. */
    static PoolRun found(Run<?, ?> owner, Task task, String subject, String manifest, RunDocument document) {
        PoolRun run = new PoolRun(
                owner,
                manifest,
                task,
                subject,
                document.as(BackupResult.class).map(BackupResult::repository).orElse(""),
                "");
        run.manifest = manifest;
        run.take(document);
        return run;
    }

    /** After it was read: nothing is null. */
    private Object readResolve() {
        outcome = outcome == null ? null : Outcomes.known(outcome);
        message = Objects.requireNonNullElse(message, "");
        started = Objects.requireNonNullElse(started, "");
        finished = Objects.requireNonNullElse(finished, "");
        manifest = Objects.requireNonNullElse(manifest, "");
        return this;
    }

    /** Of a damaged {@code build.xml} they may be missing, and are in the document. */
    private RunFigures figures() {
        if (figures == null) {
            figures = document().figures();
        }
        return figures;
    }

    /** Whether it can be shown at all: of a damaged {@code build.xml} anything may be missing. */
    boolean isWhole() {
        return id != null && task != null && subject != null && repository != null;
    }

    void belongTo(Run<?, ?> build) {
        owner = build;
    }

    /**
     * Takes in the engine's document.
     *
     * @throws JsonException if it is none
     */
    void accept(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            take(RunDocument.read(in, getTask().result()));
        }
    }

    private void take(RunDocument read) {
        figures = read.figures();
        read.as(BackupResult.class).ifPresent(backup -> {
            started = known(backup.started()).orElse(started);
            finished = known(backup.finished()).orElse(finished);
        });
        read.result().ifPresent(result -> {
            message = result.message();
            outcome = result.outcome().text();
        });
        document = new SoftReference<>(read);
    }

    private static Optional<String> known(Instant time) {
        return time.equals(Instant.EPOCH) ? Optional.empty() : Optional.of(time.toString());
    }

    /** Ends it without a document, or in spite of one. */
    void end(String how, String why) {
        outcome = how;
        if (!why.isEmpty()) {
            message = why;
        }
        if (finished.isEmpty()) {
            finished = now();
        }
        progress = null;
    }

    void archivedAs(String path) {
        manifest = path;
    }

    /** Notes what the datasets are safe up to although this run does not tell: an earlier one of the job does. */
    void knownFrom(PoolRun earlier, int build) {
        knownFrom = build;
        figures = new RunFigures.Sum().add(earlier.figures()).figures();
    }

    private Optional<BackupResult> backup() {
        return document().as(BackupResult.class);
    }

    /** What the document has, for whatever a page shows of it; null if there is none, as a page takes it. */
    public Result getDocument() {
        return document().result().orElse(null);
    }

    /** The document, read again if it was forgotten. */
    private RunDocument document() {
        SoftReference<RunDocument> kept = document;
        RunDocument read = kept == null ? null : kept.get();
        if (read == null) {
            read = read();
            document = new SoftReference<>(read);
        }
        return read;
    }

    private RunDocument read() {
        if (manifest.isEmpty() || owner == null) {
            return RunDocument.none("");
        }
        try (InputStream in = owner.getArtifactManager().root().child(manifest).open()) {
            return RunDocument.read(in, getTask().result());
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.FINE, e, () -> manifest + " of " + owner + " can't be read");
            return RunDocument.none(
                    Messages.unread(manifest, e instanceof JsonException ? e.getMessage() : Messages.unread_gone()));
        }
    }

    public void setProgress(Progress now) {
        progress = now;
    }

    public String getId() {
        return id;
    }

    public Task getTask() {
        return Arrays.stream(Task.values())
                .filter(each -> each.name().equals(task))
                .findFirst()
                .orElse(Task.BACKUP);
    }

    @Exported(name = "task")
    public String getTaskName() {
        return getTask().text();
    }

    public String getTitle() {
        return switch (getTask()) {
            case BACKUP -> Messages.title_backup(subject);
            case VERIFY -> isOfAll() ? Messages.title_verifyAll() : Messages.title_verify(subject);
            case RESTORE -> Messages.title_restore(subject);
            case LIST -> isOfAll() ? Messages.title_listAll() : Messages.title_list(subject);
            case DRY_RUN, RESTORE_DRY_RUN -> Messages.title_dryRun(subject);
        };
    }

    private boolean isOfAll() {
        return subject.equals(ALL_DATASETS);
    }

    @Exported
    public String getSubject() {
        return subject;
    }

    @Exported
    public String getRepository() {
        return repository;
    }

    @Exported
    public boolean isRunning() {
        return outcome == null;
    }

    /** Whether all that it was to do was done well. */
    public boolean isGood() {
        return outcome != null && !Outcomes.isBad(outcome);
    }

    /** As documents write it, {@code running}, or {@code aborted}. */
    @Exported
    public String getOutcome() {
        return outcome == null ? "running" : outcome;
    }

    public String getOutcomeLabel() {
        if (outcome == null) {
            return Messages.outcome_running();
        }
        return getTask() == Task.RESTORE && outcome.equals(Outcome.OK.text())
                ? Messages.outcome_restored()
                : Outcomes.label(outcome);
    }

    public String getIcon() {
        return outcome == null ? "symbol-status-nobuilt-anime" : Outcomes.icon(outcome);
    }

    @Exported
    public String getMessage() {
        return message;
    }

    /** In ISO 8601; empty if that is not known. */
    @Exported
    public String getStarted() {
        return started;
    }

    /** The same as a time. */
    public Optional<Instant> startedAt() {
        return Figures.instant(started);
    }

    /** As people read it, in UTC. */
    public String getStartedText() {
        return Figures.time(started);
    }

    /** In ISO 8601; empty while it runs. */
    @Exported
    public String getFinished() {
        return finished;
    }

    /** As people read it, in UTC. */
    public String getFinishedText() {
        return Figures.time(finished);
    }

    @Exported
    public List<String> getRecipients() {
        return backup().map(BackupResult::recipients).orElse(List.of());
    }

    /** The repository's identity, which stays when its address changes; empty if nobody has looked. */
    @Exported
    public String getRepositoryId() {
        RunDocument read = document();
        return read.as(BackupResult.class)
                .flatMap(BackupResult::repositoryId)
                .or(() -> read.as(ListResult.class).flatMap(ListResult::repositoryId))
                .orElse("");
    }

    @Exported
    public String getSigner() {
        return backup().flatMap(BackupResult::signer).orElse("");
    }

    /** The archived document, relative to the build's artifacts; empty if there is none. */
    @Exported
    public String getManifest() {
        return manifest;
    }

    /** Why the document can't be shown; empty if it can, or if there is none. */
    @Exported
    public String getProblem() {
        return document().problem();
    }

    /** The datasets one by one; of very many not all. */
    @Exported
    public List<DatasetView> getDatasets() {
        return document().datasets();
    }

    /** What concerns the run as a whole. */
    @Exported
    public List<String> getWarnings() {
        return document().result().map(Result::warnings).orElse(List.of()).stream()
                .limit(MOST_NAMES)
                .toList();
    }

    /** The pool's datasets that were not chosen; of very many not all. */
    @Exported
    public List<String> getNotChosen() {
        return backup().map(BackupResult::notChosen).orElse(List.of()).stream()
                .map(BackupResult.NotChosen::dataset)
                .toList();
    }

    /** How many datasets of the pool were chosen, and which were not; empty if that is not known, or all were. */
    public String getChoice() {
        return backup().filter(each -> each.total() > each.chosen())
                .map(this::choice)
                .orElse("");
    }

    private String choice(BackupResult backup) {
        int others = backup.total() - backup.chosen();
        List<String> names = getNotChosen().stream().limit(MOST_NAMES).toList();
        String shown = String.join(", ", names);
        return Messages.choice(
                backup.chosen(),
                backup.total(),
                others > names.size() ? Messages.choice_more(shown, others - names.size()) : shown);
    }

    /** Datasets that were asked for by name, and of which nothing is stored. */
    @Exported
    public List<String> getMissing() {
        return document().as(ListResult.class).map(ListResult::missing).orElse(List.of());
    }

    /** How many there are. */
    @Exported
    public int getDatasetCount() {
        return figures().datasets();
    }

    /** How many of them failed. */
    @Exported
    public int getFailedCount() {
        return figures().failed();
    }

    /** How many of them are not among {@link #getDatasets}. */
    public int getHiddenCount() {
        return Math.max(0, figures().datasets() - getDatasets().size());
    }

    @Exported
    public List<StreamView> getProgress() {
        return progressNow().streams().stream().map(StreamView::new).toList();
    }

    /** Of a run whose document is there nothing, although it may not have been ended yet. */
    private Progress progressNow() {
        Progress now = progress;
        return now == null || !isRunning() ? Progress.NONE : now;
    }

    /** How far it is as a whole; null while nothing is known, as a page takes it. */
    @Exported
    public RunProgress getOverall() {
        Progress now = progressNow();
        return now.equals(Progress.NONE) ? null : new RunProgress(now);
    }

    /**
     * The datasets as a table has them: first what failed, then what somebody should know of, each in the document's
     * order.
     */
    public List<DatasetView> getRows() {
        return getDatasets().stream()
                .sorted(Comparator.comparing(DatasetView::getOutcomeKey).reversed())
                .toList();
    }

    /** The pool that all datasets of the document belong to; empty if they are of several. */
    public String getPool() {
        List<String> pools = getDatasets().stream()
                .map(each -> each.getDataset().split("/", 2)[0])
                .distinct()
                .limit(2)
                .toList();
        return pools.size() == 1 ? pools.get(0) : "";
    }

    /** How many datasets failed and how many did not, in the reader's language. */
    public String getOutcomeCounts() {
        int good = getDatasetCount() - getFailedCount();
        return getFailedCount() == 0
                ? Messages.counts_good(good)
                : good == 0
                        ? Messages.counts_failed(getFailedCount())
                        : Messages.counts_failed(getFailedCount()) + ", " + Messages.counts_good(good);
    }

    /** Whether datasets say up to where they are safe. */
    public boolean isBackup() {
        return getTask() == Task.BACKUP;
    }

    public boolean isVerification() {
        return getTask() == Task.VERIFY;
    }

    public boolean isListing() {
        return getTask() == Task.LIST;
    }

    /**
     * Up to when the datasets are safe of which anything can be restored, in ISO 8601: the earliest time of their
     * newest snapshots that can be; empty if there is none.
     */
    @Exported
    public String getSafeUpTo() {
        return figures().safeUpTo();
    }

    /** How many datasets have snapshots and nothing that can be restored: {@link #getSafeUpTo} is silent about them. */
    @Exported
    public int getUnsafeCount() {
        return isBackup() ? figures().unsafe() : 0;
    }

    /** The same as people read it. */
    public String getSafeUpToText() {
        return Figures.time(getSafeUpTo());
    }

    /** The same to the minute, in UTC. */
    public String getSafeUpToMinute() {
        return Figures.minute(getSafeUpTo());
    }

    /** The number of the build that tells up to when all is safe, because this run does not; 0 if it does. */
    @Exported
    public int getKnownFrom() {
        return knownFrom;
    }

    /** That build's run, if it is still there. */
    public PoolRun getKnownRun() {
        Run<?, ?> build =
                knownFrom == 0 || owner == null ? null : owner.getParent().getBuildByNumber(knownFrom);
        return build == null ? null : LastKnown.in(build, subject, repository).orElse(null);
    }

    public List<String> getFailedDatasets() {
        return getDatasets().stream()
                .filter(DatasetView::isBad)
                .map(DatasetView::getDataset)
                .toList();
    }

    @Exported
    public long getBackupCount() {
        return figures().backups();
    }

    @Exported
    public long getRawBytes() {
        return figures().rawBytes();
    }

    @Exported
    public long getStoredBytes() {
        return figures().storedBytes();
    }

    /** Stored bytes that a verification has read. */
    @Exported
    public long getCheckedBytes() {
        return figures().checkedBytes();
    }

    public String getRawSize() {
        return Figures.bytes(getRawBytes());
    }

    public String getStoredSize() {
        return Figures.bytes(getStoredBytes());
    }

    public String getCheckedSize() {
        return Figures.bytes(getCheckedBytes());
    }

    /** Of what the stored bytes were made, and how much that has saved; empty if nothing was stored. */
    public String getStoredOf() {
        return Figures.storedOf(getRawBytes(), getStoredBytes());
    }

    /** The snapshot that was restored; empty if this is no restore, or there is no document. */
    public String getSnapshot() {
        return document().as(RestoreResult.class).map(RestoreResult::snapshot).orElse("");
    }

    public String getUnsafeText() {
        return Messages.unsafe(getUnsafeCount());
    }

    /** What came of it, in a few words. */
    public String getResult() {
        if (outcome == null || isAborted()) {
            return getOutcomeLabel();
        }
        if (figures().failed() > 0) {
            return Messages.result_failed(figures().failed(), figures().datasets());
        }
        if (isListing() && isGood()) {
            return Messages.result_listed(figures().datasets(), figures().backups());
        }
        if (outcome.equals(Outcome.BACKED_UP.text())) {
            return getTask() == Task.DRY_RUN
                    ? Messages.result_dryRun(figures().backups())
                    : Messages.result_backedUp(figures().backups(), getStoredSize());
        }
        return getOutcomeLabel();
    }

    private boolean isAborted() {
        return Outcomes.ABORTED.equals(outcome);
    }

    /** One line that says of what it was, and what came of it. */
    public String getSummary() {
        return (isOfAll() ? Messages.allDatasets() : subject) + ": " + getResult();
    }
}

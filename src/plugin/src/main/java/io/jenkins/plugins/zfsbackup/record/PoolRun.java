package io.jenkins.plugins.zfsbackup.record;

import io.jenkins.plugins.zfsbackup.agent.Fields;
import io.jenkins.plugins.zfsbackup.agent.Json;
import io.jenkins.plugins.zfsbackup.agent.Progress;
import io.jenkins.plugins.zfsbackup.engine.model.Outcome;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** One run of the engine within a build: what it was to do, how far it is, and what came of it. */
@ExportedBean(defaultVisibility = 3)
public final class PoolRun implements Serializable {

    private static final long serialVersionUID = 1L;
    private static final int MOST_DATASETS = 20_000;
    private static final int MOST_KEYS = 50;

    /** What is done. */
    public enum Task {
        BACKUP,
        VERIFY,
        RESTORE
    }

    private final String id;
    private final Task task;
    private final String subject;
    private final String repository;
    private volatile Outcome outcome;
    private volatile String message = "";
    private volatile String started = "";
    private volatile String finished = "";
    private volatile String signer = "";
    private volatile String manifest = "";
    private volatile ArrayList<String> recipients = new ArrayList<>();
    private volatile ArrayList<DatasetRecord> datasets = new ArrayList<>();
    private transient volatile Progress progress;

    /**
     * @param id of the run within its build
     * @param subject the pool or dataset
     * @param repository its address, without secrets
     */
    public PoolRun(String id, Task task, String subject, String repository) {
        this.id = id;
        this.task = task;
        this.subject = subject;
        this.repository = repository;
    }

    /**
     * Takes in the engine's document.
     *
     * @return it as plain values, for a pipeline to read
     * @throws Json.JsonException if it is none
     */
    Map<String, Object> accept(byte[] document) throws Json.JsonException {
        Fields root = Fields.of(Json.read(document));
        List<DatasetRecord> read = root.objects("datasets", MOST_DATASETS).stream()
                .map(each -> DatasetRecord.of(new Fields(each)))
                .toList();
        datasets = new ArrayList<>(read);
        recipients = new ArrayList<>(root.texts("recipients", MOST_KEYS));
        signer = root.text("signer");
        started = root.text("started");
        finished = root.text("finished");
        message = root.text("message");
        outcome = Outcomes.of(root.text("outcome"));
        return root.values();
    }

    /** Ends it without a document, or in spite of one. */
    void end(Outcome how, String why) {
        outcome = how;
        if (!why.isEmpty()) {
            message = why;
        }
        progress = null;
    }

    void archivedAs(String path) {
        manifest = path;
    }

    public void setProgress(Progress now) {
        progress = now;
    }

    public String getId() {
        return id;
    }

    public Task getTask() {
        return task;
    }

    @Exported(name = "task")
    public String getTaskName() {
        return task.name().toLowerCase(Locale.ROOT);
    }

    public String getTitle() {
        return switch (task) {
            case BACKUP -> Messages.title_backup(subject);
            case VERIFY -> Messages.title_verify(subject);
            case RESTORE -> Messages.title_restore(subject);
        };
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

    /** Failed while it runs, for what isn't known to be safe is not. */
    public Outcome getOutcome() {
        return outcome == null ? Outcome.FAILED : outcome;
    }

    @Exported(name = "outcome")
    public String getOutcomeText() {
        return outcome == null ? "running" : outcome.text();
    }

    public String getOutcomeLabel() {
        return outcome == null ? Messages.outcome_running() : Outcomes.label(outcome);
    }

    public String getIcon() {
        return outcome == null ? "symbol-status-nobuilt-anime" : Outcomes.icon(outcome);
    }

    @Exported
    public String getMessage() {
        return message;
    }

    @Exported
    public String getStarted() {
        return started;
    }

    @Exported
    public String getFinished() {
        return finished;
    }

    /** When it ended, as people read it, in UTC. */
    public String getFinishedText() {
        return Figures.time(finished);
    }

    @Exported
    public List<String> getRecipients() {
        return List.copyOf(recipients);
    }

    @Exported
    public String getSigner() {
        return signer;
    }

    /** The archived manifest, relative to the build's artifacts; empty if there is none. */
    @Exported
    public String getManifest() {
        return manifest;
    }

    @Exported
    public List<DatasetRecord> getDatasets() {
        return List.copyOf(datasets);
    }

    @Exported
    public List<StreamProgress> getProgress() {
        Progress now = progress;
        return now == null ? List.of() : now.streams().stream().map(StreamProgress::new).toList();
    }

    /** Whether datasets say up to where they are safe. */
    public boolean isBackup() {
        return task == Task.BACKUP;
    }

    /**
     * Up to when all datasets with snapshots are safe, in ISO 8601: the earliest time of their newest snapshots that can be
     * restored; empty if one has none.
     */
    @Exported
    public String getSafeUpTo() {
        List<String> ends = datasets.stream()
                .filter(each -> each.getOutcome() != Outcome.SKIPPED)
                .map(DatasetRecord::getNewestCreated)
                .sorted()
                .toList();
        return ends.isEmpty() ? "" : ends.get(0);
    }

    /** The same as people read it. */
    public String getSafeUpToText() {
        return Figures.time(getSafeUpTo());
    }

    /** The same to the minute, in UTC. */
    public String getSafeUpToMinute() {
        return Figures.minute(getSafeUpTo());
    }

    public List<String> getFailedDatasets() {
        return datasets.stream()
                .filter(DatasetRecord::isBad)
                .map(DatasetRecord::getDataset)
                .toList();
    }

    @Exported
    public long getRawBytes() {
        return datasets.stream().mapToLong(DatasetRecord::getRawBytes).sum();
    }

    @Exported
    public long getStoredBytes() {
        return datasets.stream().mapToLong(DatasetRecord::getStoredBytes).sum();
    }

    public String getRawSize() {
        return Figures.bytes(getRawBytes());
    }

    public String getStoredSize() {
        return Figures.bytes(getStoredBytes());
    }

    /** One line that says what came of it. */
    public String getSummary() {
        if (outcome == null) {
            return Messages.summary_running(subject);
        }
        long backups = datasets.stream().mapToLong(each -> each.getBackups().size()).sum();
        int failed = getFailedDatasets().size();
        if (failed > 0) {
            return Messages.summary_failed(subject, failed, datasets.size());
        }
        if (task == Task.BACKUP && outcome == Outcome.BACKED_UP) {
            return Messages.summary_backedUp(subject, backups, Figures.bytes(getStoredBytes()));
        }
        return subject + ": " + Outcomes.label(outcome);
    }

    /** A stream under way, as shown. */
    @ExportedBean(defaultVisibility = 3)
    public static final class StreamProgress {

        private final Progress.Stream stream;

        StreamProgress(Progress.Stream stream) {
            this.stream = stream;
        }

        @Exported
        public String getDataset() {
            return stream.dataset();
        }

        @Exported
        public String getWhat() {
            return stream.what();
        }

        @Exported
        public long getRawBytes() {
            return stream.rawBytes();
        }

        @Exported
        public long getEstimate() {
            return stream.estimate();
        }

        @Exported
        public long getRate() {
            return stream.rate();
        }

        /** 0 to 100; -1 if unknown. */
        @Exported
        public int getPercent() {
            return stream.percent();
        }

        /** Seconds; -1 if unknown. */
        @Exported
        public long getSecondsLeft() {
            return stream.left();
        }

        public String getText() {
            StringJoiner text = new StringJoiner(", ");
            String moved = Figures.bytes(stream.rawBytes());
            text.add(stream.estimate() > 0 ? moved + " / " + Figures.bytes(stream.estimate()) : moved);
            if (stream.rate() > 0) {
                text.add(Figures.bytes(stream.rate()) + "/s");
            }
            // In the last second there is nothing to tell any more.
            if (stream.left() > 0) {
                text.add(Messages.progress_left(Figures.duration(stream.left())));
            }
            return text.toString();
        }
    }
}

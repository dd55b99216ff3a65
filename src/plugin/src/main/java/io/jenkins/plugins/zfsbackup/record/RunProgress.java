package io.jenkins.plugins.zfsbackup.record;

import io.jenkins.plugins.zfsbackup.engine.protocol.Progress;
import io.jenkins.plugins.zfsbackup.engine.protocol.Progress.StreamProgress;
import java.util.List;
import java.util.StringJoiner;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** How far a run is as a whole, as shown. */
@ExportedBean(defaultVisibility = 3)
public final class RunProgress {

    private final Progress progress;

    RunProgress(Progress progress) {
        this.progress = progress;
    }

    /** Of the chosen datasets, those that have nothing more to do. */
    @Exported
    public int getDatasetsDone() {
        return progress.datasetsDone();
    }

    /** How many are chosen; 0 where that is not known. */
    @Exported
    public int getDatasetsTotal() {
        return progress.datasetsTotal();
    }

    /** Raw bytes that were moved up to now. */
    @Exported
    public long getMovedBytes() {
        return progress.streams().stream()
                .mapToLong(StreamProgress::rawBytes)
                .reduce(progress.finishedBytes(), Figures::sum);
    }

    /** Raw bytes a second. */
    @Exported
    public long getRate() {
        return progress.streams().stream().mapToLong(StreamView::rate).reduce(0, Figures::sum);
    }

    /**
     * Seconds until all streams under way have ended, going by their estimates; -1 if one of them has none, or nothing
     * moves. Datasets that are still to come are not in it.
     */
    @Exported
    public long getSecondsLeft() {
        List<StreamProgress> streams = progress.streams();
        if (streams.isEmpty() || getRate() <= 0 || streams.stream().anyMatch(each -> each.estimate() <= 0)) {
            return -1;
        }
        return streams.stream()
                        .mapToLong(each -> Math.max(0, each.estimate() - each.rawBytes()))
                        .reduce(0, Figures::sum)
                / getRate();
    }

    /** Whether no dataset is left beside those whose streams are under way. */
    private boolean isLast() {
        return getDatasetsTotal() > 0 && getDatasetsDone() + progress.streams().size() >= getDatasetsTotal();
    }

    /**
     * E.g. {@code 3 of 8 datasets done, 1.2 GiB moved, 40 MiB/s, at least 2 min 5 s left}; empty if nothing is known.
     */
    public String getText() {
        StringJoiner text = new StringJoiner(", ");
        if (getDatasetsTotal() > 0) {
            text.add(Messages.progress_datasets(getDatasetsDone(), getDatasetsTotal()));
        }
        if (getMovedBytes() > 0) {
            text.add(Messages.progress_moved(Figures.bytes(getMovedBytes())));
        }
        if (getRate() > 0) {
            text.add(Figures.bytes(getRate()) + "/s");
        }
        if (getSecondsLeft() > 0) {
            String left = Figures.duration(getSecondsLeft());
            text.add(isLast() ? Messages.progress_left(left) : Messages.progress_atLeastLeft(left));
        }
        if (progress.seconds() > 0) {
            text.add(Messages.progress_running(Figures.duration(progress.seconds())));
        }
        return text.toString();
    }
}

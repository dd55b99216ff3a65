package io.jenkins.plugins.zfsbackup.record;

import io.jenkins.plugins.zfsbackup.agent.Progress;
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
        return progress.movedBytes();
    }

    /** Raw bytes a second. */
    @Exported
    public long getRate() {
        return progress.rate();
    }

    /** Until the streams under way have ended; -1 if that can't be told. */
    @Exported
    public long getSecondsLeft() {
        return progress.left();
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
            text.add(progress.isLast() ? Messages.progress_left(left) : Messages.progress_atLeastLeft(left));
        }
        if (progress.seconds() > 0) {
            text.add(Messages.progress_running(Figures.duration(progress.seconds())));
        }
        return text.toString();
    }
}

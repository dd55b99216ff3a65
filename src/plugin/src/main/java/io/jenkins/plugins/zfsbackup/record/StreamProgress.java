package io.jenkins.plugins.zfsbackup.record;

import io.jenkins.plugins.zfsbackup.agent.Progress;
import java.util.StringJoiner;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** A stream under way, as shown. */
@ExportedBean(defaultVisibility = 3)
public final class StreamProgress {

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

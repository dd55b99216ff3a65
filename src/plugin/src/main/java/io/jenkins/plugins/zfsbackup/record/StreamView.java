package io.jenkins.plugins.zfsbackup.record;

import io.jenkins.plugins.zfsbackup.engine.protocol.Progress;
import java.util.StringJoiner;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** A stream under way, as shown. */
@ExportedBean(defaultVisibility = 3)
public final class StreamView {

    private final Progress.StreamProgress stream;

    StreamView(Progress.StreamProgress stream) {
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
        return rate(stream);
    }

    /** 0 to 100; -1 if unknown. */
    @Exported
    public int getPercent() {
        return stream.estimate() > 0 ? (int) Math.min(100, stream.rawBytes() * 100.0 / stream.estimate()) : -1;
    }

    /** Seconds; -1 if unknown. */
    @Exported
    public long getSecondsLeft() {
        return stream.estimate() > stream.rawBytes() && getRate() > 0
                ? (stream.estimate() - stream.rawBytes()) / getRate()
                : -1;
    }

    /** Bytes a second. */
    static long rate(Progress.StreamProgress stream) {
        return stream.seconds() > 0 ? (long) (stream.rawBytes() / stream.seconds()) : 0;
    }

    public String getText() {
        StringJoiner text = new StringJoiner(", ");
        String moved = Figures.bytes(stream.rawBytes());
        text.add(stream.estimate() > 0 ? moved + " / " + Figures.bytes(stream.estimate()) : moved);
        if (getRate() > 0) {
            text.add(Figures.bytes(getRate()) + "/s");
        }
        // In the last second there is nothing to tell any more.
        if (getSecondsLeft() > 0) {
            text.add(Messages.progress_left(Figures.duration(getSecondsLeft())));
        }
        return text.toString();
    }
}

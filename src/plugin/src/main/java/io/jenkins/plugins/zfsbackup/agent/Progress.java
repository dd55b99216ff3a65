package io.jenkins.plugins.zfsbackup.agent;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How far a run is.
 *
 * @param seconds since the run began
 * @param finishedBytes of the streams that have ended, raw
 * @param datasetsDone of the chosen ones, those that have nothing more to do
 * @param datasetsTotal how many are chosen; 0 where that is not known
 * @param streams those under way
 */
public record Progress(long seconds, long finishedBytes, int datasetsDone, int datasetsTotal, List<Stream> streams) {

    /** Where nothing is known yet. */
    public static final Progress NONE = new Progress(0, 0, 0, 0, List.of());

    private static final int MOST_STREAMS = 100;
    private static final int MOST_VALUES = 10_000;

    public Progress {
        streams = List.copyOf(streams);
    }

    /** Raw bytes that were moved up to now. */
    public long movedBytes() {
        return streams.stream().mapToLong(Stream::rawBytes).reduce(finishedBytes, Progress::sum);
    }

    /** Bytes a second that all streams under way make together. */
    public long rate() {
        return streams.stream().mapToLong(Stream::rate).reduce(0, Progress::sum);
    }

    /**
     * Seconds until all streams under way have ended, going by their estimates; -1 if one of them has none, or nothing
     * moves. Datasets that are still to come are not in it, see {@link #isLast}.
     */
    public long left() {
        if (streams.isEmpty() || rate() <= 0 || streams.stream().anyMatch(each -> each.estimate() <= 0)) {
            return -1;
        }
        return streams.stream()
                        .mapToLong(each -> Math.max(0, each.estimate() - each.rawBytes()))
                        .reduce(0, Progress::sum)
                / rate();
    }

    /** Whether no dataset is left beside those whose streams are under way. */
    public boolean isLast() {
        return datasetsTotal > 0 && datasetsDone + streams.size() >= datasetsTotal;
    }

    private static long sum(long one, long other) {
        long sum = one + other;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    /**
     * A stream under way.
     *
     * @param dataset whose
     * @param what it is, e.g. {@code @monday}
     * @param rawBytes moved so far
     * @param estimate of its bytes; 0 if unknown
     * @param seconds since it began
     */
    public record Stream(String dataset, String what, long rawBytes, long estimate, double seconds) {

        /** Bytes a second. */
        public long rate() {
            return seconds > 0 ? (long) (rawBytes / seconds) : 0;
        }

        /** 0 to 100; -1 if there is no estimate. */
        public int percent() {
            return estimate > 0 ? (int) Math.min(100, rawBytes * 100.0 / estimate) : -1;
        }

        /** Seconds; -1 if that can't be told. */
        public long left() {
            return estimate > rawBytes && rate() > 0 ? (estimate - rawBytes) / rate() : -1;
        }
    }

    /** Reads the engine's progress document; what is not in its form is left out. */
    static Progress read(byte[] document) throws IOException {
        Fields root = new Fields(JsonInput.readWhole(
                new ByteArrayInputStream(document), new Budget(MOST_VALUES, EngineProcess.LARGEST_PROGRESS)));
        List<Stream> streams = new ArrayList<>();
        for (Map<String, Object> each : root.objects("streams", MOST_STREAMS)) {
            Fields stream = new Fields(each);
            streams.add(new Stream(
                    stream.text("dataset"),
                    stream.text("what"),
                    stream.count("rawBytes"),
                    stream.count("estimate"),
                    stream.decimal("seconds")));
        }
        return new Progress(
                root.count("seconds"),
                root.count("finishedBytes"),
                number(root.count("datasetsDone")),
                number(root.count("datasetsTotal")),
                streams);
    }

    private static int number(long count) {
        return (int) Math.min(Integer.MAX_VALUE / 2, count);
    }
}

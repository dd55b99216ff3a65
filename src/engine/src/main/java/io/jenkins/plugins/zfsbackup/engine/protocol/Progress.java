package io.jenkins.plugins.zfsbackup.engine.protocol;

import java.util.List;

/**
 * How far a run is: the file that {@code request --progress} names, replaced as a whole at most twice a second.
 *
 * @param seconds since the run began
 * @param finishedBytes of the streams that have ended, raw
 * @param datasetsDone of the chosen ones, those that have nothing more to do
 * @param datasetsTotal how many are chosen; 0 where a command does not count them
 * @param streams those under way
 */
public record Progress(
        long seconds, long finishedBytes, int datasetsDone, int datasetsTotal, List<StreamProgress> streams) {

    /** Where nothing is known yet. */
    public static final Progress NONE = new Progress(0, 0, 0, 0, List.of());

    public Progress {
        streams = Absent.list(streams);
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
    public record StreamProgress(String dataset, String what, long rawBytes, long estimate, double seconds) {
        public StreamProgress {
            dataset = Absent.text(dataset);
            what = Absent.text(what);
        }
    }
}

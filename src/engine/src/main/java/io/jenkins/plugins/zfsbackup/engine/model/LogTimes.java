package io.jenkins.plugins.zfsbackup.engine.model;

import io.jenkins.plugins.zfsbackup.engine.protocol.Launch;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Times in front of the lines of a log, for a place that does not write them itself. Whoever starts the engine asks for
 * them with the system property {@value Launch#LOG_TIMES}.
 */
public final class LogTimes {

    private LogTimes() {}

    /** Whether this process's lines are to have them. */
    public static boolean wanted() {
        return Boolean.getBoolean(Launch.LOG_TIMES);
    }

    /** What stands in front of a line that is printed at that time: to the second, in UTC (ISO 8601). */
    public static String before(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS) + " ";
    }
}

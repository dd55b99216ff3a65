package io.jenkins.plugins.zfsbackup.engine.run;

/** Hears what a run has to say while it goes on. Called from several threads. */
public interface RunListener {

    /** A line for the log. */
    void info(String line);

    /** A line for who wants to know all, where another line says it in short. */
    void detail(String line);

    /** A line that somebody should act on. */
    void warn(String line);

    /**
     * How far a run over several datasets is. Called first with none done, and again when one more is.
     *
     * @param done datasets that are finished, well or not
     * @param total datasets that were chosen
     */
    void datasets(int done, int total);

    /**
     * A stream begins.
     *
     * @param dataset whose
     * @param what it is, e.g. {@code @monday, full}
     * @param estimate its bytes, about; 0 if not known
     */
    void begin(String dataset, String what, long estimate);

    /** So many raw bytes of the dataset's present stream were moved. */
    void moved(String dataset, long rawBytes);

    /** The dataset's present stream has ended. */
    void end(String dataset);
}

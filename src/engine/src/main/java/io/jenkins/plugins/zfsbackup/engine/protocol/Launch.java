package io.jenkins.plugins.zfsbackup.engine.protocol;

/** System properties that a caller sets when it starts the engine. */
public final class Launch {

    /** Says where messages are read, so that they name what there is to be set there. */
    public static final String PLACE = "zfs-backup.place";

    /** The value of {@link #PLACE} for Jenkins. */
    public static final String JENKINS = "jenkins";

    /** {@code true} has each line of the log begin with the time. */
    public static final String LOG_TIMES = "zfs-backup.log-times";

    private Launch() {}
}

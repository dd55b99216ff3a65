package io.jenkins.plugins.zfsbackup.engine.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** How a caller starts the engine: the options of Java, and system properties. */
public final class Launch {

    /** Says where messages are read, so that they name what there is to be set there. */
    public static final String PLACE = "zfs-backup.place";

    /** The value of {@link #PLACE} for Jenkins. */
    public static final String JENKINS = "jenkins";

    /** {@code true} has each line of the log begin with the time. */
    public static final String LOG_TIMES = "zfs-backup.log-times";

    private static final String OPTIONS = "jvm.options";

    private Launch() {}

    /** The options of Java, one for each argument. */
    public static List<String> javaOptions() {
        try (InputStream in = Objects.requireNonNull(Launch.class.getResourceAsStream(OPTIONS), OPTIONS)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + OPTIONS, e);
        }
    }
}

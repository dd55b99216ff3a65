package io.jenkins.plugins.zfsbackup.engine.run;

/** The engine's own version. */
public final class Version {

    /** As the jar's manifest says; {@code development} when run from classes. */
    public static final String TEXT = text();

    private Version() {}

    private static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}

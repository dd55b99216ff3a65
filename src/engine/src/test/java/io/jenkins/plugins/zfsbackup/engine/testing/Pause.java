package io.jenkins.plugins.zfsbackup.engine.testing;

/** Waits between two looks at what takes its time, and leaves the processor to that. */
public final class Pause {

    private static final long MILLIS = 10;

    private Pause() {}

    /** Ten milliseconds. */
    public static void briefly() {
        try {
            Thread.sleep(MILLIS);
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts a test", e);
        }
    }
}

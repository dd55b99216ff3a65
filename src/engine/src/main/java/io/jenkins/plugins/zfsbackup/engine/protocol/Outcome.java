package io.jenkins.plugins.zfsbackup.engine.protocol;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How something ended: a run, a dataset in it, a check. */
public enum Outcome implements Named {
    /** Something was stored, and is safe. */
    BACKED_UP,
    /** There was nothing to do. */
    UP_TO_DATE,
    /** Left out on purpose or because it is gone; the message says why. */
    SKIPPED,
    /** Checked and found good, or restored. */
    OK,
    /** Some failed, the others are safe. */
    PARTIAL,
    /** Failed; the message says what to do. */
    FAILED,
    /** The repository was out of reach. */
    UNREACHABLE;

    /** As documents write it: {@code backed-up}, {@code up-to-date}, … */
    @Override
    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The exit code of a run with this outcome. */
    public int exitCode() {
        return switch (this) {
            case BACKED_UP, UP_TO_DATE, SKIPPED, OK -> 0;
            case PARTIAL -> 1;
            case FAILED -> 2;
            case UNREACHABLE -> 3;
        };
    }

    /** The exit code of a command line that asks for what there is not. */
    public static final int WRONG_USAGE = 64;

    /** What a command has come to that ended with an exit code, as far as the code tells. */
    public static Outcome ofExitCode(int code) {
        return switch (code) {
            case 0 -> OK;
            case 1 -> PARTIAL;
            case 3 -> UNREACHABLE;
            default -> FAILED;
        };
    }
}

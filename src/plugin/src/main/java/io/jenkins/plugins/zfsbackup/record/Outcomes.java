package io.jenkins.plugins.zfsbackup.record;

import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import java.util.Arrays;

/** How outcomes are read and shown. They are kept as texts: those of the engine's documents, and {@link #ABORTED}. */
final class Outcomes {

    /** Somebody stopped the run: the build's outcome, never the engine's. */
    static final String ABORTED = "aborted";

    static final String SKIPPED = Outcome.SKIPPED.text();

    private Outcomes() {}

    /**
     * The outcome that a document, or a {@code build.xml} of whatever version, names; failed if it names nothing known,
     * for what isn't known to be safe is not.
     */
    static String known(String text) {
        if (ABORTED.equals(text)) {
            return ABORTED;
        }
        return Arrays.stream(Outcome.values())
                .filter(each -> each.text().equals(text) || each.name().equals(text))
                .findFirst()
                .orElse(Outcome.FAILED)
                .text();
    }

    /** Whether something was not brought to safety, or not found good. */
    static boolean isBad(String outcome) {
        return ABORTED.equals(outcome) || engine(outcome).exitCode() != 0;
    }

    static String label(String outcome) {
        if (ABORTED.equals(outcome)) {
            return Messages.outcome_aborted();
        }
        return switch (engine(outcome)) {
            case BACKED_UP -> Messages.outcome_backedUp();
            case UP_TO_DATE -> Messages.outcome_upToDate();
            case SKIPPED -> Messages.outcome_skipped();
            case OK -> Messages.outcome_ok();
            case PARTIAL -> Messages.outcome_partial();
            case FAILED -> Messages.outcome_failed();
            case UNREACHABLE -> Messages.outcome_unreachable();
        };
    }

    static String icon(String outcome) {
        if (ABORTED.equals(outcome)) {
            return "symbol-status-aborted";
        }
        return switch (engine(outcome)) {
            case BACKED_UP, OK -> "symbol-status-blue";
            case UP_TO_DATE, SKIPPED -> "symbol-status-nobuilt";
            case PARTIAL -> "symbol-status-yellow";
            case FAILED, UNREACHABLE -> "symbol-status-red";
        };
    }

    private static Outcome engine(String outcome) {
        return Arrays.stream(Outcome.values())
                .filter(each -> each.text().equals(outcome))
                .findFirst()
                .orElse(Outcome.FAILED);
    }
}

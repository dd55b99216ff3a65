package io.jenkins.plugins.zfsbackup.record;

import io.jenkins.plugins.zfsbackup.engine.model.Outcome;
import java.util.Arrays;

/** How outcomes are read and shown. */
final class Outcomes {

    private Outcomes() {}

    /** What the document calls it; failed if it calls it nothing known, for what isn't known to be safe is not. */
    static Outcome of(String text) {
        return Arrays.stream(Outcome.values())
                .filter(each -> each.text().equals(text))
                .findFirst()
                .orElse(Outcome.FAILED);
    }

    static String label(Outcome outcome) {
        return switch (outcome) {
            case BACKED_UP -> Messages.outcome_backedUp();
            case UP_TO_DATE -> Messages.outcome_upToDate();
            case SKIPPED -> Messages.outcome_skipped();
            case OK -> Messages.outcome_ok();
            case PARTIAL -> Messages.outcome_partial();
            case FAILED -> Messages.outcome_failed();
            case UNREACHABLE -> Messages.outcome_unreachable();
        };
    }

    static String icon(Outcome outcome) {
        return switch (outcome) {
            case BACKED_UP, OK -> "symbol-status-blue";
            case UP_TO_DATE, SKIPPED -> "symbol-status-nobuilt";
            case PARTIAL -> "symbol-status-yellow";
            case FAILED, UNREACHABLE -> "symbol-status-red";
        };
    }
}

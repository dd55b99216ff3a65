package io.jenkins.plugins.zfsbackup.engine.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;

/**
 * Whether all is there that a backup needs.
 *
 * @param checks one by one
 * @param message empty, and not written, where there is a result
 */
public record DoctorResult(
        String formatVersion,
        List<Check> checks,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) String message) implements Result {

    public DoctorResult {
        formatVersion = Absent.text(formatVersion);
        checks = Absent.list(checks);
        message = Absent.text(message);
    }

    /** In the version of today. */
    public DoctorResult(List<Check> checks) {
        this(VERSION, checks, "");
    }

    /** Failed if a backup would fail, else ok. */
    @Override
    public Outcome outcome() {
        boolean whole = message.isEmpty() && checks.stream().noneMatch(each -> each.grade() == Grade.BAD);
        return whole ? Outcome.OK : Outcome.FAILED;
    }

    /** How a check ended. */
    public enum Grade implements Named {
        /** As it should be. */
        OK,
        /** A backup works, but somebody should know. */
        NOTE,
        /** A backup would fail, or what was stored is not there any more. */
        BAD;

        /** As documents write it: {@code ok}, {@code note}, {@code bad}. */
        @Override
        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One check.
     *
     * @param check what was looked at
     * @param grade how it ended
     * @param said what was found
     * @param mend what to do; empty if nothing
     */
    public record Check(String check, Grade grade, String said, String mend) {
        public Check {
            check = Absent.text(check);
            grade = grade == null ? Grade.BAD : grade;
            said = Absent.text(said);
            mend = Absent.text(mend);
        }
    }
}

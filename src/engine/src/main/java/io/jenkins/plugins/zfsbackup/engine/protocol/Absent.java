package io.jenkins.plugins.zfsbackup.engine.protocol;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What stands for a field that a document does not have, so that no component of a record is null. */
final class Absent {

    private Absent() {}

    static String text(String text) {
        return text == null ? "" : text;
    }

    static <T> List<T> list(List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }

    @SuppressWarnings("OptionalAssignedToNull") // that is what is mended here
    static <T> Optional<T> value(Optional<T> value) {
        return value == null ? Optional.empty() : value;
    }

    static Instant time(Instant time) {
        return time == null ? Instant.EPOCH : time;
    }

    /** What is not known to be well is not. */
    static Outcome outcome(Outcome outcome) {
        return outcome == null ? Outcome.FAILED : outcome;
    }
}

package io.jenkins.plugins.zfsbackup.engine.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What was let go of on a pool.
 *
 * @param pool its name
 * @param released how many holds and bookmarks
 * @param message empty, and not written, where there is a result
 */
public record ReleaseResult(
        String formatVersion,
        String pool,
        int released,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) String message) implements Result {

    public ReleaseResult {
        formatVersion = Absent.text(formatVersion);
        pool = Absent.text(pool);
        message = Absent.text(message);
    }

    /** In the version of today. */
    public ReleaseResult(String pool, int released) {
        this(VERSION, pool, released, "");
    }

    @Override
    public Outcome outcome() {
        return message.isEmpty() ? Outcome.OK : Outcome.FAILED;
    }
}

package io.jenkins.plugins.zfsbackup.engine.model;

import java.time.Instant;

/**
 * When a snapshot was made, as ZFS keeps it: seconds since 1970, an unsigned number of 64 bits, by the clock of whoever
 * made it.
 */
public final class Creation {

    /**
     * The latest time that is told apart from later ones: the last second of the year 9999, up to which every format
     * goes.
     */
    public static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private Creation() {}

    /**
     * The time of so many seconds; {@link #LATEST} if that is later. A clock that was wrong, or a stream that somebody
     * made up, is no reason to leave a snapshot out.
     *
     * @param seconds since 1970, unsigned
     */
    public static Instant at(long seconds) {
        long latest = LATEST.getEpochSecond();
        return Instant.ofEpochSecond(Long.compareUnsigned(seconds, latest) > 0 ? latest : seconds);
    }
}

package io.jenkins.plugins.zfsbackup.engine.repository;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether somebody still holds a lock. Its age decides, and that is the difference of two times that the storage has
 * given to files: one's own clock and that of the lock's owner say nothing about each other.
 *
 * @param stale whether nobody holds it any more
 * @param said whose it is, and what shows that they hold it or don't
 */
record LockVerdict(boolean stale, String said) {

    /** How long a lock holds without being renewed. */
    static final Duration LIFETIME = Duration.ofMinutes(10);

    /**
     * Judges a lock.
     *
     * @param note what it says of its owner; empty if there is nothing that can be read
     * @param renewed the time that the storage gave to it when it was renewed last
     * @param now the time that the storage gave to a file that was written just now
     * @param seer who judges
     */
    static LockVerdict of(Optional<LockNote> note, Instant renewed, Instant now, LockOwner seer) {
        String whose = note.map(found -> found.owner().toString())
                .orElse("somebody whose " + DatasetLock.OWNER + " can't be read");
        if (note.isPresent() && note.get().owner().isGone(seer)) {
            return new LockVerdict(true, whose + ", which is not running any more");
        }
        Duration age = Duration.between(renewed, now);
        if (age.compareTo(LIFETIME) > 0) {
            return new LockVerdict(true, whose + ", not renewed for " + inWords(age) + " by the server's clock");
        }
        if (age.negated().compareTo(LIFETIME) > 0) {
            // Its holder would have renewed it by now, with a time near this one: the server's clock was put back
            // since.
            return new LockVerdict(
                    true,
                    whose + ", not renewed since the server's clock was " + inWords(age.negated()) + " ahead of now");
        }
        return new LockVerdict(
                false,
                whose + ", renewed " + inWords(age.isNegative() ? Duration.ZERO : age) + " ago by the server's clock");
    }

    private static String inWords(Duration time) {
        if (time.compareTo(Duration.ofMinutes(2)) < 0) {
            return time.toSeconds() + " s";
        }
        return time.compareTo(Duration.ofHours(2)) < 0 ? time.toMinutes() + " minutes" : time.toHours() + " hours";
    }
}

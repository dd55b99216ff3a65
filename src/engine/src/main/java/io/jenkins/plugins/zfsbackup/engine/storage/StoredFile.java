package io.jenkins.plugins.zfsbackup.engine.storage;

import java.time.Instant;
import java.util.Optional;

/**
 * An entry of a directory in a repository.
 *
 * @param name the last part of its path
 * @param directory whether it is a directory, or a symbolic link to one
 * @param size in bytes; 0 for a directory
 * @param modified when it was changed last, to the second, by the server's clock
 * @param link whether it is a symbolic link; all else here is then said of what it leads to
 * @param unreadable why nothing can be found out about it, such as a symbolic link that leads nowhere; it then counts
 *     as no directory, and its size and time mean nothing; empty for all that is in order
 */
public record StoredFile(
        String name, boolean directory, long size, Instant modified, boolean link, Optional<String> unreadable) {

    /** Why nothing can be found out about a symbolic link without a target, or to itself. */
    public static final String NOWHERE =
            "it is a symbolic link that leads nowhere; is the disk mounted that it leads to?";

    /** A file or a directory in order. */
    public StoredFile(String name, boolean directory, long size, Instant modified) {
        this(name, directory, size, modified, false, Optional.empty());
    }

    /** An entry about which nothing can be found out. */
    public static StoredFile unreadable(String name, boolean link, String why) {
        return new StoredFile(name, false, 0, Instant.EPOCH, link, Optional.of(why));
    }
}

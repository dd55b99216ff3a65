package io.jenkins.plugins.zfsbackup.engine.model;

import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A dataset as it stands in a pool, with what can be sent of it.
 *
 * @param name its full name
 * @param type files or a zvol
 * @param guid its identity, see {@link Guid}
 * @param origin the full name of the snapshot that it is a clone of
 * @param enabled false if the user property {@code zfsbackup:enabled}, set here or above, says false
 * @param restored whether a restore made it under another name than its own, so that what is in it is in the repository
 *     already; see {@code Zfs.markRestored}
 * @param encrypted whether ZFS encrypts it, so that only a raw stream keeps it secret
 * @param snapshots its snapshots, oldest first by {@code createtxg}
 * @param bookmarks its bookmarks, oldest first by {@code createtxg}
 * @param referenced bytes that it refers to now: the order of magnitude of a full stream
 */
public record Dataset(
        DatasetName name,
        DatasetType type,
        long guid,
        Optional<String> origin,
        boolean enabled,
        boolean restored,
        boolean encrypted,
        List<Snapshot> snapshots,
        List<Bookmark> bookmarks,
        long referenced) {

    private static final Comparator<Snapshot> SNAPSHOT_ORDER =
            Comparator.comparingLong(Snapshot::createtxg).thenComparing(Snapshot::name);
    private static final Comparator<Bookmark> BOOKMARK_ORDER =
            Comparator.comparingLong(Bookmark::createtxg).thenComparing(Bookmark::name);

    /** Puts snapshots and bookmarks in their order. */
    public Dataset {
        snapshots = snapshots.stream().sorted(SNAPSHOT_ORDER).toList();
        bookmarks = bookmarks.stream().sorted(BOOKMARK_ORDER).toList();
    }

    /** The same with one snapshot more. */
    public Dataset with(Snapshot snapshot) {
        List<Snapshot> more =
                Stream.concat(snapshots.stream(), Stream.of(snapshot)).toList();
        return new Dataset(name, type, guid, origin, enabled, restored, encrypted, more, bookmarks, referenced);
    }
}

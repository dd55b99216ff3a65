package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Bookmark;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.Snapshot;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.plan.Base;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.zfs.Zfs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The marks by which a dataset keeps what its next incremental streams start from: a tagged hold while a stream is
 * made; afterwards a bookmark where the pool has them, and elsewhere the hold on the stored snapshots that are still
 * needed. New marks are set before old ones go, so that a kill between the two loses nothing.
 */
final class BaseMarks {

    /** What all tags and bookmarks of this engine begin with; the repository's identity follows. */
    static final String PREFIX = "zfsbackup-";

    private final Zfs zfs;
    private final DatasetName dataset;
    private final String tag;
    private final boolean bookmarks;
    private final Map<Long, String> snapshots = new HashMap<>();
    /** Snapshots that may have our hold: where tags can't be listed, those with any hold. */
    private final Set<Long> held = new HashSet<>();

    private final Map<Long, List<String>> ownBookmarks = new HashMap<>();
    /** Snapshots that were stored and are not any more: their marks stay until something newer is stored and marked. */
    private Set<Long> lost;

    /** @param lost guids of snapshots that the repository had, and has lost */
    BaseMarks(Zfs zfs, Dataset dataset, String repositoryId, boolean bookmarks, Set<Long> lost) {
        this.lost = lost;
        this.zfs = zfs;
        this.dataset = dataset.name();
        this.tag = PREFIX + repositoryId;
        this.bookmarks = bookmarks;
        for (Snapshot snapshot : dataset.snapshots()) {
            snapshots.put(snapshot.guid(), snapshot.name());
            if (snapshot.held()) {
                held.add(snapshot.guid());
            }
        }
        for (Bookmark bookmark : dataset.bookmarks()) {
            if (bookmark.name().startsWith(tag)) {
                ownBookmarks
                        .computeIfAbsent(bookmark.guid(), key -> new ArrayList<>())
                        .add(bookmark.name());
            }
        }
    }

    /** Keeps the snapshot, and its base if that is a snapshot, while the stream is made. */
    void protect(SnapshotId snapshot, Optional<Base> base) throws BackupException {
        if (base.isPresent() && base.get().bookmark().isEmpty()) {
            hold(base.get().id().guid(), base.get().id().name());
        }
        hold(snapshot.guid(), snapshot.name());
    }

    /** A backup was published: what was stored before it and was lost is not needed any more. */
    void published() {
        lost = Set.of();
    }

    /**
     * Marks what later streams need, then lets go of all else.
     *
     * @param needed guids of stored snapshots
     */
    void settle(Set<Long> needed) throws BackupException {
        for (long guid : needed) {
            String snapshot = snapshots.get(guid);
            if (snapshot != null && bookmarks && !ownBookmarks.containsKey(guid)) {
                String mark = bookmark(guid);
                zfs.bookmark(full(snapshot), dataset + "#" + mark);
                ownBookmarks.put(guid, List.of(mark));
            } else if (snapshot != null && !bookmarks) {
                hold(guid, snapshot);
            }
        }
        for (long guid : Set.copyOf(held)) {
            if ((bookmarks || !needed.contains(guid)) && !lost.contains(guid)) {
                zfs.release(tag, full(snapshots.get(guid)));
                held.remove(guid);
            }
        }
        for (long guid : Set.copyOf(ownBookmarks.keySet())) {
            if (!needed.contains(guid) && !lost.contains(guid)) {
                for (String mark : ownBookmarks.remove(guid)) {
                    zfs.destroyBookmark(dataset + "#" + mark);
                }
            }
        }
    }

    /**
     * Sets what marks are missing, and lets none go: for a dataset whose lock nobody holds, on which another run may be
     * at work.
     *
     * @param needed guids of stored snapshots
     * @param tagsListed whether the tags of holds can be listed; where they can't, any hold counts as ours
     */
    void renew(Set<Long> needed, boolean tagsListed) throws BackupException {
        for (long guid : needed) {
            String snapshot = snapshots.get(guid);
            if (snapshot != null && bookmarks && !ownBookmarks.containsKey(guid)) {
                zfs.bookmark(full(snapshot), dataset + "#" + bookmark(guid));
            } else if (snapshot != null && !bookmarks && !(held.contains(guid) && isOurs(snapshot, tagsListed))) {
                hold(guid, snapshot);
            }
        }
    }

    private boolean isOurs(String snapshot, boolean tagsListed) throws BackupException {
        return !tagsListed
                || zfs.holds(List.of(full(snapshot))).stream()
                        .anyMatch(hold -> hold.tag().equals(tag));
    }

    private String bookmark(long guid) {
        return tag + "-" + Long.toHexString(guid);
    }

    private void hold(long guid, String snapshot) throws BackupException {
        snapshots.put(guid, snapshot);
        // Before it is there: a zfs that is killed after it has set the hold says that it failed.
        held.add(guid);
        zfs.hold(tag, full(snapshot));
    }

    private String full(String snapshot) {
        return dataset + "@" + snapshot;
    }
}

package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Bookmark;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.zfs.Zfs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The marks by which a dataset keeps what its next incremental stream starts from: a tagged hold while a stream is made;
 * afterwards a bookmark where the pool has them, and the hold on the newest stored snapshot elsewhere. The new mark is set
 * before the old one goes, so that a kill between the two loses nothing.
 */
final class Marks {

    /** What all tags and bookmarks of this engine begin with; the repository's identity follows. */
    static final String PREFIX = "zfsbackup-";

    private final Zfs zfs;
    private final DatasetName dataset;
    private final String tag;
    private final boolean bookmarks;
    private final List<String> ownBookmarks = new ArrayList<>();

    Marks(Zfs zfs, Dataset dataset, String repositoryId, boolean bookmarks) {
        this.zfs = zfs;
        this.dataset = dataset.name();
        this.tag = PREFIX + repositoryId;
        this.bookmarks = bookmarks;
        for (Bookmark bookmark : dataset.bookmarks()) {
            if (bookmark.name().startsWith(tag)) {
                ownBookmarks.add(bookmark.name());
            }
        }
    }

    /** Keeps the snapshot, and its base if that is one, while the stream is made. */
    void protect(SnapshotId snapshot, Optional<String> baseSnapshot) throws BackupException {
        if (baseSnapshot.isPresent()) {
            zfs.hold(tag, full(baseSnapshot.get()));
        }
        zfs.hold(tag, full(snapshot.name()));
    }

    /** The snapshot is published: it is what the next stream starts from. */
    void advance(SnapshotId snapshot, Optional<String> baseSnapshot) throws BackupException {
        if (bookmarks) {
            String mark = tag + "-" + Long.toHexString(snapshot.guid());
            zfs.bookmark(full(snapshot.name()), dataset + "#" + mark);
            for (String old : ownBookmarks) {
                if (!old.equals(mark)) {
                    zfs.destroyBookmark(dataset + "#" + old);
                }
            }
            ownBookmarks.clear();
            ownBookmarks.add(mark);
            zfs.release(tag, full(snapshot.name()));
        }
        if (baseSnapshot.isPresent()) {
            zfs.release(tag, full(baseSnapshot.get()));
        }
    }

    /** The stream was not published: only what protects the base stays. */
    void fallBack(SnapshotId snapshot, Optional<String> baseSnapshot) throws BackupException {
        zfs.release(tag, full(snapshot.name()));
        if (bookmarks && baseSnapshot.isPresent()) {
            zfs.release(tag, full(baseSnapshot.get()));
        }
    }

    private String full(String snapshot) {
        return dataset + "@" + snapshot;
    }
}

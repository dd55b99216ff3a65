package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import java.util.List;
import java.util.Optional;

/** What source and repository have in common. */
final class Common {

    private Common() {}

    /**
     * The newest snapshot that the source still has, itself or as a bookmark, and that a restore from the
     * repository can end at. A snapshot wins over its bookmark.
     *
     * @param notes gets a sentence when this is not the newest one that is stored
     */
    static Optional<Base> newest(Source source, RestorePaths stored, List<String> notes) {
        Optional<Base> base = Optional.empty();
        for (Bookmarked bookmark : source.bookmarks()) {
            Optional<SnapshotId> known = stored.basis(bookmark.id().guid());
            if (known.isPresent()) {
                SnapshotId id = new SnapshotId(
                        known.get().name(),
                        bookmark.id().guid(),
                        bookmark.id().createtxg(),
                        bookmark.id().created());
                base = Optional.of(new Base(id, Optional.of(bookmark.name())));
            }
        }
        for (SnapshotId snapshot : source.snapshots()) {
            boolean newer = base.isEmpty() || Source.order().compare(snapshot, base.get().id()) >= 0;
            if (newer && stored.basis(snapshot.guid()).isPresent()) {
                base = Optional.of(Base.snapshot(snapshot));
            }
        }
        tell(base, stored, notes);
        return base;
    }

    private static void tell(Optional<Base> base, RestorePaths stored, List<String> notes) {
        Optional<SnapshotId> newest = stored.newest();
        if (newest.isEmpty()) {
            return;
        }
        if (base.isEmpty()) {
            notes.add("none of the stored snapshots is here any more (the newest stored one is @"
                    + newest.get().name() + "), so that this is a full backup");
        } else if (base.get().id().guid() != newest.get().guid()) {
            notes.add("the newest stored snapshot @" + newest.get().name()
                    + " is not here any more, so that this builds on @" + base.get().id().name());
        }
    }

    /** The source's snapshots newer than a base; all of them if there is none. */
    static List<SnapshotId> newerThan(Source source, Optional<Base> base) {
        return source.snapshots().stream()
                .filter(snapshot -> base.isEmpty() || Source.order().compare(snapshot, base.get().id()) > 0)
                .toList();
    }
}

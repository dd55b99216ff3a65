package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What source and repository have in common: the snapshots that an incremental stream can start from. */
final class Common {

    private Common() {}

    /**
     * All that the source still has, itself or as a bookmark, and that a restore from the repository can end at; oldest
     * first. A snapshot wins over its bookmark.
     */
    static List<Base> all(Source source, RestorePaths stored) {
        List<Base> bases = new ArrayList<>();
        for (SnapshotId snapshot : source.snapshots()) {
            if (stored.basis(snapshot.guid()).isPresent()) {
                bases.add(Base.snapshot(snapshot));
            }
        }
        for (Bookmarked bookmark : source.bookmarks()) {
            SnapshotId id = bookmark.id();
            boolean known = bases.stream().anyMatch(base -> base.id().guid() == id.guid());
            Optional<SnapshotId> basis = stored.basis(id.guid());
            if (!known && basis.isPresent()) {
                SnapshotId named = new SnapshotId(basis.get().name(), id.guid(), id.createtxg(), id.created());
                bases.add(new Base(named, Optional.of(bookmark.name())));
            }
        }
        bases.sort((a, b) -> Source.order().compare(a.id(), b.id()));
        return bases;
    }

    /**
     * The newest of {@link #all}.
     *
     * @param notes gets a sentence when this is not the newest one that is stored
     */
    static Optional<Base> newest(Source source, RestorePaths stored, List<String> notes) {
        Optional<Base> base = last(all(source, stored));
        tell(base, stored, notes);
        return base;
    }

    static <T> Optional<T> last(List<T> list) {
        return list.isEmpty() ? Optional.empty() : Optional.of(list.get(list.size() - 1));
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

    /** The newest stored snapshot that a stream can start from. */
    static Set<Long> newestStored(RestorePaths stored) {
        return stored.newest().map(id -> Set.of(id.guid())).orElse(Set.of());
    }
}

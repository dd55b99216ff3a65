package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** What source and repository have in common: the snapshots that an incremental stream can start from. */
final class CommonBases {

    private CommonBases() {}

    /**
     * All that the source still has, itself or as a bookmark, and that a restore from the repository can end at; oldest
     * first. A snapshot wins over its bookmark.
     */
    static List<Base> all(Source source, RestorePaths stored) {
        List<Base> bases = new ArrayList<>();
        Set<Long> here = new HashSet<>();
        for (SnapshotId snapshot : source.snapshots()) {
            here.add(snapshot.guid());
            if (stored.basis(snapshot.guid()).isPresent()) {
                bases.add(Base.snapshot(snapshot));
            }
        }
        for (Bookmarked bookmark : source.bookmarks()) {
            SnapshotId id = bookmark.id();
            Optional<SnapshotId> basis = stored.basis(id.guid());
            if (basis.isPresent() && here.add(id.guid())) {
                bases.add(new Base(id.called(basis.get().name()), Optional.of(bookmark.name())));
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

    /**
     * The newest base that is no younger than a snapshot.
     *
     * @param bases oldest first
     */
    static Optional<Base> upTo(List<Base> bases, SnapshotId snapshot) {
        return last(beginning(bases, base -> Source.order().compare(base.id(), snapshot) <= 0));
    }

    /** The beginning of a list, of whose elements those fulfil a condition that come before all that don't. */
    static <T> List<T> beginning(List<T> list, Predicate<T> condition) {
        int with = 0;
        int without = list.size();
        while (with < without) {
            int middle = (with + without) >>> 1;
            if (condition.test(list.get(middle))) {
                with = middle + 1;
            } else {
                without = middle;
            }
        }
        return list.subList(0, with);
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
            // A rotation gives the name of the one to the other.
            boolean sameName = base.get().id().name().equals(newest.get().name());
            notes.add("the newest stored snapshot " + name(newest.get(), sameName)
                    + " is not here any more, so that this builds on "
                    + name(base.get().id(), sameName));
        }
    }

    private static String name(SnapshotId id, boolean dated) {
        return "@" + id.name() + (dated ? " (made " + id.created() + ")" : "");
    }

    /** The source's snapshots newer than a base; all of them if there is none. */
    static List<SnapshotId> newerThan(Source source, Optional<Base> base) {
        return source.snapshots().stream()
                .filter(snapshot -> base.isEmpty()
                        || Source.order().compare(snapshot, base.get().id()) > 0)
                .toList();
    }
}

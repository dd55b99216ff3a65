package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import java.util.Comparator;
import java.util.List;

/**
 * What a dataset has to offer on its pool.
 *
 * @param snapshots in the order of their createtxg
 * @param bookmarks in the order of their createtxg
 */
public record Source(List<SnapshotId> snapshots, List<Bookmarked> bookmarks) {

    public Source {
        snapshots = snapshots.stream().sorted(order()).toList();
        bookmarks = bookmarks.stream()
                .sorted(Comparator.comparing(Bookmarked::id, order()))
                .toList();
    }

    /** The order in which snapshots were made. */
    static Comparator<SnapshotId> order() {
        return SnapshotId.byAge();
    }
}

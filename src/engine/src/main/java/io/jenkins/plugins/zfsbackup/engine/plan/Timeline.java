package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All snapshots of a dataset that are known, here or there, in the order in which they were made. */
final class Timeline {

    private Timeline() {}

    /** What is on the source goes by the source's createtxg, which a received or migrated pool has changed. */
    static List<SnapshotId> of(Source source, RestorePaths stored) {
        Map<Long, SnapshotId> known = new TreeMap<>();
        stored.snapshots().forEach(id -> known.put(id.guid(), id));
        source.bookmarks()
                .forEach(bookmark -> known.computeIfPresent(
                        bookmark.id().guid(), (guid, id) -> bookmark.id().called(id.name())));
        source.snapshots().forEach(id -> known.put(id.guid(), id));
        List<SnapshotId> ordered = new ArrayList<>(known.values());
        ordered.sort(Source.order());
        return ordered;
    }
}

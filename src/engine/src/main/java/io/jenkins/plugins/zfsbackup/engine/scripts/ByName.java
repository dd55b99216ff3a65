package io.jenkins.plugins.zfsbackup.engine.scripts;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.plan.Source;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Takes stored snapshots of which only the name is known for those of that name on the source. A name alone can
 * deceive: what was stored before the source's snapshot was made is another one that had its name.
 */
final class ByName {

    private ByName() {}

    /**
     * What was made of the names.
     *
     * @param stored the backups, with the source's guids for the snapshots that were matched
     * @param guids of the snapshots that nothing but their name was matched by
     * @param notes what a person should know: sentences without the dataset's name
     */
    record Matched(List<StoredBackup> stored, Set<Long> guids, List<String> notes) {}

    /**
     * Matches.
     *
     * @param storedAt when a backup was stored
     */
    static Matched match(List<StoredBackup> stored, Source source, Function<StoredBackup, Instant> storedAt) {
        Map<String, Instant> newest = new HashMap<>();
        stored.stream()
                .filter(backup -> !backup.snapshot().guidKnown())
                .forEach(backup ->
                        newest.merge(backup.snapshot().name(), storedAt.apply(backup), (a, b) -> a.isAfter(b) ? a : b));
        Map<String, SnapshotId> here = new HashMap<>();
        List<String> notes = new ArrayList<>();
        for (SnapshotId snapshot : source.snapshots()) {
            Instant when = newest.get(snapshot.name());
            if (when != null && when.isBefore(snapshot.created())) {
                notes.add("the stored @" + snapshot.name() + " is not the one that is here: it was stored at " + when
                        + ", and this one was made at " + snapshot.created());
            } else if (when != null) {
                here.put(snapshot.name(), snapshot);
            }
        }
        Set<Long> guids = new TreeSet<>();
        List<StoredBackup> matched = stored.stream()
                .map(backup -> backup.withSnapshots(id -> match(id, here, guids)))
                .toList();
        return new Matched(matched, guids, notes);
    }

    private static SnapshotId match(SnapshotId id, Map<String, SnapshotId> here, Set<Long> guids) {
        Optional<SnapshotId> found = id.guidKnown() ? Optional.empty() : Optional.ofNullable(here.get(id.name()));
        found.ifPresent(snapshot -> guids.add(snapshot.guid()));
        return found.orElse(id);
    }
}

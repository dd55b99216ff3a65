package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which snapshots can be restored from nothing, kept up to date while backups are added; by whatever way. */
final class Reach {

    private final Set<Long> ends = new HashSet<>();
    /** Backups whose base nothing ends at, by its guid. */
    private final Map<Long, List<StoredBackup>> waiting = new HashMap<>();

    private Optional<SnapshotId> newest = Optional.empty();

    /** The snapshots that a backup leads to, the last one at the end. */
    static List<SnapshotId> leadsTo(StoredBackup backup) {
        List<SnapshotId> all = new ArrayList<>(backup.between());
        all.add(backup.snapshot());
        return all;
    }

    void add(StoredBackup backup) {
        if (backup.base().isPresent() && !ends.contains(backup.base().get().guid())) {
            waiting.computeIfAbsent(backup.base().get().guid(), key -> new ArrayList<>())
                    .add(backup);
            return;
        }
        Deque<StoredBackup> usable = new ArrayDeque<>(List.of(backup));
        while (!usable.isEmpty()) {
            StoredBackup next = usable.remove();
            leadsTo(next).forEach(this::reached);
            long end = next.snapshot().guid();
            if (ends.add(end)) {
                usable.addAll(waiting.getOrDefault(end, List.of()));
                waiting.remove(end);
            }
        }
    }

    private void reached(SnapshotId id) {
        if (newest.isEmpty() || Source.order().compare(newest.get(), id) <= 0) {
            newest = Optional.of(id);
        }
    }

    /** The newest of them. */
    Optional<SnapshotId> newest() {
        return newest;
    }
}

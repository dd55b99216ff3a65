package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Tells which of a dataset's damaged backups may be newer than a snapshot: all of which nothing shows that they are
 * older. A damaged manifest says nothing that counts. That a backup is older is shown
 *
 * <ul>
 *   <li>by what this machine remembers of its manifest,
 *   <li>by its name, if that is the name of snapshots which undamaged manifests know, and all of them are older,
 *   <li>by the server's time of its last change, if those of the undamaged backups are in the order of their snapshots:
 *   a copy
 *       of a repository may have lost its times.
 * </ul>
 */
final class DamagedAges {

    private final Listing listing;
    private final Map<String, Set<SnapshotId>> labels = new HashMap<>();
    private final Map<Long, SnapshotId> known = new HashMap<>();
    private final boolean timesCount;

    DamagedAges(Listing listing) {
        this.listing = listing;
        for (StoredBackup backup : listing.backups()) {
            backup.snapshots().forEach(id -> {
                known.put(id.guid(), id);
                labels.computeIfAbsent(BackupName.plain(id), key -> new HashSet<>())
                        .add(id);
                labels.computeIfAbsent(BackupName.withGuid(id), key -> new HashSet<>())
                        .add(id);
            });
        }
        this.timesCount = timesAreInOrder();
    }

    private boolean timesAreInOrder() {
        Instant last = Instant.MIN;
        for (StoredBackup backup : listing.backups()) {
            Instant time = listing.storedAt(backup).orElse(last);
            if (time.isBefore(last)) {
                return false;
            }
            last = time;
        }
        return true;
    }

    List<Listing.Damaged> perhapsNewer(SnapshotId newest) {
        Optional<Instant> stored = listing.backups().stream()
                .filter(backup -> backup.snapshot().guid() == newest.guid())
                .flatMap(backup -> listing.storedAt(backup).stream())
                .min(Instant::compareTo);
        return listing.damaged().stream()
                .filter(damaged -> !isOlderByMemory(damaged, newest)
                        && !isOlderByName(damaged, newest)
                        && !isOlderByTime(damaged, stored))
                .toList();
    }

    private boolean isOlderByMemory(Listing.Damaged damaged, SnapshotId newest) {
        return damaged.remembered()
                .filter(id -> isNoYounger(known.getOrDefault(id.guid(), id), newest))
                .isPresent();
    }

    private boolean isOlderByName(Listing.Damaged damaged, SnapshotId newest) {
        List<String> names = BackupName.mayLeadTo(damaged.id());
        return !names.isEmpty()
                && names.stream()
                        .allMatch(name -> !labels.getOrDefault(name, Set.of()).isEmpty()
                                && labels.get(name).stream().allMatch(id -> isNoYounger(id, newest)));
    }

    private boolean isOlderByTime(Listing.Damaged damaged, Optional<Instant> stored) {
        return timesCount
                && stored.isPresent()
                && damaged.modified()
                        .filter(time -> time.isBefore(stored.get()))
                        .isPresent();
    }

    private static boolean isNoYounger(SnapshotId id, SnapshotId newest) {
        return SnapshotId.byAge().compare(id, newest) <= 0;
    }
}

package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is stored of a dataset.
 *
 * @param dataset the dataset's name
 * @param backups those that can be used, in the order of their snapshots
 * @param damaged those that can't be used
 * @param leftovers hidden directories that a run left behind, or that a run is filling just now
 * @param locked whether somebody holds, or held and left, the dataset's lock
 * @param modified when the backups' directories or files were changed last, by the server's clock, by the backups' ids
 */
public record Listing(
        String dataset,
        List<StoredBackup> backups,
        List<Damaged> damaged,
        List<String> leftovers,
        boolean locked,
        Map<String, Instant> modified) {

    /**
     * A backup that can't be used.
     *
     * @param id its directory
     * @param why what is wrong with it
     * @param modified when it was changed last, by the server's clock; empty if not known
     * @param remembered the snapshot that it leads to, if its manifest counts, or this machine has read it when it did
     */
    public record Damaged(String id, String why, Optional<Instant> modified, Optional<SnapshotId> remembered) {

        /** One of which nothing tells how old it is. */
        public Damaged(String id, String why) {
            this(id, why, Optional.empty(), Optional.empty());
        }
    }

    public Listing {
        backups = List.copyOf(backups);
        damaged = List.copyOf(damaged);
        leftovers = List.copyOf(leftovers);
        modified = Map.copyOf(modified);
    }

    /** The listing with some backups among the damaged ones, by their ids, with what is wrong with them. */
    public Listing without(Map<String, BackupProblem> problems) {
        List<Damaged> more = new ArrayList<>(damaged);
        List<StoredBackup> left = new ArrayList<>();
        for (StoredBackup backup : backups) {
            BackupProblem problem = problems.get(backup.id());
            if (problem != null) {
                Optional<SnapshotId> told = Optional.of(backup.snapshot()).filter(id -> problem.manifestCounts());
                more.add(new Damaged(backup.id(), problem.why(), storedAt(backup), told));
            } else {
                left.add(backup);
            }
        }
        return new Listing(dataset, left, more, leftovers, locked, modified);
    }

    /**
     * The damaged backups of which nothing shows that they are older than a snapshot.
     *
     * @param snapshot one that is stored
     */
    public List<Damaged> perhapsNewer(SnapshotId snapshot) {
        return damaged.isEmpty() ? List.of() : new DamagedAges(this).perhapsNewer(snapshot);
    }

    /** When a backup was changed last, by the server's clock. */
    public Optional<Instant> storedAt(StoredBackup backup) {
        return Optional.ofNullable(modified.get(backup.id()));
    }
}

package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.plan.RestorePaths;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import java.util.ArrayList;
import java.util.List;

/** Says what can be restored. */
public final class ListRun {

    private final Repository repository;

    /** @param repository where to look */
    public ListRun(Repository repository) {
        this.repository = repository;
    }

    /**
     * What is stored of one dataset.
     *
     * @param dataset its name
     * @param restorePoints oldest first
     * @param backups in the order of their snapshots
     * @param damaged those that can't be used
     */
    public record Stored(
            String dataset,
            List<RestorePoint> restorePoints,
            List<StoredBackup> backups,
            List<Listing.Damaged> damaged) {}

    /**
     * A stored snapshot.
     *
     * @param snapshot which
     * @param chain the cheapest chain of backups that restores it; empty if it can't be restored
     * @param why why not; empty if it can
     */
    public record RestorePoint(SnapshotId snapshot, List<StoredBackup> chain, String why) {

        /** Whether it can be restored. */
        public boolean restorable() {
            return !chain.isEmpty();
        }

        /** What a restore fetches, in bytes. */
        public long storedBytes() {
            return chain.stream().mapToLong(StoredBackup::storedBytes).sum();
        }
    }

    /** @param datasets names; all if empty */
    public List<Stored> run(List<String> datasets) throws BackupException {
        List<String> names = datasets.isEmpty() ? repository.datasets() : datasets;
        List<Stored> stored = new ArrayList<>();
        for (Listing listing : Listings.of(repository, names).values()) {
            RestorePaths paths = new RestorePaths(listing.backups());
            List<RestorePoint> points = paths.snapshots().stream()
                    .map(id -> paths.chain(id.guid())
                            .map(chain -> new RestorePoint(id, chain, ""))
                            .orElseGet(() -> new RestorePoint(id, List.of(), paths.whyNot(id.guid()))))
                    .toList();
            stored.add(new Stored(listing.dataset(), points, listing.backups(), listing.damaged()));
        }
        return stored;
    }
}

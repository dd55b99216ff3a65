package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.plan.RestorePaths;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Says what can be restored. */
public final class ListRun {

    private final Repository repository;
    private final Cancellation cancellation;

    /**
     * @param repository where to look
     * @param cancellation ends the look
     */
    public ListRun(Repository repository, Cancellation cancellation) {
        this.repository = repository;
        this.cancellation = cancellation;
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
            String dataset, List<RestorePoint> restorePoints, List<Link> backups, List<Listing.Damaged> damaged) {}

    /**
     * A stored snapshot.
     *
     * @param snapshot which
     * @param way the cheapest way to restore it; empty if it can't be restored
     * @param why why not; empty if it can
     */
    public record RestorePoint(SnapshotId snapshot, Optional<RestorePaths.Way> way, String why) {}

    /**
     * A backup, as part of the ways to restore points.
     *
     * @param backup which
     * @param after the backup that a restore receives before it; empty for a full one, and where nothing leads to its base
     */
    public record Link(StoredBackup backup, Optional<StoredBackup> after) {}

    /** @param datasets names; all if empty */
    public List<Stored> run(List<String> datasets) throws BackupException {
        List<String> names = datasets.isEmpty() ? repository.datasets() : datasets;
        List<Stored> stored = new ArrayList<>();
        for (Listing listing : Listings.of(repository, names, cancellation).values()) {
            RestorePaths paths = RestorePaths.of(
                    listing.backups(), () -> cancellation.check("looking at what is stored of " + listing.dataset()));
            List<RestorePoint> points =
                    paths.snapshots().stream().map(id -> point(id, paths)).toList();
            List<Link> links = listing.backups().stream()
                    .map(backup -> new Link(backup, paths.before(backup)))
                    .toList();
            stored.add(new Stored(listing.dataset(), points, links, listing.damaged()));
        }
        return stored;
    }

    private static RestorePoint point(SnapshotId id, RestorePaths paths) {
        Optional<RestorePaths.Way> way = paths.way(id.guid());
        return new RestorePoint(id, way, way.isPresent() ? "" : paths.whyNot(id.guid()));
    }
}

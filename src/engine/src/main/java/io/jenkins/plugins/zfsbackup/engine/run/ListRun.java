package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.plan.Lineages;
import io.jenkins.plugins.zfsbackup.engine.plan.RestorePaths;
import io.jenkins.plugins.zfsbackup.engine.plan.StoredNames;
import io.jenkins.plugins.zfsbackup.engine.protocol.ListResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.ListResult.Backup;
import io.jenkins.plugins.zfsbackup.engine.protocol.ListResult.Damaged;
import io.jenkins.plugins.zfsbackup.engine.protocol.ListResult.DatasetResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.ListResult.RestorePoint;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import io.jenkins.plugins.zfsbackup.engine.repository.DatasetTree;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
     * Lists.
     *
     * @param datasets names; all if empty
     * @throws io.jenkins.plugins.zfsbackup.engine.model.RepositoryException of kind MISSING if nothing is stored of any
     */
    public ListResult run(List<String> datasets) throws BackupException {
        Optional<DatasetTree> tree = datasets.isEmpty() ? Optional.of(repository.tree()) : Optional.empty();
        Map<String, Listings.Looked> looked =
                Listings.of(repository, tree.map(DatasetTree::datasets).orElse(datasets), cancellation);
        List<DatasetResult> stored = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        List<String> warnings =
                new ArrayList<>(Stream.concat(repository.doubt().stream(), LostState.exchanged(repository).stream())
                        .toList());
        for (String name : tree.map(DatasetTree::places).orElse(datasets)) {
            if (looked.get(name) instanceof Listings.Looked.Found found) {
                if (found.listing().backups().isEmpty()
                        && found.listing().damaged().isEmpty()) {
                    missing.add(name);
                } else {
                    stored.add(stored(found.listing()));
                    LostState.of(repository, found.listing())
                            .ifPresent(lost -> warnings.add(name + ": " + lost.elsewhere()));
                }
            } else if (looked.get(name) instanceof Listings.Looked.Failed failed) {
                stored.add(DatasetResult.unreadable(name, failed.reason().said()));
            } else {
                stored.add(DatasetResult.unreadable(
                        name, tree.orElseThrow().unreadable().get(name)));
            }
        }
        if (stored.isEmpty()) {
            throw datasets.isEmpty()
                    ? NothingStored.in(repository, "listing what is stored")
                    : NothingStored.of(repository, datasets, "listing what is stored");
        }
        warnings.addAll(LostState.gone(
                repository,
                datasets,
                stored.stream().map(DatasetResult::dataset).toList()));
        return ListResult.of(stored, missing, repository.identity(), warnings);
    }

    private DatasetResult stored(Listing listing) throws BackupException {
        RestorePaths paths = RestorePaths.of(
                listing.backups(), () -> cancellation.check("looking at what is stored of " + listing.dataset()));
        Lineages lineages = new Lineages(listing.backups());
        Optional<SafeUpTo> safe =
                lineages.size() > 1 ? SafeUpTo.of(listing, lineages.current()) : SafeUpTo.of(listing, paths);
        return new DatasetResult(
                listing.dataset(),
                Outcome.OK,
                points(listing.backups(), paths, lineages),
                listing.backups().stream().map(backup -> backup(backup, paths)).toList(),
                listing.damaged().stream()
                        .map(each -> new Damaged(each.id(), each.why()))
                        .toList(),
                safe.map(SafeUpTo::restorable),
                "");
    }

    private static Backup backup(StoredBackup backup, RestorePaths paths) {
        return new Backup(
                backup.id(),
                backup.kind(),
                backup.snapshot().name(),
                backup.base().map(SnapshotId::name),
                paths.before(backup).map(StoredBackup::id),
                backup.rawBytes(),
                backup.storedBytes(),
                backup.volumes(),
                backup.layout());
    }

    private static List<RestorePoint> points(List<StoredBackup> backups, RestorePaths paths, Lineages lineages) {
        StoredNames names = new StoredNames(backups);
        Set<Long> earlier = lineages.earlier().stream()
                .flatMap(StoredBackup::snapshots)
                .map(SnapshotId::guid)
                .collect(Collectors.toSet());
        List<RestorePoint> points = new ArrayList<>();
        for (SnapshotId id : paths.snapshots()) {
            Optional<RestorePaths.Way> way = paths.way(id.guid());
            points.add(new RestorePoint(
                    id.name(),
                    id.guidKnown() ? Optional.of(id.guidText()) : Optional.empty(),
                    names.unique(id),
                    !earlier.contains(id.guid()),
                    id.created(),
                    way.map(each -> each.last().id()),
                    way.map(RestorePaths.Way::backups),
                    way.map(RestorePaths.Way::storedBytes).orElse(0L),
                    way.isPresent(),
                    way.isPresent() ? "" : paths.whyNot(id.guid())));
        }
        return points;
    }
}

package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Outcome;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.plan.Lineages;
import io.jenkins.plugins.zfsbackup.engine.plan.RestorePaths;
import io.jenkins.plugins.zfsbackup.engine.plan.StoredNames;
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
     * What is stored of one dataset.
     *
     * @param dataset its name
     * @param restorePoints oldest first
     * @param backups in the order of their snapshots
     * @param damaged those that can't be used
     * @param safe up to where it can be restored, if at all: of the dataset that has the name now
     * @param unreadable why nothing can be said of it; else empty
     */
    public record Stored(
            String dataset,
            List<RestorePoint> restorePoints,
            List<Link> backups,
            List<Listing.Damaged> damaged,
            Optional<SafeUpTo> safe,
            String unreadable) {

        /** Ok if it could be looked at, whatever was found; else failed. */
        public Outcome outcome() {
            return unreadable.isEmpty() ? Outcome.OK : Outcome.FAILED;
        }

        static Stored unreadable(String dataset, String why) {
            return new Stored(dataset, List.of(), List.of(), List.of(), Optional.empty(), why);
        }
    }

    /**
     * A stored snapshot.
     *
     * @param snapshot which
     * @param select what to write behind the {@code @}, so that this one is restored and no other
     * @param current whether it is of the dataset that has the name now, and not of an earlier one that had it
     * @param way the cheapest way to restore it; empty if it can't be restored
     * @param why why not; empty if it can
     */
    public record RestorePoint(
            SnapshotId snapshot, String select, boolean current, Optional<RestorePaths.Way> way, String why) {}

    /**
     * A backup, as part of the ways to restore points.
     *
     * @param backup which
     * @param after the backup that a restore receives before it; empty for a full one, and where nothing leads to its
     *     base
     */
    public record Link(StoredBackup backup, Optional<StoredBackup> after) {}

    /**
     * What was found.
     *
     * @param stored in the order in which they were asked for, those that can't be read among them
     * @param missing names that were asked for and of which nothing is stored
     * @param repositoryId the repository's identity; empty if only old scripts have stored something there
     * @param warnings what a person should know about the repository
     */
    public record Listed(
            List<Stored> stored, List<String> missing, Optional<String> repositoryId, List<String> warnings) {

        /** Ok, partial if some could not be read or are missing, failed if all. */
        public Outcome outcome() {
            long bad = missing.size()
                    + stored.stream()
                            .filter(each -> each.outcome() != Outcome.OK)
                            .count();
            return bad == 0 ? Outcome.OK : bad == stored.size() + missing.size() ? Outcome.FAILED : Outcome.PARTIAL;
        }
    }

    /**
     * Lists.
     *
     * @param datasets names; all if empty
     * @throws io.jenkins.plugins.zfsbackup.engine.model.RepositoryException of kind MISSING if nothing is stored of any
     */
    public Listed run(List<String> datasets) throws BackupException {
        Optional<DatasetTree> tree = datasets.isEmpty() ? Optional.of(repository.tree()) : Optional.empty();
        Map<String, Listings.Looked> looked =
                Listings.of(repository, tree.map(DatasetTree::datasets).orElse(datasets), cancellation);
        List<Stored> stored = new ArrayList<>();
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
                stored.add(Stored.unreadable(name, failed.reason().said()));
            } else {
                stored.add(
                        Stored.unreadable(name, tree.orElseThrow().unreadable().get(name)));
            }
        }
        if (stored.isEmpty()) {
            throw datasets.isEmpty()
                    ? NothingStored.in(repository, "listing what is stored")
                    : NothingStored.of(repository, datasets, "listing what is stored");
        }
        warnings.addAll(LostState.gone(
                repository, datasets, stored.stream().map(Stored::dataset).toList()));
        return new Listed(stored, missing, repository.identity(), warnings);
    }

    private Stored stored(Listing listing) throws BackupException {
        RestorePaths paths = RestorePaths.of(
                listing.backups(), () -> cancellation.check("looking at what is stored of " + listing.dataset()));
        Lineages lineages = new Lineages(listing.backups());
        List<RestorePoint> points = points(listing.backups(), paths, lineages);
        List<Link> links = listing.backups().stream()
                .map(backup -> new Link(backup, paths.before(backup)))
                .toList();
        Optional<SafeUpTo> safe =
                lineages.size() > 1 ? SafeUpTo.of(listing, lineages.current()) : SafeUpTo.of(listing, paths);
        return new Stored(listing.dataset(), points, links, listing.damaged(), safe, "");
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
            String why = way.isPresent() ? "" : paths.whyNot(id.guid());
            points.add(new RestorePoint(id, names.unique(id), !earlier.contains(id.guid()), way, why));
        }
        return points;
    }
}

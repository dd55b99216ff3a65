package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.Snapshot;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.plan.Base;
import io.jenkins.plugins.zfsbackup.engine.plan.SendStep;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupProblem;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Plans only on what is really there: before an incremental stream is built on a stored snapshot, or a snapshot is
 * destroyed because it is stored, every backup of the chain behind it is looked at. What is not whole by listing, or
 * not signed where it should be, counts as if it were not stored: the plan then starts from an older snapshot, or in
 * full, and the snapshot stays.
 */
final class SoundPlan {

    /** Begins the names of backups that are not there yet; no directory's name has a slash in it. */
    private static final String PLANNED = "planned/";

    private final RememberedCheck check;
    private final OwnSnapshots own;
    private final BackupRequest request;
    private final Archive archive;
    private final RunControl control;
    /** What was found by now, by dataset. */
    private final Map<String, Map<String, BackupProblem>> found = new ConcurrentHashMap<>();

    /** @param own tells which snapshots would be destroyed */
    SoundPlan(RememberedCheck check, OwnSnapshots own, BackupRequest request, Archive archive, RunControl control) {
        this.check = check;
        this.own = own;
        this.request = request;
        this.archive = archive;
        this.control = control;
    }

    /** The plan on what is stored, of which nothing is looked at beyond what is listed. */
    DatasetPlan asListed(Dataset dataset, Listing listing) {
        return DatasetPlan.of(request.policy(), dataset, listing, archive);
    }

    /** Whether a plan relies on anything: it sends something, or has something destroyed. */
    boolean reliesOnAnything(Dataset dataset, DatasetPlan plan) {
        return !plan.plan().steps().isEmpty()
                || !own.expiring(dataset, request, plan).isEmpty();
    }

    /** The plan that is carried out: as {@link #of}, and what it builds on is looked at as closely as it has to be. */
    DatasetPlan closely(Dataset dataset, Listing listing) throws IOException {
        Listing usable = listing;
        while (true) {
            DatasetPlan plan = of(dataset, usable);
            try {
                return plan.with(archive.checkBases(listing.dataset(), plan, control));
            } catch (BadBackup e) {
                usable = usable.without(
                        Map.of(e.id(), new BackupProblem(e.reason().said(), true)));
            }
        }
    }

    /** The plan on what is stored and, as far as it relies on it, whole by listing. */
    DatasetPlan of(Dataset dataset, Listing listing) throws IOException {
        Listing usable = listing;
        while (true) {
            DatasetPlan plan = asListed(dataset, usable);
            List<Long> bases = plan.plan().steps().stream()
                    .flatMap(step -> step.base().stream())
                    .map(base -> base.id().guid())
                    .toList();
            List<StoredBackup> stored = plan.stored();
            List<StoredBackup> planned = planned(plan);
            Map<String, BackupProblem> problems = new LinkedHashMap<>(problems(listing, stored, List.of(), bases));
            problems.putAll(problems(listing, stored, planned, bases));
            problems.putAll(destroying(listing, stored, planned, own.expiring(dataset, request, plan)));
            if (problems.isEmpty()) {
                return plan;
            }
            usable = usable.without(problems);
        }
    }

    /** What the plan will store, as backups that need no look: with them, older ones may lead on again. */
    private static List<StoredBackup> planned(DatasetPlan plan) {
        List<StoredBackup> planned = new ArrayList<>();
        for (SendStep step : plan.plan().steps()) {
            planned.add(new StoredBackup(
                    PLANNED + planned.size(),
                    step.kind(),
                    step.snapshot(),
                    step.base().map(Base::id),
                    step.between(),
                    0,
                    0,
                    0));
        }
        return planned;
    }

    /** What is wrong with the backups that have to give snapshots back once they are destroyed on the pool. */
    Map<String, BackupProblem> destroying(Listing listing, List<StoredBackup> stored, Collection<Snapshot> snapshots)
            throws IOException {
        return destroying(listing, stored, List.of(), snapshots);
    }

    private Map<String, BackupProblem> destroying(
            Listing listing, List<StoredBackup> stored, List<StoredBackup> planned, Collection<Snapshot> snapshots)
            throws IOException {
        List<StoredBackup> own =
                stored.stream().filter(backup -> !backup.unverified()).toList();
        return problems(
                listing, own, planned, snapshots.stream().map(Snapshot::guid).toList());
    }

    private Map<String, BackupProblem> problems(
            Listing listing, List<StoredBackup> stored, List<StoredBackup> planned, List<Long> guids)
            throws IOException {
        if (guids.isEmpty()) {
            return Map.of();
        }
        SoundWays ways = new SoundWays(
                Stream.concat(stored.stream(), planned.stream()).toList(),
                backups -> check.problems(listing, withoutPlanned(backups)),
                control.cancellation(),
                "looking at what is stored of " + listing.dataset());
        ways.require(guids);
        found.computeIfAbsent(listing.dataset(), key -> new ConcurrentHashMap<>())
                .putAll(ways.unsound());
        return ways.unsound();
    }

    private static List<StoredBackup> withoutPlanned(Collection<StoredBackup> backups) {
        return backups.stream()
                .filter(backup -> !backup.id().startsWith(PLANNED))
                .toList();
    }

    /** The listing without what this run has found not to be whole. */
    Listing known(Listing listing) {
        return listing.without(found.getOrDefault(listing.dataset(), Map.of()));
    }
}

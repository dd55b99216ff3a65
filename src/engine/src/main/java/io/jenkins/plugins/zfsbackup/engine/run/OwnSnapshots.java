package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.Snapshot;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.SourceException;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UnexpectedException;
import io.jenkins.plugins.zfsbackup.engine.plan.SnapshotRetention;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult.DatasetResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupProblem;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.zfs.Zfs;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** The snapshots that a run takes itself before it sends, and destroys after it has sent. */
final class OwnSnapshots {

    /**
     * Stands for the guid of a snapshot that is not there yet: the one number that no pool will have given by chance.
     */
    static final long TO_BE_TAKEN = -1;

    private final Zfs zfs;
    private final RunListener listener;
    /** Full names of the snapshots that datasets are clones of, which ZFS can't destroy. */
    private volatile Set<String> cloned = Set.of();

    OwnSnapshots(Zfs zfs, RunListener listener) {
        this.zfs = zfs;
        this.listener = listener;
    }

    /**
     * The chosen datasets, after the snapshot was taken that the request asks for; a dry run only adds it in thought.
     */
    DatasetChoice chosen(BackupRequest request, Instant now) throws BackupException {
        DatasetChoice choice = inventory(request);
        listener.info(choice.line(request.pool()));
        if (request.snapshot().isEmpty() || choice.chosen().isEmpty()) {
            return choice;
        }
        String pattern = request.snapshot().get();
        String name = SnapshotPattern.format(pattern, now);
        if (request.dryRun()) {
            return choice.withChosen(inThought(choice.chosen(), name, pattern, now));
        }
        while (true) {
            List<String> missing = missing(choice.chosen(), name);
            if (missing.isEmpty()) {
                listener.info("@" + name + " is there already");
                return choice;
            }
            try {
                take(missing, name, pattern);
                return inventory(request);
            } catch (SourceException e) {
                // At boot and at midnight at once, another run may have taken it in this moment.
                choice = inventory(request);
                if (missing(choice.chosen(), name).size() >= missing.size()) {
                    throw e;
                }
            }
        }
    }

    private void take(List<String> missing, String name, String pattern) throws BackupException {
        boolean atomic = zfs.snapshot(missing, pattern);
        listener.info("took @" + name + " of " + missing.size() + (missing.size() == 1 ? " dataset" : " datasets"));
        if (!atomic) {
            listener.warn("@" + name
                    + " was taken of one dataset after the other: this zfs can't take them all at one instant");
        }
    }

    private List<Dataset> inThought(List<Dataset> datasets, String name, String pattern, Instant now) {
        List<Dataset> after = new ArrayList<>();
        int taken = 0;
        for (Dataset dataset : datasets) {
            boolean there = has(dataset, name);
            taken += there ? 0 : 1;
            after.add(
                    there
                            ? dataset
                            : dataset.with(new Snapshot(
                                    dataset.name(),
                                    name,
                                    TO_BE_TAKEN,
                                    Long.MAX_VALUE,
                                    now,
                                    false,
                                    Optional.of(pattern))));
        }
        listener.info("would take @" + name + " of " + taken + (taken == 1 ? " dataset" : " datasets"));
        return after;
    }

    private static List<String> missing(List<Dataset> datasets, String name) {
        return datasets.stream()
                .filter(dataset -> !has(dataset, name))
                .map(dataset -> dataset.name() + "@" + name)
                .toList();
    }

    private static boolean has(Dataset dataset, String name) {
        return dataset.snapshots().stream().anyMatch(snapshot -> snapshot.name().equals(name));
    }

    private DatasetChoice inventory(BackupRequest request) throws BackupException {
        return DatasetChoice.of(request.filter(), look(request));
    }

    /** All datasets: also one that is not chosen may be a clone of a snapshot that is. */
    private List<Dataset> look(BackupRequest request) throws BackupException {
        List<Dataset> all = zfs.inventory(request.pool());
        cloned = all.stream().flatMap(each -> each.origin().stream()).collect(Collectors.toSet());
        return all;
    }

    /** What would expire in a dataset once the plan is done, by name. */
    List<String> preview(Dataset dataset, BackupRequest request, DatasetPlan plan) {
        return expiring(dataset, request, plan).stream().map(Snapshot::name).toList();
    }

    /** As {@link #foresee}, the snapshots themselves. */
    List<Snapshot> expiring(Dataset dataset, BackupRequest request, DatasetPlan plan) {
        return request.keepSnapshots().isEmpty()
                ? List.of()
                : expired(dataset, request, plan.plan().after(plan.stored()));
    }

    /**
     * Destroys what has expired of datasets that did not fail; what comes of it stands in the results.
     *
     * @param sound looks whether the repository has what goes here
     */
    List<DatasetResult> expire(
            BackupRequest request, Repository repository, List<DatasetResult> results, SoundPlan sound) {
        Set<String> good = results.stream()
                .filter(each -> each.outcome() == Outcome.BACKED_UP || each.outcome() == Outcome.UP_TO_DATE)
                .map(DatasetResult::dataset)
                .collect(Collectors.toSet());
        if (request.keepSnapshots().isEmpty() || request.dryRun() || good.isEmpty()) {
            return results;
        }
        try {
            // All is looked at anew: the run has moved its holds, and it is the repository that has to have what goes
            // here.
            List<Dataset> all = look(request);
            Map<String, Listings.Looked> listings = Listings.of(repository, good);
            Map<String, Dataset> datasets =
                    all.stream().collect(Collectors.toMap(each -> each.name().value(), each -> each));
            List<DatasetResult> after = new ArrayList<>();
            for (DatasetResult result : results) {
                Dataset dataset = datasets.get(result.dataset());
                Listings.Looked looked = listings.get(result.dataset());
                if (looked instanceof Listings.Looked.Failed failed) {
                    listener.warn(result.dataset() + ": no snapshot was destroyed: "
                            + failed.reason().getMessage());
                }
                after.add(
                        dataset != null && looked instanceof Listings.Looked.Found found
                                ? expire(dataset, request, found.listing(), result, sound)
                                : result);
            }
            return after;
        } catch (BackupException | RuntimeException | Error e) {
            String why = UnexpectedException.of("looking for snapshots that have expired", e)
                    .getMessage();
            listener.warn("no more snapshots were destroyed: " + why);
            return results;
        }
    }

    private DatasetResult expire(
            Dataset dataset, BackupRequest request, Listing listing, DatasetResult result, SoundPlan sound) {
        List<String> destroyed = new ArrayList<>();
        List<String> warnings = new ArrayList<>(result.warnings());
        for (Snapshot snapshot : given(dataset, request, listing, sound, warnings)) {
            try {
                if (zfs.guid(snapshot.fullName()).equals(OptionalLong.of(snapshot.guid()))) {
                    zfs.destroySnapshot(snapshot.fullName());
                    destroyed.add(snapshot.name());
                } else {
                    warn(
                            dataset,
                            warnings,
                            "@" + snapshot.name() + " has expired, and was renamed or replaced in this moment:"
                                    + " it is looked for again in the next run");
                }
            } catch (BackupException e) {
                // Somebody holds or clones it since: it stays for another run to try, and the backup is safe.
                warn(
                        dataset,
                        warnings,
                        "@" + snapshot.name() + " has expired and could not be destroyed: " + e.getMessage());
            }
        }
        if (!destroyed.isEmpty()) {
            listener.info(dataset.name() + ": destroyed " + destroyed.size()
                    + " of its own snapshots that have expired: @" + String.join(", @", destroyed));
        }
        return result.withWarnings(warnings).withDestroyed(destroyed);
    }

    /**
     * Those of the expired snapshots that the repository can give back: every backup of the chain behind each was
     * looked at.
     */
    private List<Snapshot> given(
            Dataset dataset, BackupRequest request, Listing listing, SoundPlan sound, List<String> warnings) {
        List<StoredBackup> stored = sound.asListed(dataset, listing).stored();
        List<Snapshot> expired = expired(dataset, request, stored);
        try {
            Map<String, BackupProblem> problems = sound.destroying(listing, stored, expired);
            if (problems.isEmpty()) {
                return expired;
            }
            List<Snapshot> given = expired(
                    dataset,
                    request,
                    stored.stream()
                            .filter(backup -> !problems.containsKey(backup.id()))
                            .toList());
            List<String> stay = expired.stream()
                    .filter(each -> !given.contains(each))
                    .map(Snapshot::name)
                    .toList();
            if (!stay.isEmpty()) {
                Map.Entry<String, BackupProblem> first =
                        problems.entrySet().iterator().next();
                warn(
                        dataset,
                        warnings,
                        "@" + String.join(", @", stay) + " would have expired and stay"
                                + (stay.size() == 1 ? "s" : "") + ", because the repository could not give them back: "
                                + first.getKey() + " can't be used: "
                                + first.getValue().why());
            }
            return expired.stream().filter(given::contains).toList();
        } catch (IOException e) {
            warn(
                    dataset,
                    warnings,
                    "no snapshot was destroyed, because what is stored could not be looked at: " + Reason.of(e));
            return List.of();
        }
    }

    private void warn(Dataset dataset, List<String> warnings, String warning) {
        warnings.add(warning);
        listener.warn(dataset.name() + ": " + warning);
    }

    /** Of the snapshots that were taken here by the request's pattern, those that may and can go. */
    private List<Snapshot> expired(Dataset dataset, BackupRequest request, List<StoredBackup> stored) {
        Set<Long> own = new HashSet<>();
        for (Snapshot snapshot : dataset.snapshots()) {
            if (snapshot.taken().equals(request.snapshot())) {
                own.add(snapshot.guid());
            }
        }
        SnapshotRetention retention =
                new SnapshotRetention(request.keepSnapshots().orElseThrow(), request.policy());
        Set<Long> expired = retention.expired(DatasetPlan.source(dataset, stored), own, stored).stream()
                .map(SnapshotId::guid)
                .collect(Collectors.toSet());
        return dataset.snapshots().stream()
                .filter(each -> expired.contains(each.guid()))
                .filter(each -> !each.held() && !cloned.contains(each.fullName()))
                .toList();
    }
}

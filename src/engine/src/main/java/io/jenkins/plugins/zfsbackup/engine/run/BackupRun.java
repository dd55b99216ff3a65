package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.Snapshot;
import io.jenkins.plugins.zfsbackup.engine.model.UnexpectedException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult.Backup;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult.DatasetResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import io.jenkins.plugins.zfsbackup.engine.protocol.Restorable;
import io.jenkins.plugins.zfsbackup.engine.protocol.Result;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.zfs.Capabilities;
import io.jenkins.plugins.zfsbackup.engine.zfs.Zfs;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Backs up a pool: asks it once what it has, asks the repository what is stored, and sends what is missing, several
 * datasets side by side. One bad dataset never stops the others.
 */
public final class BackupRun {

    /** Datasets at once: enough to fill the pauses between small streams; the workers are shared. */
    private static final int SIDE_BY_SIDE = 4;
    /**
     * Directories of backups that a run lists to see whether they are still as they were when they were found whole,
     * all datasets together; over a link with 50 ms they take a minute and a half.
     */
    private static final int LISTED_AGAIN = 16_384;
    /** And so many of each dataset in any case. */
    private static final int LISTED_AGAIN_EACH = 64;

    private final Zfs zfs;
    private final Archive archive;
    private final Repository repository;
    private final RunControl control;
    private final RunListener listener;
    private final Clock clock;

    /** @param archive where to, and in which form */
    public BackupRun(Zfs zfs, Archive archive, RunControl control, Clock clock) {
        this.zfs = zfs;
        this.archive = archive;
        this.repository = archive.repository();
        this.control = control;
        this.listener = control.listener();
        this.clock = clock;
    }

    /**
     * Runs the backup.
     *
     * @return what was done; failures of single datasets are in it
     * @throws BackupException if nothing could be begun: no such pool, repository out of reach
     */
    public BackupResult run(BackupRequest request) throws BackupException {
        Instant started = clock.instant();
        Begun begun = new Begun(RunId.create(started), request, started, new ArrayList<>());
        List<String> warnings = begun.warnings();
        OwnSnapshots own = new OwnSnapshots(zfs, listener);
        listener.info("asking " + request.pool() + " for its datasets, and connecting to " + repository.address());
        DatasetChoice choice;
        SoundPlan sound;
        Optional<String> identity = Optional.empty();
        List<DatasetResult> results = new ArrayList<>();
        try (Work work = new Work()) {
            // Connecting takes about as long as asking the pool: both at once.
            Future<Optional<String>> known = work.submit(repository::identity);
            choice = own.chosen(request, started);
            warnings.addAll(choice.warnings());
            warnings.forEach(listener::warn);
            List<Dataset> datasets = choice.chosen();
            if (datasets.isEmpty()) {
                return result(begun, identity, choice, results);
            }
            Capabilities capabilities = zfs.capabilities(request.pool());
            identity = work.answer(known);
            repository.doubt().ifPresent(doubt -> {
                warnings.add(doubt + (request.dryRun() ? "" : " The file is written anew."));
                listener.warn(warnings.get(warnings.size() - 1));
            });
            Optional<String> exchanged = LostState.exchanged(repository);
            Optional<String> others =
                    exchanged.isPresent() ? Optional.empty() : LostState.marksOfOthers(repository, identity, datasets);
            for (String warning :
                    Stream.concat(exchanged.stream(), others.stream()).toList()) {
                warnings.add(warning + (request.dryRun() || identity.isPresent() ? "" : " A new repository is begun."));
                listener.warn(warnings.get(warnings.size() - 1));
            }
            if (!request.dryRun()) {
                identity = Optional.of(repository.initialize());
                archive.claim(request.pool(), datasets);
            }
            listener.datasets(0, datasets.size());
            AtomicInteger done = new AtomicInteger();
            Map<String, Listings.Looked> listings = Listings.of(
                    repository,
                    datasets.stream().map(each -> each.name().value()).toList(),
                    control.cancellation());
            sound = soundPlan(request, own, datasets.size());
            DatasetBackup backup = new DatasetBackup(
                    new Sender(zfs, capabilities),
                    archive,
                    sound,
                    control,
                    new StreamContext.Origin(identity.orElse(""), begun.run(), software(capabilities)),
                    clock);
            List<Future<DatasetResult>> pending = new ArrayList<>();
            for (Dataset dataset : datasets) {
                Listings.Looked looked = listings.get(dataset.name().value());
                if (looked instanceof Listings.Looked.Found found) {
                    Listing listing = found.listing();
                    SoundPlan plans = sound;
                    pending.add(work.submit(() -> {
                        DatasetResult result = guarded(dataset, request, listing, backup, own, work.scheduler);
                        listener.datasets(done.incrementAndGet(), datasets.size());
                        return withNewest(result, dataset, request, plans.known(listing));
                    }));
                } else if (looked instanceof Listings.Looked.Failed failed) {
                    listener.datasets(done.incrementAndGet(), datasets.size());
                    pending.add(work.submit(() -> report(dataset).failed(failed.reason())));
                }
            }
            for (Future<DatasetResult> each : pending) {
                results.add(work.answer(each));
            }
        }
        if (control.cancellation().cancelled()) {
            throw new InterruptedRunException(
                    "backing up " + request.pool(),
                    "the run was stopped",
                    "What was published is safe. Run again to carry on.");
        }
        boolean anyGood = results.stream().anyMatch(each -> each.outcome().exitCode() == 0);
        if (anyGood && !request.dryRun()) {
            repository.rememberAddress();
        }
        return result(begun, identity, choice, own.expire(request, repository, results, sound));
    }

    /** A run as it began, and what there is to say about it as a whole. */
    private record Begun(String run, BackupRequest request, Instant started, List<String> warnings) {}

    private BackupResult result(
            Begun begun, Optional<String> identity, DatasetChoice choice, List<DatasetResult> done) {
        Optional<String> failure = choice.failure(begun.request().pool());
        return new BackupResult(
                Result.VERSION,
                begun.run(),
                begun.request().pool(),
                repository.address(),
                identity,
                begun.started(),
                clock.instant(),
                outcome(done, failure.isPresent()),
                archive.settings().protection().recipients(),
                archive.settings().protection().signer().map(Signer::fingerprint),
                choice.chosen().size(),
                choice.total(),
                choice.notChosen(),
                done,
                begun.warnings(),
                failure.orElse(""));
    }

    private static Map<String, String> software(Capabilities capabilities) {
        return Map.of(
                "engine", Version.TEXT,
                "zfs", capabilities.zfsVersion(),
                "pool", capabilities.poolVersion());
    }

    private DatasetReport report(Dataset dataset) {
        return new DatasetReport(dataset.name().value(), listener);
    }

    private DatasetResult guarded(
            Dataset dataset,
            BackupRequest request,
            Listing listing,
            DatasetBackup backup,
            OwnSnapshots own,
            ScheduledExecutorService scheduler) {
        String name = dataset.name().value();
        DatasetReport report = report(dataset);
        try {
            control.check("backing up " + name);
            if (dataset.snapshots().isEmpty()) {
                return report.result(Outcome.SKIPPED, Wording.NO_SNAPSHOT.text());
            }
            DatasetPlan plan = plan(dataset, request, listing, backup.sound());
            List<String> losses =
                    LostState.of(repository, dataset, listing).map(lost -> lost.inBackup(plan.plan())).stream()
                            .toList();
            boolean upToDate = plan.plan().steps().isEmpty();
            if (request.dryRun()) {
                DatasetResult foreseen = new DatasetResult(
                        name,
                        upToDate ? Outcome.UP_TO_DATE : Outcome.BACKED_UP,
                        backup.preview(dataset, plan, listing),
                        plan.with(losses).warnings(),
                        "");
                return foreseen.withDestroyed(own.preview(dataset, request, plan));
            }
            losses.forEach(report::warn);
            if (upToDate) {
                backup.mark(dataset, plan.stored(), request.policy());
                plan.warnings().forEach(report::warn);
                return report.result(Outcome.UP_TO_DATE, "");
            }
            return backup.run(dataset, request.policy(), scheduler, report);
        } catch (InterruptedRunException e) {
            return report.result(Outcome.FAILED, e.getMessage());
        } catch (IOException | RuntimeException | Error e) {
            return report.failed(e);
        }
    }

    /** What it can't be found out of is no reason to forget what was stored. */
    private DatasetResult withNewest(DatasetResult result, Dataset dataset, BackupRequest request, Listing before) {
        try {
            return result.withNewest(newest(dataset, before, request.dryRun() ? List.of() : result.backups()));
        } catch (RuntimeException | Error e) {
            String doing = "looking up to when " + result.dataset() + " is safe";
            listener.warn(
                    result.dataset() + ": " + UnexpectedException.of(doing, e).getMessage());
            return result;
        }
    }

    /** Where nothing is sent or destroyed, nothing is looked at beyond what the listing says. */
    private static DatasetPlan plan(Dataset dataset, BackupRequest request, Listing listing, SoundPlan sound)
            throws IOException {
        DatasetPlan plan = sound.asListed(dataset, listing);
        boolean sends = !plan.plan().steps().isEmpty() && !request.dryRun();
        return sends || !sound.reliesOnAnything(dataset, plan) ? plan : sound.of(dataset, listing);
    }

    private SoundPlan soundPlan(BackupRequest request, OwnSnapshots own, int datasets) {
        ReadKeys readKeys = new ReadKeys(Optional.empty(), request.signedBy().map(SignedBy::check), Optional.empty());
        RememberedCheck check = new RememberedCheck(
                repository,
                new BackupCheck(repository, readKeys),
                request.signedBy().map(SignedBy::keys).orElse(""),
                Math.max(LISTED_AGAIN_EACH, LISTED_AGAIN / datasets),
                control.cancellation());
        return new SoundPlan(check, own, request, archive, control);
    }

    /** The newest snapshot that could be restored before, or that a backup has led to since. */
    private static Optional<Restorable> newest(Dataset dataset, Listing before, List<Backup> since) {
        Optional<Restorable> now = since.stream()
                .map(each -> new Restorable(each.snapshot(), Optional.of(each.created()), List.of()))
                .reduce(BackupRun::newer);
        Optional<Restorable> then = SafeUpTo.of(before, DatasetPlan.ofDataset(dataset, before.backups()))
                .map(safe -> isNewestOf(dataset, safe) ? new SafeUpTo(safe.snapshot(), List.of()) : safe)
                .map(SafeUpTo::restorable);
        return Stream.concat(then.stream(), now.stream()).reduce(BackupRun::newer);
    }

    private static Restorable newer(Restorable one, Restorable other) {
        Instant time = one.created().orElse(Instant.EPOCH);
        return other.created().orElse(Instant.EPOCH).isBefore(time) ? one : other;
    }

    /** What leads to the newest snapshot that there is can't be older than anything. */
    private static boolean isNewestOf(Dataset dataset, SafeUpTo safe) {
        List<Snapshot> snapshots = dataset.snapshots();
        return !snapshots.isEmpty()
                && snapshots.get(snapshots.size() - 1).guid() == safe.snapshot().guid();
    }

    /** @param wronglyChosen whether other datasets were asked for than there are */
    private static Outcome outcome(List<DatasetResult> results, boolean wronglyChosen) {
        long bad =
                results.stream().filter(each -> each.outcome().exitCode() != 0).count();
        if (bad == 0 && !wronglyChosen) {
            boolean any = results.stream().anyMatch(each -> each.outcome() == Outcome.BACKED_UP);
            return any ? Outcome.BACKED_UP : Outcome.UP_TO_DATE;
        }
        boolean published = results.stream()
                .anyMatch(each ->
                        each.outcome().exitCode() == 0 || !each.backups().isEmpty());
        boolean unreachable = results.stream().anyMatch(each -> each.outcome() == Outcome.UNREACHABLE);
        if (unreachable) {
            return Outcome.UNREACHABLE;
        }
        return published ? Outcome.PARTIAL : Outcome.FAILED;
    }

    /** The threads of a run, which end with it. */
    private static final class Work implements AutoCloseable {
        private final ExecutorService executor = Executors.newFixedThreadPool(SIDE_BY_SIDE, Work::daemon);
        private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(SIDE_BY_SIDE, Work::daemon);

        private static Thread daemon(Runnable task) {
            Thread thread = new Thread(task, "dataset");
            thread.setDaemon(true);
            return thread;
        }

        <T> Future<T> submit(Callable<T> task) {
            return executor.submit(task);
        }

        /** What became of it, once it is done. */
        <T> T answer(Future<T> future) throws BackupException {
            try {
                return future.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedRunException("backing up", "the run was interrupted", "Run again.", e);
            } catch (ExecutionException e) {
                throw UnexpectedException.of("backing up", e);
            }
        }

        @Override
        public void close() {
            executor.shutdownNow();
            scheduler.shutdownNow();
        }
    }
}

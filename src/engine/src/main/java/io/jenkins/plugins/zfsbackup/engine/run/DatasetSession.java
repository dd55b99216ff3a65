package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.SourceException;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.plan.FutureBases;
import io.jenkins.plugins.zfsbackup.engine.plan.Policy;
import io.jenkins.plugins.zfsbackup.engine.plan.SendStep;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult.Backup;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult.DatasetResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStream;
import io.jenkins.plugins.zfsbackup.engine.zfs.SendFlag;
import io.jenkins.plugins.zfsbackup.engine.zfs.SendProcess;
import io.jenkins.plugins.zfsbackup.engine.zfs.SendRequest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Backs up one dataset while its lock is held: one stream after the other, each published before the next begins. */
final class DatasetSession {

    /** Plans anew when a snapshot vanishes under its stream; a third time nobody would call it chance. */
    private static final int PLANS = 3;

    private final DatasetBackup backup;
    private final Archive archive;
    private final Policy policy;
    private final LockKeeper lock;
    private final DatasetReport report;
    private final RunListener listener;

    DatasetSession(DatasetBackup backup, Policy policy, LockKeeper lock, DatasetReport report) {
        this.backup = backup;
        this.archive = backup.archive();
        this.policy = policy;
        this.lock = lock;
        this.report = report;
        this.listener = backup.control().listener();
    }

    /**
     * What one plan is carried out with.
     *
     * @param dataset as it was planned for
     * @param largeBlocks whether they may be in its streams
     * @param marks on the pool
     * @param bases what later streams will start from
     */
    private record Round(Dataset dataset, boolean largeBlocks, BaseMarks marks, FutureBases bases) {

        String name() {
            return dataset.name().value();
        }
    }

    DatasetResult run(Dataset dataset) throws IOException {
        Optional<Dataset> present = Optional.of(dataset);
        for (int tries = 1; present.isPresent(); tries++) {
            Dataset now = present.get();
            Listing listing = archive.settled(lock.lock());
            DatasetPlan plan = backup.sound().closely(now, listing);
            plan.warnings().forEach(report::warn);
            Set<Long> lost = LostState.of(archive.repository(), now, listing)
                    .map(LostState::guids)
                    .orElse(Set.of());
            Round round = new Round(
                    now, archive.takesLargeBlocks(plan.stored()), backup.marks(now, lost), policy.bases(plan.stored()));
            NamedStep.Named steps = archive.name(now, plan, listing);
            steps.refusal().ifPresent(refusal -> report.warn(refusal.getMessage()));
            Optional<String> vanished = steps(round, steps.steps());
            if (vanished.isEmpty()) {
                return steps.refusal()
                        .map(refusal -> report.result(Outcome.FAILED, refusal.getMessage()))
                        .orElseGet(() -> report.result(
                                report.published().isEmpty() ? Outcome.UP_TO_DATE : Outcome.BACKED_UP, ""));
            }
            report.warn("@" + vanished.get() + " vanished, or was renamed, while it was being sent");
            if (tries == PLANS) {
                return report.result(
                        Outcome.FAILED,
                        "its snapshots vanish faster than they can be sent; keep them longer, or run at another time");
            }
            present = backup.sender().zfs().dataset(dataset.name());
        }
        return report.result(Outcome.SKIPPED, "it was destroyed during the run");
    }

    /** @return the name of a snapshot that vanished; empty if all steps were done */
    private Optional<String> steps(Round round, List<NamedStep> steps) throws IOException {
        for (NamedStep step : steps) {
            backup.control().check("backing up " + round.name());
            try {
                step(round, step, steps.size() > 1);
            } catch (SourceException e) {
                return Optional.of(
                        backup.sender().vanished(round.dataset(), step.step()).orElseThrow(() -> e));
            }
        }
        return Optional.empty();
    }

    /** @param severalHere whether it is one of several of its plan */
    private void step(Round round, NamedStep named, boolean severalHere) throws IOException {
        long began = System.nanoTime();
        SendStep step = named.step();
        checkSize(round.name(), step);
        SendRequest request = backup.sender().request(round.dataset(), step, round.largeBlocks());
        try {
            round.marks().protect(step.snapshot(), step.base());
            StoredBackup stored = store(round, named, request);
            round.bases().add(stored);
            round.marks().published();
            double seconds = (System.nanoTime() - began) / 1e9;
            report.published(
                    DatasetBackup.result(named, stored.rawBytes(), stored.storedBytes(), stored.volumes(), seconds));
        } catch (IOException e) {
            lock.lookAfter(e);
            throw e;
        } finally {
            // What the run that has the lock now has marked is not this one's to let go.
            if (!lock.lost()) {
                settle(round);
            }
        }
        List<Backup> published = report.published();
        if (severalHere || published.size() > 1) {
            listener.detail(StoredLine.of(round.name(), published.get(published.size() - 1)));
        }
    }

    private static void checkSize(String dataset, SendStep step) throws UsageException {
        if (step.between().size() > Manifest.MOST_BETWEEN) {
            throw new UsageException(
                    "storing " + dataset + "@" + step.snapshot().name(),
                    "the package would have " + step.between().size() + " snapshots in it, and " + Manifest.MOST_BETWEEN
                            + " are the most",
                    Wording.ONCE_NOT_PACKED.text());
        }
    }

    /** A mark that can't be moved costs the next run an incremental base at worst: it is said, and fails nothing. */
    private void settle(Round round) {
        try {
            round.marks().settle(round.bases().guids());
        } catch (BackupException e) {
            listener.warn(round.name() + ": the marks for the next backup could not be moved: " + e.getMessage());
        }
    }

    private StoredBackup store(Round round, NamedStep named, SendRequest request) throws IOException {
        List<String> flags =
                request.flags().stream().sorted().map(SendFlag::option).toList();
        StreamContext context = new StreamContext(round.dataset(), named, flags, backup.origin());
        try (Transfer transfer = backup.control().transfer(round.name(), what(named.step()), context.label())) {
            transfer.begin(backup.sender().estimate(round.dataset(), named.step(), request));
            lock.check();
            NewBackup fresh = archive.begin(context, backup.control(), transfer);
            return store(context, request, fresh);
        }
    }

    private StoredBackup store(StreamContext context, SendRequest request, NewBackup fresh) throws IOException {
        boolean leave = false;
        try (SendProcess send = backup.sender().zfs().send(request);
                Cancellation.Registration onStop =
                        backup.control().cancellation().onCancel(fresh::cancel);
                Cancellation.Registration onLoss = lock.onLoss(fresh::cancel)) {
            SendStream stream = fresh.store(Sender.producer(send));
            Sender.checkIsWhatWasAsked(context.label(), context.step(), stream);
            lock.check();
            StoredBackup stored = fresh.publish();
            leave = true;
            return stored;
        } catch (RepositoryException e) {
            // What is stored will be used by the next run, which is better than to throw it away, if that were possible
            // at all.
            leave = e.outOfReach() && fresh.resumable();
            throw e;
        } finally {
            // What was left to another run is not this one's to remove.
            if (!leave && !lock.lost()) {
                abandon(fresh, context.dataset().name().value());
            }
        }
    }

    private void abandon(NewBackup fresh, String name) {
        try {
            fresh.abandon();
        } catch (BackupException e) {
            listener.warn(
                    name + ": the unfinished upload stays behind until the next run removes it: " + e.getMessage());
        }
    }

    private static String what(SendStep step) {
        return "@" + step.snapshot().name() + ", " + step.kind().text()
                + step.base().map(base -> " from @" + base.id().name()).orElse("");
    }
}

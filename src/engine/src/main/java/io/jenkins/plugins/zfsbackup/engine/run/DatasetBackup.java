package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.plan.Policy;
import io.jenkins.plugins.zfsbackup.engine.plan.SendStep;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult.Backup;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult.DatasetResult;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.zfs.Capabilities;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Backs up the datasets of a run.
 *
 * @param sender makes the streams
 * @param archive takes them
 * @param sound plans
 * @param origin what the streams come from
 * @param clock shows how long the machine has slept
 */
record DatasetBackup(
        Sender sender, Archive archive, SoundPlan sound, RunControl control, StreamContext.Origin origin, Clock clock) {

    /** What the plan's steps would store. */
    List<Backup> preview(Dataset dataset, DatasetPlan plan, Listing listing) throws BackupException {
        List<Backup> results = new ArrayList<>();
        NamedStep.Named steps = archive.name(dataset, plan, listing);
        if (steps.refusal().isPresent()) {
            throw steps.refusal().get();
        }
        boolean largeBlocks = archive.takesLargeBlocks(plan.stored());
        for (NamedStep named : steps.steps()) {
            SendStep step = named.step();
            boolean taken = step.snapshot().guid() != OwnSnapshots.TO_BE_TAKEN;
            long estimate = taken ? sender.estimate(dataset, step, sender.request(dataset, step, largeBlocks)) : 0;
            results.add(result(named, estimate, 0, 0, 0));
        }
        return results;
    }

    /** What was stored of a step, or would be. */
    static Backup result(NamedStep named, long rawBytes, long storedBytes, int volumes, double seconds) {
        SendStep step = named.step();
        return new Backup(
                named.id(),
                step.kind(),
                step.snapshot().name(),
                named.baseName(),
                step.snapshot().created(),
                rawBytes,
                storedBytes,
                volumes,
                Math.round(seconds * 1000) / 1000.0);
    }

    /** Does what the policy wants, on what is stored once the lock is held. */
    DatasetResult run(Dataset dataset, Policy policy, ScheduledExecutorService scheduler, DatasetReport report)
            throws IOException {
        String name = dataset.name().value();
        long began = System.nanoTime();
        try (LockKeeper lock = new LockKeeper(
                archive.repository().lock(name, RunId.owner(origin.run()), report::warn),
                scheduler,
                clock,
                report::warn)) {
            return lock.guard(() -> new DatasetSession(this, policy, lock, report).run(dataset));
        } catch (IOException | RuntimeException | Error e) {
            return report.failed(e);
        } finally {
            List<Backup> published = report.published();
            if (!published.isEmpty()) {
                control.listener().info(StoredLine.of(name, published, (System.nanoTime() - began) / 1e9));
            }
        }
    }

    /** The marks of a dataset, by which its next streams find what they start from. */
    BaseMarks marks(Dataset dataset, Set<Long> lost) {
        boolean bookmarks = capabilities().bookmarks() && archive.tellsGuids();
        return new BaseMarks(sender.zfs(), dataset, origin.repositoryId(), bookmarks, lost);
    }

    private Capabilities capabilities() {
        return sender.capabilities();
    }

    /** Sets the marks again that somebody has let go of a dataset of which there is nothing to store. */
    void mark(Dataset dataset, List<StoredBackup> stored, Policy policy) {
        try {
            marks(dataset, Set.of())
                    .renew(policy.bases(stored).guids(), capabilities().holdsListed());
        } catch (BackupException e) {
            control.listener()
                    .warn(dataset.name() + ": the marks for the next backup could not be set again: " + Reason.of(e));
        }
    }
}

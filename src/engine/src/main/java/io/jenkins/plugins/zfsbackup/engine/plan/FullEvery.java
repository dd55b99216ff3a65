package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * As {@link Forever}, with a new full backup as soon as a snapshot is so much younger than the last full one's.
 *
 * @param age between the snapshots of two full backups
 */
public record FullEvery(Duration age) implements Policy {

    @Override
    public SendPlan plan(Source source, List<StoredBackup> stored) {
        List<String> notes = new ArrayList<>();
        Optional<Base> from = CommonBases.newest(source, new RestorePaths(stored), notes);
        Optional<Instant> full = stored.stream()
                .filter(backup -> backup.kind() == Kind.FULL)
                .map(backup -> backup.snapshot().created())
                .max(Instant::compareTo);
        List<SendStep> steps = new ArrayList<>();
        for (SnapshotId snapshot : CommonBases.newerThan(source, from)) {
            boolean due = from.isEmpty()
                    || full.isEmpty()
                    || !snapshot.created().isBefore(full.get().plus(age));
            if (due) {
                steps.add(SendStep.full(snapshot));
                full = Optional.of(snapshot.created());
            } else {
                steps.add(SendStep.incremental(from.get(), snapshot));
            }
            from = Optional.of(Base.snapshot(snapshot));
        }
        return SendPlan.of(steps, notes, stored);
    }

    @Override
    public FutureBases bases(List<StoredBackup> stored) {
        return FutureBases.newest(stored);
    }
}

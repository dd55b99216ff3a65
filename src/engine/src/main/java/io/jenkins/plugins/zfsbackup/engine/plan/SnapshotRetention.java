package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which snapshots may be destroyed on the source after a backup: of those that this engine took there, what the rules
 * don't keep. Never one that is still to be sent, or that a later stream starts from; nor one that the repository could
 * not give back by verified backups alone: what is unverified may never have been read.
 *
 * @param rules what to keep
 * @param policy tells what later streams start from
 */
public record SnapshotRetention(KeepRules rules, Policy policy) {

    /**
     * Oldest first.
     *
     * @param source what the pool has of the dataset
     * @param own guids of the snapshots that the rules are for
     * @param stored what the repository has of the dataset
     */
    public List<SnapshotId> expired(Source source, Set<Long> own, List<StoredBackup> stored) {
        Optional<Base> newest = CommonBases.last(CommonBases.all(source, new RestorePaths(stored)));
        if (newest.isEmpty()) {
            return List.of();
        }
        RestorePaths sure = new RestorePaths(
                stored.stream().filter(backup -> !backup.unverified()).toList());
        Set<Long> needed = policy.futureBases(stored);
        List<SnapshotId> ours = source.snapshots().stream()
                .filter(id -> own.contains(id.guid()))
                .toList();
        return rules.expired(ours).stream()
                .filter(id -> !needed.contains(id.guid()))
                .filter(id -> sure.restorable(id.guid()).isPresent())
                .filter(id -> Source.order().compare(id, newest.get().id()) < 0)
                .toList();
    }
}

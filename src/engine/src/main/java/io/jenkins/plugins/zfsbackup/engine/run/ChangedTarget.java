package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.Snapshot;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.SourceException;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.plan.RestorePaths;
import java.util.List;
import java.util.Optional;

/**
 * Advice for a restore onto a dataset that is there and has changed since. ZFS receives onto the newest snapshot only,
 * and onto nothing that was written after it; what is to be given up for that, a person decides.
 */
final class ChangedTarget {

    /** How many of the target's snapshots are tried, from the newest on: each costs a search through all backups. */
    private static final int TRIED = 100;

    private ChangedTarget() {}

    /** Why nothing leads from the target's newest snapshot to the one that is wanted, and what can be done. */
    static UsageException refusal(Dataset target, SnapshotId wanted, RestorePaths paths, String doing) {
        List<Snapshot> there = target.snapshots();
        if (there.isEmpty()) {
            return new UsageException(
                    doing,
                    target.name() + " exists and has no snapshot to build on",
                    Wording.NEW_TARGET.text() + " Or give this one another name: zfs rename " + quoted(target.name())
                            + " NEWNAME");
        }
        Snapshot newest = there.get(there.size() - 1);
        String said = target.name() + " exists, and no stored backup leads from its newest snapshot @" + newest.name()
                + " (made " + newest.creation() + ") to @" + wanted.name();
        Optional<Snapshot> common = common(there, wanted, paths);
        if (common.isEmpty()) {
            return new UsageException(doing, said + ", nor from any other snapshot there", Wording.NEW_TARGET.text());
        }
        int after = there.size() - 1 - there.indexOf(common.get());
        String full = quoted(common.get().fullName());
        return new UsageException(
                doing,
                said + ". It could go on from @" + common.get().name() + " (made "
                        + common.get().creation() + "), after which "
                        + (after == 1 ? "one snapshot was made there" : after + " snapshots were made there"),
                "To give those up with all that was written since: zfs rollback -r " + full + ", then run again. "
                        + Wording.KEEP_TARGET.text());
    }

    private static Optional<Snapshot> common(List<Snapshot> there, SnapshotId wanted, RestorePaths paths) {
        for (int i = there.size() - 2; i >= Math.max(0, there.size() - TRIED); i--) {
            if (paths.chainOnto(wanted.guid(), there.get(i).guid()).isPresent()) {
                return Optional.of(there.get(i));
            }
        }
        return Optional.empty();
    }

    /** What to say where the target has the wanted snapshot; how to go back to it, if there are newer ones. */
    static String hasAlready(Dataset target, SnapshotId wanted, String name) {
        List<Snapshot> there = target.snapshots();
        Snapshot newest = there.get(there.size() - 1);
        Snapshot same = there.stream()
                .filter(each -> each.guid() == wanted.guid())
                .findFirst()
                .orElseThrow();
        String has = target.name() + " has @" + name + " already"
                + (same.name().equals(wanted.name()) ? "" : ", as @" + same.name());
        return newest.guid() == wanted.guid()
                ? has
                : has + ", and newer ones up to @" + newest.name()
                        + ". To go back to it and give those up: zfs rollback -r " + quoted(same.fullName())
                        + ". To have it beside them: zfs clone " + quoted(same.fullName()) + " NEWNAME";
    }

    /** Whether {@code zfs receive} has refused because the target was written to after its newest snapshot. */
    static boolean wasWritten(SourceException refusal) {
        return refusal.said().contains("has been modified");
    }

    /**
     * Such a refusal with what can be done.
     *
     * @param target as it is now
     */
    static SourceException written(SourceException refusal, Dataset target) {
        List<Snapshot> there = target.snapshots();
        Snapshot newest = there.get(there.size() - 1);
        return new SourceException(
                refusal.doing(),
                refusal.said(),
                "Something was written to " + target.name() + " after its newest snapshot @" + newest.name()
                        + ". To give that up: zfs rollback " + quoted(newest.fullName())
                        + ", then run again. " + Wording.KEEP_TARGET.text(),
                refusal);
    }

    private static String quoted(Object name) {
        return "'" + name + "'";
    }
}

package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult.Backup;
import java.util.List;

/** Says in a line what was stored. */
final class StoredLine {

    private StoredLine() {}

    /** Of one backup. */
    static String of(String dataset, Backup backup) {
        return dataset + ": @" + backup.snapshot() + ", " + backup.kind().text()
                + backup.base().map(base -> " from @" + base).orElse("") + ", "
                + figures(backup.rawBytes(), backup.storedBytes(), backup.seconds());
    }

    /**
     * Of all backups of a dataset in a run.
     *
     * @param backups at least one, in their order
     * @param seconds that the dataset took
     */
    static String of(String dataset, List<Backup> backups, double seconds) {
        if (backups.size() == 1) {
            return of(dataset, backups.get(0));
        }
        long raw = backups.stream().mapToLong(Backup::rawBytes).sum();
        long stored = backups.stream().mapToLong(Backup::storedBytes).sum();
        return dataset + ": " + backups.size() + " backups, @" + backups.get(0).snapshot() + " to @"
                + backups.get(backups.size() - 1).snapshot() + ", " + figures(raw, stored, seconds);
    }

    private static String figures(long raw, long stored, double seconds) {
        return Sizes.bytes(raw) + " stored as " + Sizes.bytes(stored) + " in " + Sizes.seconds(seconds);
    }
}

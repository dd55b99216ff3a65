package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Files that other programs have stored in a repository's place, and that can be taken for backups. */
public interface AdoptedBackups {

    /** Stands for the pool of files whose pool nobody knows; ZFS has no such name. */
    String UNKNOWN_POOL = "?";

    /** There are none, and nobody looks for any. */
    AdoptedBackups NONE = new AdoptedBackups() {};

    /** The names of all datasets that have such files; {@link #UNKNOWN_POOL} where nothing tells the pool. */
    default Set<String> datasets() throws BackupException {
        return Set.of();
    }

    /** Where files that were never finished lie below the root, by dataset; as in {@link #datasets}. */
    default Map<String, List<String>> unfinished() throws BackupException {
        return Map.of();
    }

    /**
     * What there is of one dataset.
     *
     * @param manifested the dataset's backups with a manifest, which tell guids of snapshots that files only name
     */
    default Found of(String dataset, List<StoredBackup> manifested) throws BackupException {
        return new Found(List.of(), List.of(), Map.of());
    }

    /**
     * What was found.
     *
     * @param backups those that can be used
     * @param damaged those that can't
     * @param modified when each of those that can be used was changed last, by the server's clock, by its id
     */
    record Found(List<StoredBackup> backups, List<Listing.Damaged> damaged, Map<String, Instant> modified) {}
}

package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What stands in a dataset's directory, and what old scripts have stored of it elsewhere.
 *
 * @param dataset the dataset's name
 * @param backups those with a readable manifest or of an old script, in the order of their snapshots
 * @param damaged those that can't be used
 * @param leftovers hidden directories that a run left behind, or that a run is filling just now
 * @param locked whether somebody holds, or held and left, the dataset's lock
 * @param legacy the files of the old scripts' backups, by the backups' ids
 */
public record Listing(
        String dataset,
        List<StoredBackup> backups,
        List<Damaged> damaged,
        List<String> leftovers,
        boolean locked,
        Map<String, LegacyFile> legacy) {

    /**
     * A backup that can't be used.
     *
     * @param id its directory
     * @param why what is wrong with it
     */
    public record Damaged(String id, String why) {}

    public Listing {
        backups = List.copyOf(backups);
        damaged = List.copyOf(damaged);
        leftovers = List.copyOf(leftovers);
        legacy = Map.copyOf(legacy);
    }

    /** The listing with a backup among the damaged ones. */
    public Listing without(String id, String why) {
        List<Damaged> more = new ArrayList<>(damaged);
        more.add(new Damaged(id, why));
        return new Listing(
                dataset,
                backups.stream().filter(backup -> !backup.id().equals(id)).toList(),
                more,
                leftovers,
                locked,
                legacy);
    }
}

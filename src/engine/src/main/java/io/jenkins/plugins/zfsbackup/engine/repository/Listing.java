package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.util.List;

/**
 * What stands in a dataset's directory.
 *
 * @param dataset the dataset's name
 * @param backups those with a readable manifest, in the order of their snapshots
 * @param damaged those without
 * @param leftovers hidden directories that a run left behind, or that a run is filling just now
 * @param locked whether somebody holds, or held and left, the dataset's lock
 */
public record Listing(
        String dataset, List<StoredBackup> backups, List<Damaged> damaged, List<String> leftovers, boolean locked) {

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
    }
}

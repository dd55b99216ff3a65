package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.plan.SnapshotReference;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import java.io.IOException;

/** Opens the streams of stored backups, in whatever form they are stored. */
public interface StoredStreams {

    /**
     * One stored stream.
     *
     * @param dataset the dataset as the repository knows it
     * @param backup as it was listed
     */
    StoredStream of(String dataset, StoredBackup backup);

    /**
     * Looks for a snapshot in those streams whose snapshots only reading tells.
     *
     * @param listing of the dataset, in which the snapshot is not named
     * @param doing what it is done for, for messages
     * @return whether a new listing names more snapshots
     */
    default boolean lookInside(Listing listing, SnapshotReference wanted, RunControl control, String doing)
            throws IOException {
        return false;
    }
}

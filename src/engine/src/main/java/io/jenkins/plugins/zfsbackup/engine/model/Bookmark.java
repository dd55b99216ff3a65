package io.jenkins.plugins.zfsbackup.engine.model;

import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import java.time.Instant;

/**
 * A bookmark: what is left of a snapshot for an incremental stream to start from, without its data.
 *
 * @param dataset the dataset it belongs to
 * @param name what stands behind the {@code #}
 * @param guid the guid of the snapshot it was made of, see {@link Guid}
 * @param createtxg the pool's transaction in which that snapshot was taken
 * @param creation when that snapshot was taken, UTC to the second
 */
public record Bookmark(DatasetName dataset, String name, long guid, long createtxg, Instant creation) {

    /** @throws IllegalArgumentException if ZFS would not have such a name; the message says why */
    public Bookmark {
        DatasetName.requireSuffix(dataset, '#', name);
    }

    /** The name as {@code zfs} takes it: {@code pool/dataset#name}. */
    public String fullName() {
        return dataset + "#" + name;
    }
}

package io.jenkins.plugins.zfsbackup.engine.model;

import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import java.time.Instant;
import java.util.Optional;

/**
 * A snapshot as it stands in a pool.
 *
 * @param dataset the dataset it was taken of
 * @param name what stands behind the {@code @}
 * @param guid its identity, see {@link Guid}; equal in every copy of it and in its bookmarks
 * @param createtxg the pool's transaction in which it was taken: the only reliable order within a dataset
 * @param creation when it was taken, UTC to the second, by the pool's clock
 * @param held whether anyone's hold keeps it from being destroyed
 * @param taken the pattern of its name, if this engine took it here; not in a copy that was received
 */
public record Snapshot(
        DatasetName dataset,
        String name,
        long guid,
        long createtxg,
        Instant creation,
        boolean held,
        Optional<String> taken) {

    /** @throws IllegalArgumentException if ZFS would not have such a name; the message says why */
    public Snapshot {
        DatasetName.requireSuffix(dataset, '@', name);
    }

    /** The name as {@code zfs} takes it: {@code pool/dataset@name}. */
    public String fullName() {
        return dataset + "@" + name;
    }
}

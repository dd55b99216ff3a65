package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;

/**
 * A bookmark on the source.
 *
 * @param name the part behind the {@code #}
 * @param id the snapshot it was made from; its name is the bookmark's, because ZFS keeps no other
 */
public record Bookmarked(String name, SnapshotId id) {}

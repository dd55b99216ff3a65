package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;

/**
 * What an incremental stream is made from on the source.
 *
 * @param id the snapshot that both sides have
 * @param bookmark the name of the bookmark that stands for it, if the snapshot itself is gone; else empty
 */
public record Base(SnapshotId id, java.util.Optional<String> bookmark) {

    static Base snapshot(SnapshotId id) {
        return new Base(id, java.util.Optional.empty());
    }
}

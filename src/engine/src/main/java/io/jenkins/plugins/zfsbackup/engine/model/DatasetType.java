package io.jenkins.plugins.zfsbackup.engine.model;

/** What a dataset holds: files, or the blocks of a zvol. */
public enum DatasetType {
    /** A tree of files. */
    FILESYSTEM,
    /** A zvol: a block device. */
    VOLUME
}

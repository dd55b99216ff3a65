package io.jenkins.plugins.zfsbackup.engine.zfs;

/**
 * A hold: a tag that keeps a snapshot from being destroyed.
 *
 * @param snapshot the full name of the snapshot
 * @param tag who holds it, by convention
 */
public record Hold(String snapshot, String tag) {}

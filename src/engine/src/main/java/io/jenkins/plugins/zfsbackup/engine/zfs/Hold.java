package io.jenkins.plugins.zfsbackup.engine.zfs;

/**
 * A hold: a tag that prevents a snapshot from being destroyed.
 *
 * @param snapshot the full name of the snapshot
 * @param tag by convention, names the owner of the hold
 */
public record Hold(String snapshot, String tag) {}

package io.jenkins.plugins.zfsbackup.engine.repository;

/**
 * Who holds a lock, as others read it.
 *
 * @param user the account's name
 * @param host the machine's name
 * @param pid the process on that machine
 * @param run identifies the run
 */
public record LockOwner(String user, String host, long pid, String run) {}

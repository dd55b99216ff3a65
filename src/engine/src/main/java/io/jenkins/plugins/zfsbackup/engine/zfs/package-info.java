/**
 * The pool's side: the only place that runs {@code zfs} and {@code zpool}. Programs are started without a shell, with
 * their arguments as a list and {@code LC_ALL=C}; only their machine output is parsed. What a pool and its tools can do
 * is asked of them, never guessed from the platform. Nothing here decides what to send or where to.
 */
package io.jenkins.plugins.zfsbackup.engine.zfs;

/**
 * Access to the pool: the only package that runs {@code zfs} and {@code zpool}. Programs are started without a shell,
 * with their arguments as a list and {@code LC_ALL=C}. Only output that is made for programs is parsed. The features of
 * a pool and its tools are queried, never guessed from the platform. This package does not decide what to send, or
 * where to.
 */
package io.jenkins.plugins.zfsbackup.engine.zfs;

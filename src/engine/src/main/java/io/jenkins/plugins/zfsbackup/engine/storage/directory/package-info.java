/**
 * A repository in a directory of this machine: a mounted disk, a network share, a removable drive. Only the file
 * system's own guarantees are used; nothing here knows what the files mean.
 */
package io.jenkins.plugins.zfsbackup.engine.storage.directory;

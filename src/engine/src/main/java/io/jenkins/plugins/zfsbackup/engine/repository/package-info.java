/**
 * What is stored where: the repository's format, and the verbs publish, list, lock and delete on it. Everything here
 * works on the small {@link io.jenkins.plugins.zfsbackup.engine.storage.Storage} interface; nothing here knows SFTP,
 * pools, or how volumes are compressed and encrypted. {@code docs/format.md} is the reference.
 */
package io.jenkins.plugins.zfsbackup.engine.repository;

/**
 * The layouts that hand-written scripts used before there was this engine: what their files are called, where they lie,
 * and what is around the streams in them. Beside the repository's own format they are a second implementation of what
 * runs ask of stored backups ({@link io.jenkins.plugins.zfsbackup.engine.run.Archive}, {@link io.jenkins.plugins.zfsbackup.engine.run.StoredStream}).
 */
package io.jenkins.plugins.zfsbackup.engine.scripts;

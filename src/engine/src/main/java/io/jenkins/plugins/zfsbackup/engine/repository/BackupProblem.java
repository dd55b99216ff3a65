package io.jenkins.plugins.zfsbackup.engine.repository;

/**
 * Why a backup can't be relied on.
 *
 * @param why what is wrong, as part of a sentence
 * @param manifestCounts whether its manifest can be believed all the same, and only the files are not as it says
 */
public record BackupProblem(String why, boolean manifestCounts) {}

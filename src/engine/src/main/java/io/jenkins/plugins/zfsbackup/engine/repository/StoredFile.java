package io.jenkins.plugins.zfsbackup.engine.repository;

import java.time.Instant;

/**
 * An entry of a directory in a repository.
 *
 * @param name the last part of its path
 * @param directory whether it is a directory
 * @param size in bytes; 0 for a directory
 * @param modified when it was changed last, to the second, by the server's clock
 */
public record StoredFile(String name, boolean directory, long size, Instant modified) {}

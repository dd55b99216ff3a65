package io.jenkins.plugins.zfsbackup.engine.scripts;

import java.util.Optional;

/**
 * What the name of a script's file says. The pool is not in it.
 *
 * @param layout whose name it is
 * @param dataset the dataset's name below its pool, always a single part
 * @param snapshot the snapshot that the file leads to
 * @param base the snapshot that it builds on; empty for a full stream
 */
record ScriptName(ScriptLayout layout, String dataset, String snapshot, Optional<String> base) {}

package io.jenkins.plugins.zfsbackup.engine.scripts;

import java.time.Instant;

/**
 * A backup of a script: one file, of which nothing is known but what stands in the directory.
 *
 * @param name what its name says
 * @param path below the repository's root
 * @param size in bytes
 * @param modified when it was written last, by the server's clock
 */
record ScriptFile(ScriptName name, String path, long size, Instant modified) {

    /** Its name in the directory, by which lists and messages call it. */
    String id() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    ScriptLayout layout() {
        return name.layout();
    }
}

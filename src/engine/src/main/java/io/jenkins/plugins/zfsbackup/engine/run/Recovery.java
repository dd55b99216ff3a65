package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.Compression;
import java.util.List;

/** The command line that brings a backup back without this engine. */
final class Recovery {

    private Recovery() {}

    /**
     * @param path of the backup below the repository's root
     * @param base the name of the snapshot that the target must have; empty for a full stream
     */
    static List<String> commands(String path, Compression compression, boolean encrypted, String base) {
        // Every volume is a compressed frame of its own, so that what undoes them can read them one after the other.
        String read = "for v in $(ls | grep '\\.zfs' | sort -n); do " + (encrypted ? "gpg -d" : "cat") + " \"$v\" || exit 1; done";
        String undo = compression.method().undo().isEmpty() ? "" : " | " + compression.method().undo();
        String need = base.isEmpty() ? "TARGET must not exist yet" : "TARGET must have @" + base + " as its newest snapshot";
        return List.of(
                "cd " + quoted(path),
                "set -o pipefail; (" + read + ")" + undo + " | zfs receive -u TARGET   # " + need);
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}

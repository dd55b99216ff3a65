package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.protocol.Compression;
import java.util.List;
import java.util.stream.Collectors;

/** The command line that brings a backup back without this engine. */
final class Recovery {

    private Recovery() {}

    /**
     * @param path of the backup below the repository's root
     * @param step what is stored there
     */
    static List<String> commands(String path, Compression compression, boolean encrypted, NamedStep step) {
        // Every volume is a compressed frame of its own, so that what undoes them can read them one after the other.
        String read = "for v in $(ls | grep '\\.zfs' | sort -n); do " + (encrypted ? "gpg -d" : "cat")
                + " \"$v\" || exit 1; done";
        String undo = compression.method().undo().isEmpty()
                ? ""
                : " | " + compression.method().undo();
        String need = step.base()
                .map(base ->
                        "TARGET must have @" + base.name() + " (guid " + base.guidText() + ") as its newest snapshot")
                .orElse("TARGET must not exist yet");
        return List.of(
                "cd " + quoted(path),
                "set -o pipefail; " + makeWay(step) + "(" + read + ")" + undo + " | zfs receive -u "
                        + (step.twice().isEmpty() || step.base().isEmpty() ? "TARGET" : "\"$t\"") + "   # " + need);
    }

    /** A snapshot received before may have a name that comes again here: it gives way as it does in a restore. */
    private static String makeWay(NamedStep step) {
        if (step.base().isEmpty() || step.twice().isEmpty()) {
            return "";
        }
        return "t=TARGET ; "
                + step.twice().stream()
                        .map(SnapshotId::name)
                        .map(name -> "g=$(zfs get -Hp -o value guid \"$t\"@" + quoted(name)
                                + " 2>/dev/null) && zfs rename \"$t\"@" + quoted(name) + " \"$t\"@" + quoted(name)
                                + SnapshotsOnTarget.MOVED + "\"$g\"; ")
                        .collect(Collectors.joining());
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}

package io.jenkins.plugins.zfsbackup.engine.zfs;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The commands and options that the installed tool supports, from the synopses that {@code zfs} prints without
 * arguments. They distinguish forks and versions (zfs-fuse, illumos, FreeBSD, OpenZFS) reliably, which version numbers
 * do not.
 */
final class Usage {

    private static final Pattern SYNOPSIS = Pattern.compile("\t(\\w[\\w-]*)(.*)");
    private static final Pattern OPTIONS = Pattern.compile("\\[-(\\w+)");

    private final Map<String, String> synopses;

    private Usage(Map<String, String> synopses) {
        this.synopses = synopses;
    }

    static Usage parse(List<String> lines) {
        Map<String, String> synopses = new LinkedHashMap<>();
        String command = "";
        for (String line : lines) {
            Matcher synopsis = SYNOPSIS.matcher(line);
            if (synopsis.matches()) {
                command = synopsis.group(1);
                synopses.merge(command, synopsis.group(2), (one, other) -> one + "\n" + other);
            } else if (line.startsWith("\t")) {
                synopses.computeIfPresent(command, (name, begun) -> begun + " " + line.strip());
            }
        }
        return new Usage(synopses);
    }

    boolean has(String command) {
        return synopses.containsKey(command);
    }

    boolean takes(String command, char option) {
        Matcher options = OPTIONS.matcher(synopses.getOrDefault(command, ""));
        return options.results().anyMatch(group -> group.group(1).indexOf(option) >= 0);
    }

    /** Whether the command accepts several names at once. */
    boolean takesSeveral(String command) {
        return synopses.getOrDefault(command, "").endsWith("...");
    }
}

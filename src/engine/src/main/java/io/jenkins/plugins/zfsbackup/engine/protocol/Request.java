package io.jenkins.plugins.zfsbackup.engine.protocol;

import java.util.List;
import java.util.Map;

/**
 * A command with all that it needs: the file that {@code request} reads, and deletes first thing.
 *
 * @param arguments as on the command line, the command first
 * @param secrets contents of keys and the like, in base64 in the file, by the names that options call them
 */
public record Request(List<String> arguments, Map<String, byte[]> secrets) {

    /** What an option has before the name of a secret, in place of a file's name. */
    public static final String SECRET = "request:";

    public Request {
        arguments = Absent.list(arguments);
        secrets = secrets == null ? Map.of() : Map.copyOf(secrets);
    }
}

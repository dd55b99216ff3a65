package io.jenkins.plugins.zfsbackup.engine.storage;

import java.util.regex.Pattern;

/** A word of a command line for people to copy. */
public final class ShellWord {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:@%+=,-]+");

    private ShellWord() {}

    /** The text so that a POSIX shell takes it for one word, in quotes only where it needs them. */
    public static String quoted(String text) {
        return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}

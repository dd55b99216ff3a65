package io.jenkins.plugins.zfsbackup.engine.protocol;

import java.util.Locale;
import java.util.Optional;

/**
 * How volumes are compressed.
 *
 * @param method the algorithm
 * @param level as the algorithm counts it: zstd 1 to 19, gzip 1 to 9; 0 where there is no compression
 */
public record Compression(Method method, int level) {

    /** What is taken when nothing is said. */
    public static final Compression DEFAULT = new Compression(Method.ZSTD, 1);

    /** The algorithms, each one that a stock program can undo. */
    public enum Method implements Named {
        ZSTD(".zst", "zstd -dc", 1, 1, 19),
        GZIP(".gz", "gzip -dc", 6, 1, 9),
        NONE("", "", 0, 0, 0);

        private final String suffix;
        private final String undo;
        private final int defaultLevel;
        private final int lowest;
        private final int highest;

        Method(String suffix, String undo, int defaultLevel, int lowest, int highest) {
            this.suffix = suffix;
            this.undo = undo;
            this.defaultLevel = defaultLevel;
            this.lowest = lowest;
            this.highest = highest;
        }

        /** What the name of a compressed file ends with. */
        public String suffix() {
            return suffix;
        }

        /** The stock command that undoes it, reading standard input; empty if there is nothing to undo. */
        public String undo() {
            return undo;
        }

        /** As options and documents write it. */
        @Override
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The level taken when none is given. */
        public int defaultLevel() {
            return defaultLevel;
        }
    }

    public Compression {
        if (level < method.lowest || level > method.highest) {
            throw new IllegalArgumentException(
                    method.text() + " knows the levels " + method.lowest + " to " + method.highest + ", not " + level);
        }
    }

    /**
     * Reads {@code zstd}, {@code zstd:9}, {@code gzip}, {@code gzip:1} or {@code none}.
     *
     * @return empty if the text is none of these
     */
    public static Optional<Compression> parse(String text) {
        String[] parts = text.split(":", 2);
        for (Method method : Method.values()) {
            if (method.text().equals(parts[0])) {
                try {
                    int level = parts.length == 1 ? method.defaultLevel : Integer.parseInt(parts[1]);
                    return Optional.of(new Compression(method, level));
                } catch (IllegalArgumentException e) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    /** As options write it, e.g. {@code zstd:3}. */
    public String text() {
        return method == Method.NONE ? method.text() : method.text() + ":" + level;
    }
}

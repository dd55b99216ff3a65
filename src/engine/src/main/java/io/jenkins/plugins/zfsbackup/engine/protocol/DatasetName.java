package io.jenkins.plugins.zfsbackup.engine.protocol;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A dataset's full name, from its pool down, such as {@code Datenspeicher/elabfs-LukasMetzler}.
 *
 * <p>The rules are those of ZFS (zfs(8), "ZFS File System Hierarchy", and OpenZFS {@code zfs_namecheck.c}), so that a
 * name from a manifest can neither be taken for an option nor step out of a directory.
 *
 * @param value the full name, at most {@value #MAX_LENGTH} characters
 */
public record DatasetName(String value) implements Comparable<DatasetName> {

    /** The characters that ZFS allows in a name, together with a snapshot's part of it. */
    public static final int MAX_LENGTH = 255;

    /** One part of a name. The percent sign is in ZFS's own temporary names, such as {@code %recv}. */
    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_.: %-]+");

    /**
     * @throws IllegalArgumentException if ZFS would not have such a name; the message says why
     */
    public DatasetName {
        if (value.length() > MAX_LENGTH) {
            throw invalid(value, "it is longer than " + MAX_LENGTH + " characters");
        }
        for (String part : value.split("/", -1)) {
            requirePart(value, part);
        }
        char first = value.charAt(0);
        if (!(first >= 'a' && first <= 'z' || first >= 'A' && first <= 'Z')) {
            throw invalid(value, "it does not begin with a letter");
        }
    }

    /** The name of the pool, its first part. */
    public String pool() {
        int slash = value.indexOf('/');
        return slash < 0 ? value : value.substring(0, slash);
    }

    /** The name below the pool, without a leading slash; {@code .} for the pool's root dataset. */
    public String belowPool() {
        int slash = value.indexOf('/');
        return slash < 0 ? "." : value.substring(slash + 1);
    }

    /** The dataset above this one; empty for a pool's root dataset. */
    public Optional<DatasetName> parent() {
        int slash = value.lastIndexOf('/');
        return slash < 0 ? Optional.empty() : Optional.of(new DatasetName(value.substring(0, slash)));
    }

    /** In the order of the characters, so that a dataset comes after the one above it. */
    @Override
    public int compareTo(DatasetName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }

    /** Whether ZFS has such a name behind the {@code @} or {@code #} in the full name of a snapshot or bookmark. */
    public static boolean isSnapshotName(String name) {
        return name.length() < MAX_LENGTH && PART.matcher(name).matches() && !name.equals(".") && !name.equals("..");
    }

    /** Checks what stands behind the {@code @} or {@code #} in the full name of a snapshot or bookmark. */
    public static void requireSuffix(DatasetName dataset, char separator, String name) {
        String full = dataset.value + separator + name;
        if (full.length() > MAX_LENGTH) {
            throw invalid(full, "it is longer than " + MAX_LENGTH + " characters");
        }
        requirePart(full, name);
    }

    private static void requirePart(String whole, String part) {
        if (part.isEmpty()) {
            throw invalid(whole, "a part of it is empty");
        }
        if (!PART.matcher(part).matches()) {
            throw invalid(
                    whole, "it has a character other than letters, digits, and '_', '-', '.', ':', '%' and space");
        }
        if (part.equals(".") || part.equals("..")) {
            throw invalid(whole, "'" + part + "' may not be a part of it");
        }
    }

    private static IllegalArgumentException invalid(String name, String why) {
        return new IllegalArgumentException("'" + name + "' is not a name that ZFS takes: " + why);
    }
}

package io.jenkins.plugins.zfsbackup.engine.storage;

import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;

/**
 * What every {@link Storage} asks of a path before it goes anywhere near a file system: relative, {@code /} between the
 * parts, and no part that leads out of the root. Names come from manifests and from listings of a server that need not
 * be honest.
 */
public final class StoragePath {

    private StoragePath() {}

    /**
     * Gives the path back if it stays below the root.
     *
     * @throws RepositoryException of kind REFUSED if it is absolute, has an empty part, {@code .}, {@code ..}, or a NUL
     */
    public static String checked(String path) throws RepositoryException {
        if (path.isEmpty()) {
            return path;
        }
        for (String part : path.split("/", -1)) {
            if (!isName(part)) {
                throw new RepositoryException(
                        RepositoryException.Kind.REFUSED,
                        "looking at \"" + path + "\"",
                        "that is no path below the repository's root",
                        "");
            }
        }
        return path;
    }

    /** Whether this can be the name of one file or directory. */
    public static boolean isName(String part) {
        return !part.isEmpty()
                && !part.equals(".")
                && !part.equals("..")
                && part.indexOf('/') < 0
                && part.indexOf('\0') < 0;
    }

    /** The path of an entry of a directory. */
    public static String child(String directory, String name) {
        return directory.isEmpty() ? name : directory + "/" + name;
    }

    /** The directory a path lies in; the empty path for what lies in the root. */
    public static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }
}

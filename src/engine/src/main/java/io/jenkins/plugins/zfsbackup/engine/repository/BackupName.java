package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The names of directories in a repository: made to be read with {@code ls}. What counts is the manifest, not the name.
 *
 * <p>ZFS allows letters, digits, {@code - _ . :} and spaces in names, all of which stand as they are. A dataset whose
 * name would read like a backup's has its dots written {@code %2E}, and every dataset its percent signs {@code %25}. File
 * systems end names at 255 bytes, so that long ones are shortened and carry the guid instead.
 */
final class BackupName {

    static final String FULL = ".full";
    static final String FROM = ".from.";
    /** Leaves room for the dot, {@code .partial-} and the random part below a file system's 255 bytes. */
    private static final int LONGEST = 220;

    private BackupName() {}

    /** The directory of a dataset below the repository's root. */
    static String datasetDirectory(String dataset) {
        StringBuilder path = new StringBuilder();
        for (String part : dataset.split("/")) {
            boolean likeABackup = part.endsWith(FULL) || part.contains(FROM) || part.startsWith(".");
            String plain = part.replace("%", "%25");
            path.append(path.isEmpty() ? "" : "/").append(likeABackup ? plain.replace(".", "%2E") : plain);
        }
        return path.toString();
    }

    /** Where a backup lies below the root. */
    static String path(String dataset, String id) {
        return datasetDirectory(dataset) + "/" + id;
    }

    /** The dataset whose directory has this name; the inverse of {@link #datasetDirectory}. */
    static String dataset(String directory) {
        return directory.replace("%2E", ".").replace("%25", "%");
    }

    /** Whether a directory may belong to this name: slashes stand between its parts only. */
    static boolean hasDirectory(String dataset) {
        return !dataset.startsWith("/") && !dataset.endsWith("/") && !dataset.contains("//");
    }

    /** The directory of a backup below its dataset's. */
    static String backup(SnapshotId snapshot, Optional<SnapshotId> base) {
        String name = base.isEmpty() ? snapshot.name() + FULL : snapshot.name() + FROM + base.get().name();
        if (bytes(name) <= LONGEST && !name.startsWith(".")) {
            return name;
        }
        String to = shortened(snapshot);
        return base.isEmpty() ? to + FULL : to + FROM + shortened(base.get());
    }

    private static String shortened(SnapshotId id) {
        String head = id.name().substring(0, Math.min(60, id.name().length()));
        return (head.startsWith(".") ? "_" + head : head) + "~" + Long.toHexString(id.guid());
    }

    /** Whether an entry of a dataset's directory is a published backup, going by its name; old scripts' files have an {@code @}. */
    static boolean isBackup(String name) {
        return !name.startsWith(".") && name.indexOf('@') < 0 && (name.endsWith(FULL) || name.contains(FROM));
    }

    /** Whether an entry of a directory may be a dataset's directory. */
    static boolean isDataset(String name) {
        return !name.startsWith(".") && !isBackup(name);
    }

    private static int bytes(String name) {
        return name.getBytes(StandardCharsets.UTF_8).length;
    }
}

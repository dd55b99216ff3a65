package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The names of directories in a repository: made to be read with {@code ls}. What counts is the manifest, not the name.
 *
 * <p>ZFS allows letters, digits, {@code - _ . :} and spaces in names, all of which stand as they are. A dataset whose
 * name would read like a backup's has its dots written {@code %2E}, and every dataset its percent signs {@code %25}.
 * Two snapshots of one name are told apart by the guid behind the name of the later one. File systems end names at 255
 * bytes, so that long ones are shortened and carry the guid as well.
 */
final class BackupName {

    static final String FULL = ".full";
    static final String FROM = ".from.";
    /** Leaves room for the dot, {@code .partial-} and the random part below a file system's 255 bytes. */
    private static final int LONGEST = 220;
    /** The characters of a snapshot's name that stand before its guid. */
    private static final int HEAD = 60;

    private static final Pattern AGAIN = Pattern.compile("(~[1-9][0-9]{0,3})?");
    /** A name with a guid, and the number of another try. */
    private static final Pattern TRY = Pattern.compile("(~[0-9]{1,20})~[1-9][0-9]{0,3}$");

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

    /**
     * The directory of a backup below its dataset's, from the names of its snapshots as {@link #plain} or
     * {@link #withGuid} give them.
     */
    static String backup(String snapshot, Optional<String> base) {
        return snapshot + base.map(name -> FROM + name).orElse(FULL);
    }

    /** Whether a snapshot's name alone is short enough, and visible, in the name of a backup. */
    static boolean fits(String backup) {
        return bytes(backup) <= LONGEST && !backup.startsWith(".");
    }

    /** A snapshot's name as it is. */
    static String plain(SnapshotId id) {
        return id.name();
    }

    /** A snapshot's name, shortened if need be, that no other snapshot has: ZFS has no name with a {@code ~} in it. */
    static String withGuid(SnapshotId id) {
        String head = id.name().substring(0, Math.min(HEAD, id.name().length()));
        return (head.startsWith(".") ? "_" + head : head) + "~" + id.guidText();
    }

    /**
     * Whether a directory may be that of a backup of these snapshots: each called by its name, or by its name and guid,
     * where another try may have a number behind it.
     */
    static boolean isOf(String backup, SnapshotId snapshot, Optional<SnapshotId> base) {
        List<String> ends =
                base.map(id -> List.of(FROM + plain(id), FROM + withGuid(id))).orElse(List.of(FULL));
        return ends.stream()
                .filter(backup::endsWith)
                .map(end -> backup.substring(0, backup.length() - end.length()))
                .anyMatch(name -> name.equals(plain(snapshot))
                        || name.startsWith(withGuid(snapshot))
                                && AGAIN.matcher(name.substring(
                                                withGuid(snapshot).length()))
                                        .matches());
    }

    /**
     * What a backup's name may call the snapshot that it leads to, as {@link #plain} or {@link #withGuid} give it. A
     * snapshot's name may look like the seam to the base's, so that there can be several; none if it is no name of a
     * backup.
     */
    static List<String> mayLeadTo(String backup) {
        List<String> labels = new ArrayList<>();
        if (isBackup(backup) && backup.endsWith(FULL)) {
            labels.add(backup.substring(0, backup.length() - FULL.length()));
        }
        for (int i = isBackup(backup) ? backup.indexOf(FROM) : -1; i >= 0; i = backup.indexOf(FROM, i + 1)) {
            labels.add(backup.substring(0, i));
        }
        return labels.stream()
                .map(label -> TRY.matcher(label).replaceFirst("$1"))
                .toList();
    }

    /** Whether a backup's name calls the snapshot that it leads to by its guid. */
    static boolean tellsGuid(String backup, SnapshotId snapshot) {
        return backup.startsWith(withGuid(snapshot) + ".") || backup.startsWith(withGuid(snapshot) + "~");
    }

    /**
     * Whether an entry of a dataset's directory is a published backup, going by its name; old scripts' files have an
     * {@code @}.
     */
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

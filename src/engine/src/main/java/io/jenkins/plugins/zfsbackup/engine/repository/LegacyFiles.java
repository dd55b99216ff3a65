package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.repository.LegacyLayout.Reading;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.StoragePath;
import io.jenkins.plugins.zfsbackup.engine.storage.StoredFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;

/** Finds the files of the old scripts' layouts. */
final class LegacyFiles {

    private static final List<LegacyLayout> LAYOUTS = List.of(new FlatGpg(), new MemberGzip());

    private final Storage storage;
    /** Once seen to be so: a repository without such files is not searched for them again for each of its datasets. */
    private volatile boolean noneInRoot;

    LegacyFiles(Storage storage) {
        this.storage = storage;
    }

    /**
     * The files of one dataset.
     *
     * @param files those that can be used, going by their names
     * @param unclear those that look like it, and can't
     */
    record Found(List<LegacyFile> files, List<Listing.Damaged> unclear) {}

    /** What lies in the root, whatever its pool. */
    Found flat(String belowPool) throws BackupException {
        if (!noneInRoot && flatNames().isEmpty()) {
            noneInRoot = true;
        }
        return noneInRoot ? new Found(List.of(), List.of()) : in("", belowPool);
    }

    /** Says that there will be files in the root. */
    void expectInRoot() {
        noneInRoot = false;
    }

    /** What lies in a member's directory; nothing if the dataset is no member's. */
    Found member(String belowPool) throws BackupException {
        return belowPool.startsWith(MemberGzip.PREFIX)
                ? in(belowPool.substring(MemberGzip.PREFIX.length()), belowPool)
                : new Found(List.of(), List.of());
    }

    private Found in(String directory, String belowPool) throws BackupException {
        List<StoredFile> entries;
        try {
            entries = storage.list(directory).orElse(List.of());
        } catch (RepositoryException e) {
            if (e.outOfReach() || directory.isEmpty()) {
                throw e;
            }
            return new Found(List.of(), List.of(new Listing.Damaged(directory + "/", e.said())));
        }
        List<LegacyFile> files = new ArrayList<>();
        List<Listing.Damaged> unclear = new ArrayList<>();
        for (StoredFile entry : entries) {
            if (entry.directory() || !entry.name().startsWith(belowPool + "@")) {
                continue;
            }
            Reading reading = reading(directory, entry.name()).orElse(null);
            if (reading instanceof Reading.Clear clear) {
                String path = StoragePath.child(directory, entry.name());
                if (entry.unreadable().isPresent()) {
                    unclear.add(
                            new Listing.Damaged(entry.name(), entry.unreadable().get()));
                } else if (entry.size() == 0) {
                    unclear.add(damaged(entry, "it is empty: whoever wrote it ended before the first byte"));
                } else {
                    files.add(new LegacyFile(clear.name(), path, entry.size(), entry.modified()));
                }
            } else if (reading instanceof Reading.Unclear bad) {
                unclear.add(damaged(entry, bad.why()));
            }
        }
        return new Found(files, unclear);
    }

    private static Listing.Damaged damaged(StoredFile entry, String why) {
        return new Listing.Damaged(entry.name(), why, Optional.of(entry.modified()), Optional.empty());
    }

    private static Optional<Reading> reading(String directory, String file) {
        return LAYOUTS.stream()
                .flatMap(layout -> layout.read(directory, file).stream())
                .findFirst();
    }

    /** The names below their pool of all datasets that have files in the root, clear or not. */
    Set<String> flatNames() throws BackupException {
        return names("", storage.list(""));
    }

    /**
     * The names below their pool of all datasets that have files in a directory of the root. A directory that can't be
     * listed is passed over: whoever looks for datasets finds it too, and says so.
     */
    Set<String> memberNames() throws BackupException {
        Set<String> names = new TreeSet<>();
        for (String member : members()) {
            names.addAll(names(member, listed(member)));
        }
        return names;
    }

    private List<String> members() throws BackupException {
        return storage.list("").orElse(List.of()).stream()
                .filter(entry -> entry.directory() && !entry.name().startsWith("."))
                .map(StoredFile::name)
                .toList();
    }

    private Optional<List<StoredFile>> listed(String directory) throws BackupException {
        try {
            return storage.list(directory);
        } catch (RepositoryException e) {
            if (e.outOfReach()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** Where unfinished files in the root lie, by their datasets' names below the pool. */
    Map<String, List<String>> unfinishedFlat() throws BackupException {
        Map<String, List<String>> found = new TreeMap<>();
        unfinished("", storage.list("").orElse(List.of()), found);
        return found;
    }

    /** Where unfinished files in the directories of members lie, by their datasets' names below the pool. */
    Map<String, List<String>> unfinishedMembers() throws BackupException {
        Map<String, List<String>> found = new TreeMap<>();
        for (String member : members()) {
            unfinished(member, listed(member).orElse(List.of()), found);
        }
        return found;
    }

    private static void unfinished(String directory, List<StoredFile> entries, Map<String, List<String>> found) {
        for (StoredFile entry : entries) {
            Matcher name = LegacyWriter.UNFINISHED.matcher(entry.name());
            if (!entry.directory() && name.matches()) {
                found.computeIfAbsent(name.group(1), any -> new ArrayList<>())
                        .add(StoragePath.child(directory, entry.name()));
            }
        }
    }

    private static Set<String> names(String directory, Optional<List<StoredFile>> entries) {
        Set<String> names = new TreeSet<>();
        entries.orElse(List.of()).stream()
                .filter(entry -> !entry.directory() && entry.name().indexOf('@') > 0)
                .filter(entry -> reading(directory, entry.name()).isPresent())
                .map(entry -> entry.name().substring(0, entry.name().indexOf('@')))
                .filter(name -> LegacyLayout.ZFS_NAME.matcher(name).matches())
                .forEach(names::add);
        return names;
    }
}

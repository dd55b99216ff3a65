package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.repository.LegacyLayout.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

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
        List<LegacyFile> files = new ArrayList<>();
        List<Listing.Damaged> unclear = new ArrayList<>();
        for (StoredFile entry : storage.list(directory).orElse(List.of())) {
            if (entry.directory() || !entry.name().startsWith(belowPool + "@")) {
                continue;
            }
            Reading reading = reading(directory, entry.name()).orElse(null);
            if (reading instanceof Reading.Clear clear) {
                String path = StoragePath.child(directory, entry.name());
                if (entry.size() == 0) {
                    unclear.add(new Listing.Damaged(entry.name(), "it is empty: whoever wrote it ended before the first byte"));
                } else {
                    files.add(new LegacyFile(clear.name(), path, entry.size(), entry.modified()));
                }
            } else if (reading instanceof Reading.Unclear bad) {
                unclear.add(new Listing.Damaged(entry.name(), bad.why()));
            }
        }
        return new Found(files, unclear);
    }

    private static Optional<Reading> reading(String directory, String file) {
        return LAYOUTS.stream().flatMap(layout -> layout.read(directory, file).stream()).findFirst();
    }

    /** The names below their pool of all datasets that have files in the root, clear or not. */
    Set<String> flatNames() throws BackupException {
        return names("", storage.list(""));
    }

    /** The names below their pool of all datasets that have files in a directory of the root. */
    Set<String> memberNames() throws BackupException {
        Set<String> names = new TreeSet<>();
        for (StoredFile entry : storage.list("").orElse(List.of())) {
            if (entry.directory() && !entry.name().startsWith(".")) {
                names.addAll(names(entry.name(), storage.list(entry.name())));
            }
        }
        return names;
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

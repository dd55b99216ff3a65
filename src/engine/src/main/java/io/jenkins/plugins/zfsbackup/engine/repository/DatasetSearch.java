package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.UnexpectedException;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.storage.ParallelReads;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.StoragePath;
import io.jenkins.plugins.zfsbackup.engine.storage.StoredFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds the datasets in a repository's tree of directories, level by level. A directory that can't be looked into hides
 * nothing beside it: it is named, with the reason. Symbolic links are followed, as an administrator may have moved a
 * dataset to another disk; one that leads back to a directory above it is not.
 */
final class DatasetSearch {

    /** Where a server does not tell where links lead, links to each other end here. */
    private static final int MOST_LINKS = 1000;

    /** More than any pool has datasets. What a link leads to may be a whole system's files. */
    private static final int MOST_DIRECTORIES = 200_000;

    private final Storage storage;
    private final ParallelReads directories;
    private final TreeSet<String> datasets = new TreeSet<>();
    private final SortedMap<String, String> unreadable = new TreeMap<>();
    private final SortedMap<String, List<String>> unfinished = new TreeMap<>();
    private int links;
    private int places;

    DatasetSearch(Storage storage) {
        this.storage = storage;
        this.directories = new ParallelReads(storage);
    }

    /**
     * A directory to look into.
     *
     * @param path below the root
     * @param real where it lies, and where those above it do, all links followed
     */
    private record Place(String path, List<String> real) {}

    /** What became of the look at a directory: exactly one of the two. */
    private record Looked(Place place, Optional<List<StoredFile>> entries, Optional<String> why) {}

    /** @throws RepositoryException if nothing can be found out: the root can't be listed, or is out of reach */
    DatasetTree find() throws BackupException {
        Optional<List<StoredFile>> root = storage.list("");
        if (root.isPresent()) {
            List<Place> level = below(new Place("", List.of(storage.realPath(""))), root.get());
            while (!level.isEmpty()) {
                List<Place> next = new ArrayList<>();
                for (Looked looked : directories.ask(level, this::look)) {
                    looked.why().ifPresent(why -> refuse(looked.place().path(), why));
                    if (looked.entries().isPresent()) {
                        next.addAll(below(looked.place(), looked.entries().get()));
                    }
                }
                level = next;
            }
        }
        return new DatasetTree(List.copyOf(datasets), unreadable, unfinished);
    }

    private Looked look(Place place) throws BackupException {
        try {
            // Gone since it was seen: then nothing is in it.
            List<StoredFile> entries = storage.list(place.path()).orElse(List.of());
            return new Looked(place, Optional.of(entries), Optional.empty());
        } catch (RepositoryException e) {
            if (e.outOfReach()) {
                throw e;
            }
            return new Looked(place, Optional.empty(), Optional.of(e.said()));
        } catch (RuntimeException | Error e) {
            String said = UnexpectedException.of("listing " + place.path(), e).said();
            return new Looked(place, Optional.empty(), Optional.of(said));
        }
    }

    /** Notes what a directory has, and gives the directories in it that are to be looked into. */
    private List<Place> below(Place place, List<StoredFile> entries) throws BackupException {
        List<Place> next = new ArrayList<>();
        boolean inDataset = !place.path().isEmpty();
        String dataset = BackupName.dataset(place.path());
        for (StoredFile entry : entries) {
            String path = StoragePath.child(place.path(), entry.name());
            if (inDataset && BackupName.isBackup(entry.name())) {
                datasets.add(dataset);
            } else if (inDataset && entry.directory() && entry.name().contains(Repository.PARTIAL)) {
                unfinished.computeIfAbsent(dataset, name -> new ArrayList<>()).add(path);
            } else if (mayBeDataset(path, entry)) {
                if (entry.unreadable().isPresent()) {
                    refuse(path, entry.unreadable().get());
                } else if (entry.directory()) {
                    place(place, path, entry).ifPresent(next::add);
                }
            }
        }
        return next;
    }

    private static boolean mayBeDataset(String path, StoredFile entry) {
        if (!BackupName.isDataset(entry.name())) {
            return false;
        }
        try {
            new DatasetName(BackupName.dataset(path));
            return true;
        } catch (IllegalArgumentException e) {
            // Something that others keep there, such as lost+found.
            return false;
        }
    }

    private Optional<Place> place(Place above, String path, StoredFile entry) throws BackupException {
        Optional<String> real = entry.link() ? target(path) : Optional.of(child(above, entry.name()));
        if (real.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> refused = refusal(above, entry, real.get());
        if (refused.isPresent()) {
            refuse(path, refused.get());
            return Optional.empty();
        }
        List<String> all = new ArrayList<>(above.real());
        all.add(real.get());
        return Optional.of(new Place(path, all));
    }

    private Optional<String> refusal(Place above, StoredFile entry, String real) {
        if (above.real().contains(real)) {
            return Optional.of("it leads back to a directory above it, and is not followed");
        }
        if (entry.link() && ++links > MOST_LINKS) {
            return Optional.of("it is one of more than " + MOST_LINKS + " symbolic links, and is not followed");
        }
        return ++places > MOST_DIRECTORIES
                ? Optional.of(
                        "there are more than " + MOST_DIRECTORIES + " directories, and this one was not looked into")
                : Optional.empty();
    }

    private static String child(Place above, String name) {
        String last = above.real().get(above.real().size() - 1);
        return (last.endsWith("/") ? last : last + "/") + name;
    }

    private Optional<String> target(String link) throws BackupException {
        try {
            return Optional.of(storage.realPath(link));
        } catch (RepositoryException e) {
            if (e.outOfReach()) {
                throw e;
            }
            refuse(link, e.said());
            return Optional.empty();
        }
    }

    private void refuse(String path, String why) {
        unreadable.put(BackupName.dataset(path), why);
    }
}

package io.jenkins.plugins.zfsbackup.engine.scripts;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.repository.AdoptedBackups;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.RootFile;
import io.jenkins.plugins.zfsbackup.engine.scripts.ScriptLayout.Reading;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.StoragePath;
import io.jenkins.plugins.zfsbackup.engine.storage.StoredFile;
import io.jenkins.plugins.zfsbackup.engine.stream.VolumeFormat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;

/** The files that scripts have stored in a repository's place, found by their names. */
public final class ScriptFiles implements AdoptedBackups {

    /** Where the root file keeps the pool of the encrypted files, whose names don't tell it. */
    private static final String FLAT_POOL = "flatPool";

    private final Storage storage;
    private final RootFile root;
    private final StreamHeads heads;
    /** All that were listed, by their ids. */
    private final Map<String, ScriptFile> listed = new ConcurrentHashMap<>();
    /** Once seen to be so: a repository without such files is not searched for them again for each of its datasets. */
    private volatile boolean noneInRoot;

    /** @param decrypt opens those that are encrypted; without it their guids are not known */
    public ScriptFiles(Storage storage, Optional<VolumeFormat.Decrypt> decrypt) {
        this.storage = storage;
        this.root = new RootFile(storage);
        this.heads = new StreamHeads(storage, decrypt);
    }

    Storage storage() {
        return storage;
    }

    /** The file of a backup; empty if no script has stored it. */
    Optional<ScriptFile> file(StoredBackup backup) {
        return Optional.ofNullable(listed.get(backup.id()));
    }

    /** Lets later listings know what somebody has found by reading a whole file. */
    void learn(ScriptFile file, StreamInside inside) {
        heads.learn(file, inside);
    }

    /** Says that a file is about to be stored. */
    void expect() {
        noneInRoot = false;
    }

    /**
     * Writes down, once and for all, which pool the encrypted files in the root belong to, if they are this one's. The
     * repository must be initialized.
     *
     * @param belowPool the names below the pool of its datasets
     * @param writing whether this pool's run is about to write such files
     * @throws UsageException if it is about to, and they are another pool's: the names would be mixed up
     */
    void claim(String pool, Set<String> belowPool, boolean writing) throws BackupException {
        Optional<String> owner = root.field(FLAT_POOL);
        if (owner.isPresent()) {
            if (writing && !owner.get().equals(pool)) {
                throw new UsageException(
                        "backing up " + pool + " in the layout "
                                + new FlatGpg().layout().text(),
                        "the files of that layout in " + storage.address() + " belong to the pool " + owner.get()
                                + ", and their names don't tell the pool",
                        "Choose another directory, or another layout.");
            }
            return;
        }
        if (writing
                || names("", storage.list("").orElse(List.of())).stream()
                        .anyMatch(name -> belowPool.contains(name.dataset()))) {
            root.setField(FLAT_POOL, pool);
        }
    }

    /** A directory in which such files may lie, and what is in it. */
    private record Place(String directory, List<StoredFile> entries) {}

    /**
     * The root and all directories in it. One that can't be listed is passed over: whoever looks for datasets finds it
     * too, and says so.
     */
    private List<Place> places() throws BackupException {
        List<StoredFile> entries = storage.list("").orElse(List.of());
        List<Place> places = new ArrayList<>();
        places.add(new Place("", entries));
        for (StoredFile entry : entries) {
            if (entry.directory() && !entry.name().startsWith(".")) {
                places.add(new Place(entry.name(), listed(entry.name())));
            }
        }
        return places;
    }

    private List<StoredFile> listed(String directory) throws BackupException {
        try {
            return storage.list(directory).orElse(List.of());
        } catch (RepositoryException e) {
            if (e.outOfReach()) {
                throw e;
            }
            return List.of();
        }
    }

    /** The name of a dataset below its pool, which its files in some layout tell. */
    private record Named(ScriptLayout layout, String dataset) {}

    /** Of all that have files in a directory, clear or not. */
    private static Set<Named> names(String directory, List<StoredFile> entries) {
        Set<Named> names = new LinkedHashSet<>();
        for (StoredFile entry : entries) {
            int at = entry.name().indexOf('@');
            if (!entry.directory() && at > 0) {
                String name = entry.name().substring(0, at);
                ScriptLayout.ALL.stream()
                        .filter(layout -> layout.read(directory, entry.name()).isPresent())
                        .filter(layout -> ScriptLayout.ZFS_NAME.matcher(name).matches())
                        .forEach(layout -> names.add(new Named(layout, name)));
            }
        }
        return names;
    }

    @Override
    public Set<String> datasets() throws BackupException {
        Set<String> found = new TreeSet<>();
        for (Place place : places()) {
            for (Named name : names(place.directory(), place.entries())) {
                found.add(pool(name).orElse(UNKNOWN_POOL) + "/" + name.dataset());
            }
        }
        return found;
    }

    /** The pool that files of a dataset belong to. */
    private Optional<String> pool(Named name) throws BackupException {
        if (name.layout().encrypted()) {
            return root.field(FLAT_POOL);
        }
        for (ScriptFile file : found(name.layout(), name.dataset(), new ArrayList<>())) {
            try {
                Optional<String> pool = heads.of(file).map(inside -> pool(inside.dataset()));
                if (pool.isPresent()) {
                    return pool;
                }
            } catch (IntegrityException e) {
                // The listing names it as damaged; another file may tell.
                continue;
            } catch (RepositoryException e) {
                if (e.outOfReach()) {
                    throw e;
                }
            }
        }
        return Optional.empty();
    }

    private static String pool(String dataset) {
        return dataset.split("/", 2)[0];
    }

    @Override
    public Map<String, List<String>> unfinished() throws BackupException {
        String flatPool = root.field(FLAT_POOL).orElse(UNKNOWN_POOL);
        Map<String, List<String>> found = new TreeMap<>();
        for (Place place : places()) {
            // Nothing tells the pool of a file in a directory before it has a stream in it.
            String pool = place.directory().isEmpty() ? flatPool : UNKNOWN_POOL;
            for (StoredFile entry : place.entries()) {
                Matcher name = ScriptBackup.UNFINISHED.matcher(entry.name());
                if (!entry.directory() && name.matches()) {
                    found.computeIfAbsent(pool + "/" + name.group(1), any -> new ArrayList<>())
                            .add(StoragePath.child(place.directory(), entry.name()));
                }
            }
        }
        return found;
    }

    /** Removes what runs that did not get to the end of it have left of a dataset. Its lock must be held. */
    void removeUnfinished(ScriptLayout layout, DatasetName dataset) throws BackupException {
        String directory = layout.directory(dataset);
        for (StoredFile entry : storage.list(directory).orElse(List.of())) {
            Matcher name = ScriptBackup.UNFINISHED.matcher(entry.name());
            if (!entry.directory() && name.matches() && name.group(1).equals(dataset.belowPool())) {
                storage.deleteFile(StoragePath.child(directory, entry.name()));
            }
        }
    }

    @Override
    public Found of(String dataset, List<StoredBackup> manifested) throws BackupException {
        List<ScriptFile> usable = new ArrayList<>();
        List<Listing.Damaged> damaged = new ArrayList<>();
        Map<ScriptFile, StreamInside> inside = new HashMap<>();
        for (ScriptFile file : filesOf(dataset, damaged)) {
            try {
                Optional<StreamInside> known = heads.of(file);
                if (known.isPresent() && isOfOtherPool(file, known.get(), dataset)) {
                    continue;
                }
                boolean full = file.name().base().isEmpty();
                if (known.isPresent() && full != (known.get().fromGuid() == 0)) {
                    String said = full ? "full" : "incremental";
                    damaged.add(damaged(file, "its name says that it is " + said + ", the stream in it is not"));
                    continue;
                }
                known.ifPresent(stream -> inside.put(file, stream));
                usable.add(file);
            } catch (IntegrityException e) {
                damaged.add(damaged(file, e.said()));
            } catch (RepositoryException e) {
                if (e.outOfReach()) {
                    throw e;
                }
                damaged.add(damaged(file, e.said()));
            }
        }
        Map<String, Instant> modified = new HashMap<>();
        for (ScriptFile file : usable) {
            listed.put(file.id(), file);
            modified.put(file.id(), file.modified());
        }
        return new Found(new ScriptBackups(usable, inside, manifested).backups(), damaged, modified);
    }

    /** The encrypted files belong to the pool that is written down, whatever it was called then. */
    private static boolean isOfOtherPool(ScriptFile file, StreamInside inside, String dataset) {
        return !file.layout().encrypted()
                && !List.of(UNKNOWN_POOL, pool(inside.dataset())).contains(pool(dataset));
    }

    private static Listing.Damaged damaged(ScriptFile file, String why) {
        return new Listing.Damaged(file.id(), why, Optional.of(file.modified()), Optional.empty());
    }

    private List<ScriptFile> filesOf(String dataset, List<Listing.Damaged> unclear) throws BackupException {
        int slash = dataset.indexOf('/');
        if (slash < 0 || dataset.indexOf('/', slash + 1) >= 0) {
            return List.of();
        }
        List<ScriptFile> files = new ArrayList<>();
        for (ScriptLayout layout : ScriptLayout.ALL) {
            List<Listing.Damaged> bad = new ArrayList<>();
            List<ScriptFile> found = found(layout, dataset.substring(slash + 1), bad);
            boolean any = !found.isEmpty() || !bad.isEmpty();
            if (any && (!layout.encrypted() || mayBeIn(pool(dataset)))) {
                files.addAll(found);
                unclear.addAll(bad);
            }
        }
        return files;
    }

    private boolean mayBeIn(String pool) throws BackupException {
        return pool.equals(UNKNOWN_POOL)
                || root.field(FLAT_POOL).map(pool::equals).orElse(true);
    }

    /** @param unclear gets the files that look like a dataset's, and can't be used */
    private List<ScriptFile> found(ScriptLayout layout, String belowPool, List<Listing.Damaged> unclear)
            throws BackupException {
        Optional<String> place = layout.place(belowPool);
        if (place.isEmpty()) {
            return List.of();
        }
        String directory = place.get();
        List<ScriptFile> files = new ArrayList<>();
        for (StoredFile entry : entries(directory, unclear)) {
            if (entry.directory() || !entry.name().startsWith(belowPool + "@")) {
                continue;
            }
            Reading reading = layout.read(directory, entry.name()).orElse(null);
            if (reading instanceof Reading.Clear clear) {
                if (entry.unreadable().isPresent()) {
                    unclear.add(
                            new Listing.Damaged(entry.name(), entry.unreadable().get()));
                } else if (entry.size() == 0) {
                    unclear.add(damaged(entry, "it is empty: whoever wrote it ended before the first byte"));
                } else {
                    String path = StoragePath.child(directory, entry.name());
                    files.add(new ScriptFile(clear.name(), path, entry.size(), entry.modified()));
                }
            } else if (reading instanceof Reading.Unclear bad) {
                unclear.add(damaged(entry, bad.why()));
            }
        }
        return files;
    }

    private List<StoredFile> entries(String directory, List<Listing.Damaged> unclear) throws BackupException {
        if (directory.isEmpty() && noneInRoot) {
            return List.of();
        }
        try {
            List<StoredFile> entries = storage.list(directory).orElse(List.of());
            if (directory.isEmpty() && names("", entries).isEmpty()) {
                noneInRoot = true;
            }
            return entries;
        } catch (RepositoryException e) {
            if (e.outOfReach() || directory.isEmpty()) {
                throw e;
            }
            unclear.add(new Listing.Damaged(directory + "/", e.said()));
            return List.of();
        }
    }

    private static Listing.Damaged damaged(StoredFile entry, String why) {
        return new Listing.Damaged(entry.name(), why, Optional.of(entry.modified()), Optional.empty());
    }
}

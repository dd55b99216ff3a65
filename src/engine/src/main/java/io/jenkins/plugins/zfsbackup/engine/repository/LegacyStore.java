package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.protocol.Layout;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What old scripts have stored in the repository, in layouts of their own ({@link LegacyLayout}), without manifests.
 */
final class LegacyStore {

    private final Storage storage;
    private final RootFile root;
    private final LegacyFiles files;
    private final LegacyHeads heads;

    LegacyStore(Storage storage, RootFile root) {
        this.storage = storage;
        this.root = root;
        this.files = new LegacyFiles(storage);
        this.heads = new LegacyHeads(storage);
    }

    /** As {@link Repository#claimFlatFiles}. */
    void claimFlatFiles(String pool, Collection<String> belowPool, boolean writing) throws BackupException {
        Optional<String> owner = root.flatPool();
        if (owner.isPresent()) {
            if (writing && !owner.get().equals(pool)) {
                throw new UsageException(
                        "backing up " + pool + " in the layout " + Layout.FLAT_GPG.text(),
                        "the files of that layout in " + storage.address() + " belong to the pool " + owner.get()
                                + ", and their names don't tell the pool",
                        "Choose another directory, or another layout.");
            }
            return;
        }
        if (writing || files.flatNames().stream().anyMatch(belowPool::contains)) {
            root.setFlatPool(pool);
        }
    }

    /** The names of all datasets that have files. */
    Set<String> datasets() throws BackupException {
        Set<String> found = new TreeSet<>();
        String flatPool = root.flatPool().orElse(Repository.UNKNOWN_POOL);
        files.flatNames().forEach(name -> found.add(flatPool + "/" + name));
        for (String name : files.memberNames()) {
            found.add(memberPool(name).orElse(Repository.UNKNOWN_POOL) + "/" + name);
        }
        return found;
    }

    /** Where unfinished files lie, by dataset; of a member's the pool is not known. */
    Map<String, List<String>> unfinished() throws BackupException {
        String flatPool = root.flatPool().orElse(Repository.UNKNOWN_POOL);
        Map<String, List<String>> found = new HashMap<>();
        files.unfinishedFlat().forEach((name, paths) -> found.put(flatPool + "/" + name, paths));
        files.unfinishedMembers()
                .forEach((name, paths) -> found.merge(
                        Repository.UNKNOWN_POOL + "/" + name,
                        paths,
                        (some, others) ->
                                Stream.concat(some.stream(), others.stream()).toList()));
        return found;
    }

    private Optional<String> memberPool(String belowPool) throws BackupException {
        for (LegacyFile file : files.member(belowPool).files()) {
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
                continue;
            }
        }
        return Optional.empty();
    }

    /**
     * What there is of one dataset.
     *
     * @param backups those that can be used
     * @param files by the identifiers of their backups
     * @param damaged those that can't be used
     */
    record Found(List<StoredBackup> backups, Map<String, LegacyFile> files, List<Listing.Damaged> damaged) {}

    /**
     * @param manifested the dataset's backups with a manifest, which tell guids of snapshots that the files only name
     */
    Found of(String dataset, List<StoredBackup> manifested) throws BackupException {
        Map<String, LegacyFile> usable = new HashMap<>();
        List<Listing.Damaged> damaged = new ArrayList<>();
        Map<LegacyFile, StreamInside> inside = new HashMap<>();
        for (LegacyFile file : filesOf(dataset, damaged)) {
            try {
                Optional<StreamInside> known = heads.of(file);
                // The files of the layout flat-gpg belong to the pool that is written down, whatever it was called
                // then.
                boolean ofOtherPool = file.name().layout() == Layout.MEMBER_GZIP
                        && known.isPresent()
                        && !List.of(Repository.UNKNOWN_POOL, pool(known.get().dataset()))
                                .contains(pool(dataset));
                boolean full = file.name().base().isEmpty();
                if (ofOtherPool) {
                    continue;
                } else if (known.isPresent() && full != (known.get().fromGuid() == 0)) {
                    damaged.add(damaged(
                            file,
                            "its name says that it is " + (full ? "full" : "incremental")
                                    + ", the stream in it is not"));
                    continue;
                }
                known.ifPresent(stream -> inside.put(file, stream));
                usable.put(file.id(), file);
            } catch (IntegrityException e) {
                damaged.add(damaged(file, e.said()));
            } catch (RepositoryException e) {
                if (e.outOfReach()) {
                    throw e;
                }
                damaged.add(damaged(file, e.said()));
            }
        }
        return new Found(
                new LegacyBackups(List.copyOf(usable.values()), inside, manifested).backups(), usable, damaged);
    }

    private static Listing.Damaged damaged(LegacyFile file, String why) {
        return new Listing.Damaged(file.id(), why, Optional.of(file.modified()), Optional.empty());
    }

    private List<LegacyFile> filesOf(String dataset, List<Listing.Damaged> unclear) throws BackupException {
        int slash = dataset.indexOf('/');
        if (slash < 0 || dataset.indexOf('/', slash + 1) >= 0) {
            return List.of();
        }
        String belowPool = dataset.substring(slash + 1);
        List<LegacyFiles.Found> found = new ArrayList<>();
        LegacyFiles.Found flat = files.flat(belowPool);
        boolean any = !flat.files().isEmpty() || !flat.unclear().isEmpty();
        if (any
                && root.flatPool()
                        .map(owner -> List.of(Repository.UNKNOWN_POOL, owner).contains(pool(dataset)))
                        .orElse(true)) {
            found.add(flat);
        }
        found.add(files.member(belowPool));
        found.forEach(each -> unclear.addAll(each.unclear()));
        return found.stream().flatMap(each -> each.files().stream()).toList();
    }

    private static String pool(String dataset) {
        return dataset.split("/", 2)[0];
    }

    /** As {@link Repository#readWith}. */
    void readWith(LegacyLayout.Decode decrypt) {
        heads.readWith(decrypt);
    }

    /** As {@link Repository#learn}. */
    void learn(LegacyFile file, StreamInside inside) {
        heads.learn(file, inside);
    }

    InputStream open(LegacyFile file) throws BackupException {
        return storage.read(file.path());
    }

    /** Removes what runs that did not get to the end of it have left of a dataset. Its lock must be held. */
    void removeUnfinished(LegacyLayout layout, DatasetName dataset) throws BackupException {
        LegacyWriter.removeUnfinished(storage, dataset, layout.directory(dataset));
    }

    /**
     * Starts a file.
     *
     * @param random a name that nobody else uses
     */
    LegacyWriter begin(LegacyLayout layout, DatasetName dataset, String snapshot, Optional<String> base, String random)
            throws BackupException {
        files.expectInRoot();
        return LegacyWriter.open(storage, dataset, layout.path(dataset, snapshot, base), random);
    }
}

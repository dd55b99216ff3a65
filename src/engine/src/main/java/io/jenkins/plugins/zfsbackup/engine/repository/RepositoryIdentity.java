package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.storage.ParallelReads;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.StoredFile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which repository this is: what its root file says, and where there is none or it can't be read, what the manifests of
 * its backups say. So a lost root file costs nothing, and a backup that was put here from another repository is told
 * all the same.
 */
final class RepositoryIdentity {

    /** Manifests that are tried in a dataset until one can be read. */
    private static final int TRIES = 5;

    private final Storage storage;
    private final RootFile root;
    /** Why the root file does not tell; empty if it does. */
    private Optional<String> doubt = Optional.empty();

    private Optional<String> known = Optional.empty();

    RepositoryIdentity(Storage storage, RootFile root) {
        this.storage = storage;
        this.root = root;
    }

    /**
     * The identity that each manifest here must name; empty if nothing is stored.
     *
     * @throws IntegrityException if the root file does not tell and the backups contradict each other
     */
    synchronized Optional<String> get() throws BackupException {
        if (known.isEmpty()) {
            known = written();
        }
        if (known.isEmpty()) {
            known = ofBackups();
        }
        return known;
    }

    private Optional<String> written() throws BackupException {
        try {
            Optional<String> written = root.identity();
            doubt = written.isPresent() ? Optional.empty() : Optional.of(RootFile.NAME + " is missing");
            return written;
        } catch (IntegrityException e) {
            doubt = Optional.of(e.said());
            return Optional.empty();
        } catch (RepositoryException e) {
            if (e.outOfReach()) {
                throw e;
            }
            doubt = Optional.of(RootFile.NAME + " can't be read: " + e.said());
            return Optional.empty();
        }
    }

    /** What to say if the root file does not tell the identity, and the backups do. */
    Optional<String> doubt() throws BackupException {
        Optional<String> id = get();
        return doubt.filter(said -> id.isPresent())
                .map(said -> said + " in " + storage.address() + ". The backups there belong to the repository "
                        + id.get() + ", which is taken for this one.");
    }

    /** Where the identity is from, as the end of a sentence. */
    synchronized String text(String id) {
        return doubt.isPresent() ? "the others here belong to " + id : RootFile.NAME + " here names " + id;
    }

    private Optional<String> ofBackups() throws BackupException {
        List<String> datasets = new DatasetSearch(storage).find().datasets();
        SortedMap<String, String> found = new TreeMap<>();
        for (Optional<Map.Entry<String, String>> each : new ParallelReads(storage).ask(datasets, this::ofDataset)) {
            each.ifPresent(entry -> found.putIfAbsent(entry.getKey(), entry.getValue()));
        }
        if (found.size() > 1) {
            String said = found.entrySet().stream()
                    .limit(TRIES)
                    .map(entry -> entry.getValue() + " belongs to " + entry.getKey())
                    .collect(Collectors.joining(", "));
            throw new IntegrityException(
                    "opening the repository " + storage.address(),
                    doubt.orElse("") + ", and the backups are those of several repositories: " + said,
                    "Write a file " + RootFile.NAME + " there that names the right one: "
                            + RootFile.text(found.firstKey()));
        }
        return found.keySet().stream().findFirst();
    }

    /** The identity that a dataset's backups name, with the dataset. */
    private Optional<Map.Entry<String, String>> ofDataset(String dataset) throws BackupException {
        for (String backup : some(dataset)) {
            String path = BackupName.path(dataset, backup) + "/" + Repository.MANIFEST;
            try {
                return Optional.of(Map.entry(
                        ManifestJson.readWithoutVolumes(storage.read(path), path)
                                .repository(),
                        dataset));
            } catch (IntegrityException e) {
                // The next one may be whole; that this one is not is said when it is listed.
                continue;
            } catch (RepositoryException e) {
                if (e.outOfReach()) {
                    throw e;
                }
            }
        }
        return Optional.empty();
    }

    private List<String> some(String dataset) throws BackupException {
        try {
            return storage.list(BackupName.datasetDirectory(dataset)).orElse(List.of()).stream()
                    .filter(entry -> entry.directory() && BackupName.isBackup(entry.name()))
                    .map(StoredFile::name)
                    .sorted()
                    .limit(TRIES)
                    .toList();
        } catch (RepositoryException e) {
            if (e.outOfReach()) {
                throw e;
            }
            return List.of();
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.StoragePath;
import io.jenkins.plugins.zfsbackup.engine.storage.StoredFile;
import io.jenkins.plugins.zfsbackup.engine.storage.Upload;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file that is being stored in an old script's layout: under a name that the script does not look at, until a rename
 * gives it its own.
 */
public final class LegacyWriter {

    /**
     * The name of an unfinished file: hidden from ls, by which the one script lists; and without an @, by which the
     * other one chooses.
     */
    static final Pattern UNFINISHED = Pattern.compile("\\.([^@]+)" + Pattern.quote(Repository.PARTIAL) + "[0-9a-f]+");

    private final Storage storage;
    private final String dataset;
    private final String path;
    private final String partial;

    private LegacyWriter(Storage storage, String dataset, String path, String partial) {
        this.storage = storage;
        this.dataset = dataset;
        this.path = path;
        this.partial = partial;
    }

    static LegacyWriter open(Storage storage, DatasetName dataset, String path, String random) throws BackupException {
        String directory = StoragePath.parent(path);
        if (!directory.isEmpty()) {
            storage.makeDirectories(directory);
        }
        String unfinished = "." + dataset.belowPool() + Repository.PARTIAL + random;
        return new LegacyWriter(storage, dataset.value(), path, StoragePath.child(directory, unfinished));
    }

    /** Removes what was left unfinished of a dataset in a directory. */
    static void removeUnfinished(Storage storage, DatasetName dataset, String directory) throws BackupException {
        for (StoredFile entry : storage.list(directory).orElse(List.of())) {
            Matcher name = UNFINISHED.matcher(entry.name());
            if (!entry.directory() && name.matches() && name.group(1).equals(dataset.belowPool())) {
                storage.deleteFile(StoragePath.child(directory, entry.name()));
            }
        }
    }

    /** Starts the file. */
    public Upload write() throws BackupException {
        return storage.write(partial);
    }

    /**
     * Makes the backup exist.
     *
     * @param size the bytes that were sent
     * @throws IntegrityException if the server holds another number
     * @throws RepositoryException of kind EXISTS if the script, or another run, has stored a file of that name
     *     meanwhile
     */
    public void publish(long size) throws BackupException {
        Optional<StoredFile> there = storage.stat(partial);
        if (there.isEmpty() || there.get().size() != size) {
            throw new IntegrityException(
                    "publishing " + dataset + ", file " + path,
                    "the server holds "
                            + there.map(file -> file.size() + " bytes").orElse("nothing") + ", " + size
                            + " bytes were sent",
                    "Nothing was published. Run again; if it stays so, look at the server's disk.");
        }
        storage.rename(partial, path);
    }

    /** Removes what was stored. */
    public void abandon() throws BackupException {
        storage.deleteFile(partial);
    }
}

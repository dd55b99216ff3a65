package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.WholeFiles;
import java.util.function.Supplier;

/**
 * What other runs have left in a dataset's directory, for the run that holds its lock now. One of them may not be dead
 * but have been stopped for so long that its lock was taken over, and go on at any moment. It writes by path, so that
 * another name for its unfinished upload ends it: whatever it does next fails, publishing too, and hurts nobody.
 */
final class Leftovers {

    private final Storage storage;
    private final WholeFiles files;
    private final Supplier<String> random;

    /** @param random gives names that nobody else uses */
    Leftovers(Storage storage, Supplier<String> random) {
        this.storage = storage;
        this.files = new WholeFiles(storage);
        this.random = random;
    }

    /**
     * Finishes deletions, and gives unfinished uploads names that only the lock's holder knows.
     *
     * @return whether there was anything, so that what was listed before may have changed
     */
    boolean claim(DatasetLock lock, Listing listing) throws BackupException {
        if (listing.leftovers().isEmpty()) {
            return false;
        }
        // After the listing: what it names can't be a lock that is moved away for a moment, this one least of all.
        lock.check();
        for (String name : listing.leftovers()) {
            String path = BackupName.datasetDirectory(lock.dataset()) + "/" + name;
            if (Repository.isAbandoned(name)) {
                files.removeTree(path);
            } else {
                rename(path);
            }
        }
        return true;
    }

    private void rename(String path) throws BackupException {
        String own = path.substring(0, path.lastIndexOf(Repository.PARTIAL)) + Repository.PARTIAL + random.get();
        try {
            storage.rename(path, own);
        } catch (RepositoryException e) {
            // Published in this very moment, by a run that has lost its lock since.
            if (e.kind() != RepositoryException.Kind.MISSING) {
                throw e;
            }
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.storage;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** Files of a storage that fit into memory, each read or written in one call. */
public final class WholeFiles {

    private final Storage storage;

    /** @param storage where the files are */
    public WholeFiles(Storage storage) {
        this.storage = storage;
    }

    /**
     * The content of a file.
     *
     * @param limit the most bytes that it may have
     * @throws IntegrityException if it is larger
     */
    public byte[] read(String path, int limit) throws BackupException {
        try (InputStream in = storage.read(path)) {
            byte[] bytes = in.readNBytes(limit + 1);
            if (bytes.length > limit) {
                throw new IntegrityException(
                        "reading " + path, "it is larger than " + limit + " bytes", "That is no file of this engine.");
            }
            return bytes;
        } catch (BackupException e) {
            throw e;
        } catch (IOException e) {
            throw failed("reading " + path, e);
        }
    }

    /** Writes a new file. */
    public void write(String path, byte[] bytes) throws BackupException {
        try {
            storage.write(path, out -> out.write(bytes));
        } catch (BackupException e) {
            throw e;
        } catch (IOException e) {
            throw failed("writing " + path, e);
        }
    }

    /** Removes a directory of plain files. */
    public void removeTree(String directory) throws BackupException {
        for (StoredFile file : storage.list(directory).orElse(List.of())) {
            storage.deleteFile(directory + "/" + file.name());
        }
        storage.deleteDirectory(directory);
    }

    private static RepositoryException failed(String doing, IOException e) {
        return new RepositoryException(RepositoryException.Kind.FAILED, doing, Reason.of(e), "", e);
    }
}

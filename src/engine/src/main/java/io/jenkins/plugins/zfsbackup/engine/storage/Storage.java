package io.jenkins.plugins.zfsbackup.engine.storage;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where a repository's files lie: a handful of verbs over a tree of files, with what a repository must be able to rely
 * on.
 *
 * <p>Paths are relative to the repository's root, with {@code /} between the parts and none at the ends; the empty path
 * is the root itself. All methods may be called from several threads at once. Failures are
 * {@link RepositoryException}s whose kind tells what can be done. A lost
 * connection is out of reach; {@link RetryingStorage} repeats what it has cut.
 */
public interface Storage extends AutoCloseable {

    /** More than any repository has in one directory: one that has more is not listed. */
    int MOST_ENTRIES = 500_000;

    /** The repository's address for people, without secrets. */
    String address();

    /**
     * Whether this object has ever had an answer from where the files are, so that a connection that is lost may come
     * back.
     */
    boolean reached();

    /** How many transfers may run side by side with profit, at least 1. */
    int connections();

    /**
     * The entries of a directory, in no particular order, without {@code .} and {@code ..}. An entry about which
     * nothing can be found out is {@linkplain StoredFile#unreadable() among them} and hides no other.
     *
     * @return empty if there is no such directory; every other failure is an exception, never an empty list
     */
    Optional<List<StoredFile>> list(String directory) throws BackupException;

    /** What stands at a path, a symbolic link that leads nowhere among it; empty if nothing does. */
    Optional<StoredFile> stat(String path) throws BackupException;

    /**
     * Where a directory lies once all symbolic links are followed, as far as the server tells: the same text for two
     * paths that lead to one directory. It means nothing but that.
     */
    String realPath(String directory) throws BackupException;

    /** Reads a regular file from its first byte, as {@link #read(String, long)} does. */
    default Download read(String path) throws BackupException {
        return read(path, 0);
    }

    /**
     * Reads a regular file; what is none, such as a pipe, on which a reader would wait for ever, is refused. A read that
     * fails throws a {@link BackupException}.
     *
     * @param offset the first byte to read, from 0 to the size of the file
     */
    Download read(String path, long offset) throws BackupException;

    /**
     * Starts writing a new file.
     *
     * @throws RepositoryException of kind EXISTS if the name is taken
     */
    Upload write(String path) throws BackupException;

    /** The content of a file, which can be written as often as that takes. */
    @FunctionalInterface
    interface Content {
        /** Writes all of it, from the first byte. */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Writes a new file, whose name nobody else uses.
     *
     * @return the bytes written, which the storage has confirmed
     * @throws RepositoryException of kind EXISTS if the name is taken
     * @throws IOException what the content throws, as it is
     */
    default long write(String path, Content content) throws IOException {
        try (Upload upload = write(path)) {
            content.writeTo(upload);
            return upload.finish();
        }
    }

    /** Makes one directory, whose parent must be there; kind EXISTS if the name is taken. */
    void makeDirectory(String path) throws BackupException;

    /** Makes a directory and all that are missing above it, the root included; fine if it is there. */
    default void makeDirectories(String path) throws BackupException {
        if (stat(path).map(StoredFile::directory).orElse(false)) {
            return;
        }
        if (!path.isEmpty()) {
            makeDirectories(StoragePath.parent(path));
        }
        try {
            makeDirectory(path);
        } catch (RepositoryException e) {
            boolean madeByAnother = e.kind() == RepositoryException.Kind.EXISTS
                    && stat(path).map(StoredFile::directory).orElse(false);
            if (!madeByAnother) {
                throw e;
            }
        }
    }

    /**
     * Gives a file or directory another name, as one step seen from outside.
     *
     * @throws RepositoryException of kind EXISTS if the new name is taken;
     *     nothing is then changed
     */
    void rename(String from, String to) throws BackupException;

    /** Puts a file in the place of another one, as one step where the server can do that; fine if there is no other. */
    void replace(String from, String to) throws BackupException;

    /** Deletes a file; fine if it is gone already. */
    void deleteFile(String path) throws BackupException;

    /** Deletes an empty directory; fine if it is gone already. */
    void deleteDirectory(String path) throws BackupException;

    /**
     * A line for a shell that removes what stands at a path, for people to read and run.
     *
     * @param directory whether that is a directory, with plain files in it at most
     */
    String removalCommand(String path, boolean directory);

    /** Bytes that may still be written, where that can be found out. */
    OptionalLong free() throws BackupException;

    /**
     * What this storage can and can't do, for {@code doctor}: a clause in plain words for each thing that somebody may
     * want to know.
     */
    List<String> capabilities() throws BackupException;

    /**
     * From now on a lost connection is not waited for any more: what is cut off fails at once as out of reach, and so
     * does what has not reached the server yet. For a run that is being stopped, and has only to clean up.
     */
    void stopWaiting();

    /**
     * Ends whatever is under way and to come: it fails at once as stopped ({@link
     * io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException}). For a run that is being stopped, and has
     * nothing to clean up here.
     */
    void stop();

    @Override
    void close();
}

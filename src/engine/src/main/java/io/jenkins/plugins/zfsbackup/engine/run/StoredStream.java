package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupProblem;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/** A stored stream as its readers see it: looked at, checked and written out, whatever the form it is stored in. */
public interface StoredStream {

    /**
     * What is wrong with it going by what is listed and, given keys to check with, by its signature. The stream itself
     * is not read.
     *
     * @return empty if nothing speaks against relying on it
     * @throws BackupException if that can't be found out
     */
    Optional<BackupProblem> problem() throws BackupException;

    /** Whether it says that it is signed; known once {@link #problem} was asked. */
    boolean signed();

    /** Why {@code zfs receive} does not take it, as far as {@link #problem} has shown that; else empty. */
    Optional<String> objection();

    /**
     * Looks whether the key is there that opens it; {@link #problem} was asked before.
     *
     * @param doing what is being done, for messages
     * @throws UsageException if it is missing
     */
    void requireKey(String doing) throws BackupException;

    /**
     * Reads what is stored, and checks as much of it as no key is needed for.
     *
     * @param subset the share that is read
     * @return the stored bytes that were read
     * @throws IntegrityException if it is not what was stored
     */
    long checkStored(Subset subset, Transfer transfer) throws IOException;

    /**
     * Reads the raw stream to its end and checks it.
     *
     * @param subset the share that is read
     * @return the stored bytes that were read
     * @throws IntegrityException if it is not what was stored
     * @throws UsageException if the keys don't open it
     */
    long checkContent(Subset subset, Transfer transfer) throws IOException;

    /**
     * Does what has to be done with each stream of a chain before the first one is received: what has no hash to be
     * held against is read as a whole.
     *
     * @return what a person should know about it
     * @throws IntegrityException if it can't be used
     */
    default Optional<String> prepare(Transfer transfer) throws IOException {
        return Optional.empty();
    }

    /**
     * Opens it, to be received next.
     *
     * @throws IntegrityException if it can't be used
     */
    Content open() throws IOException;

    /** What is in it. */
    interface Content {

        /** The snapshots, under the names that they have in the stream, oldest first. */
        List<SnapshotId> snapshots();

        /** The bytes of the raw stream. */
        long rawBytes();

        /**
         * Writes the raw stream to a sink, which is flushed but not closed.
         *
         * @throws IntegrityException if it is not what it should be; the sink has then not got the END record
         */
        void writeTo(OutputStream sink, Transfer transfer) throws IOException;
    }
}

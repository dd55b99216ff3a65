package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException.Kind;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.StoredFile;
import io.jenkins.plugins.zfsbackup.engine.storage.WholeFiles;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A dataset's lock: a small directory in the dataset's, with a file that says who holds it. Its holder renews it; one
 * that was not renewed in time is stale and is taken over. Times are those that the storage gives to files
 * ({@link LockVerdict}).
 *
 * <p>It comes into being by a rename, with its file in it: no file system lets a directory take the place of one that
 * is not empty, which makes this exclusive on every server, where creating a file exclusively is not to be had on all.
 * Taking over moves the stale lock away and looks whether it is the one that was judged: so that of two that take over
 * at once, one loses, and what is another's is put back.
 *
 * <p>A process may be stopped at any moment, for longer than a lock holds, and then go on. So nothing that it does by
 * path may change another's lock: it writes a file of its own into the lock before it looks whether the lock is its
 * own, and then renames that file, which is gone with the lock if another one has taken over in between.
 */
public final class DatasetLock {

    static final String NAME = ".lock";
    /** Begins the names a lock has on its way to and from its own. */
    static final String ON_THE_WAY = NAME + "-";

    static final String OWNER = "owner.json";
    /** How often its holder should renew it. */
    public static final Duration RENEWAL = Duration.ofMinutes(2);

    private static final int LARGEST = 1 << 16;
    /**
     * Looks at a lock that is missing, before it counts as lost: whoever moved it away by mistake puts it back at once.
     */
    private static final int LOOKS = 6;

    private static final long BETWEEN_LOOKS_MILLIS = 300;

    private final Storage storage;
    private final WholeFiles files;
    private final String directory;
    private final String dataset;
    private final Supplier<String> random;
    private LockNote note;
    private boolean held = true;
    private Optional<RepositoryException> lost = Optional.empty();

    private DatasetLock(Storage storage, String dataset, LockOwner owner, Supplier<String> random) {
        this.storage = storage;
        this.files = new WholeFiles(storage);
        this.directory = BackupName.datasetDirectory(dataset);
        this.dataset = dataset;
        this.random = random;
        this.note = new LockNote(owner, random.get(), 0);
    }

    /** What a try to take the lock has come to. */
    private sealed interface Tried {
        /** It is ours. */
        record Taken() implements Tried {}

        /**
         * Something is in its place. @param now the storage's time; empty if another holder has removed what was to
         * become the lock
         */
        record Occupied(Optional<Instant> now) implements Tried {}
    }

    static DatasetLock take(
            Storage storage, String dataset, LockOwner owner, Supplier<String> random, Consumer<String> notes)
            throws BackupException {
        DatasetLock lock = new DatasetLock(storage, dataset, owner, random);
        if (!(lock.create() instanceof Tried.Occupied occupied)) {
            return lock;
        }
        if (occupied.now().isEmpty()) {
            throw lock.taken("another run is taking it in this moment", "Try again when that run is over.");
        }
        lock.moveAwayIfStale(occupied.now().get(), notes);
        if (lock.create() instanceof Tried.Taken) {
            return lock;
        }
        throw lock.taken("another run was faster", "Try again when that run is over.");
    }

    /** The name of the dataset it is for. */
    public String dataset() {
        return dataset;
    }

    private Tried create() throws BackupException {
        String next = directory + "/" + ON_THE_WAY + "next-" + random.get();
        storage.makeDirectory(next);
        try {
            files.write(next + "/" + OWNER, note.write());
            storage.rename(next, path());
            return new Tried.Taken();
        } catch (RepositoryException e) {
            Optional<Instant> now = e.kind() == Kind.EXISTS ? timeOf(next + "/" + OWNER) : Optional.empty();
            removeAfter(e, next);
            // Missing: who holds the lock takes what others left behind for abandoned, and has removed it.
            if (e.kind() == Kind.EXISTS || e.kind() == Kind.MISSING) {
                return new Tried.Occupied(now);
            }
            throw e;
        } catch (BackupException e) {
            removeAfter(e, next);
            throw e;
        }
    }

    private Optional<Instant> timeOf(String path) throws BackupException {
        return storage.stat(path).filter(found -> found.unreadable().isEmpty()).map(StoredFile::modified);
    }

    private void removeAfter(BackupException failure, String lock) {
        try {
            files.removeTree(lock);
        } catch (BackupException e) {
            // What failed first is the reason, and tells why this can't be done either.
            failure.addSuppressed(e);
        }
    }

    private void moveAwayIfStale(Instant now, Consumer<String> notes) throws BackupException {
        Optional<StoredFile> there = storage.stat(path());
        if (there.isEmpty()) {
            // Given back in this moment.
            return;
        }
        if (there.get().unreadable().isPresent()) {
            throw taken(
                    path() + " is no lock: " + there.get().unreadable().get(),
                    "Remove it: " + storage.removalCommand(path(), false));
        }
        // The content before its time: a renewal in between makes it look younger, never older.
        Optional<byte[]> content = there.get().directory() ? readable(path()) : Optional.empty();
        Instant renewed = there.get().directory()
                ? timeOf(path() + "/" + OWNER).orElse(there.get().modified())
                : there.get().modified();
        LockVerdict verdict = LockVerdict.of(content.flatMap(LockNote::read), renewed, now, note.owner());
        if (!verdict.stale()) {
            throw taken(
                    "it is locked by " + verdict.said(),
                    "Wait for that run, and run again. If there is no such run any more, its lock counts for nothing "
                            + LockVerdict.LIFETIME.toMinutes() + " minutes after that; or remove it: "
                            + storage.removalCommand(path(), there.get().directory()));
        }
        moveAway(content);
        notes.accept(dataset + ": took over the lock of " + verdict.said());
    }

    private void moveAway(Optional<byte[]> judged) throws BackupException {
        String away = directory + "/" + ON_THE_WAY + "stale-" + random.get();
        try {
            storage.rename(path(), away);
        } catch (RepositoryException e) {
            if (e.kind() == Kind.MISSING) {
                return;
            }
            throw e;
        }
        Optional<byte[]> found = readable(away);
        if (!Arrays.equals(found.orElse(null), judged.orElse(null))) {
            putBack(away);
            throw taken("another run took it over in this moment", "Try again when that run is over.");
        }
        remove(away);
    }

    /** What was moved away is another's. If a third one has taken the place meanwhile, that one holds the lock now. */
    private void putBack(String away) throws BackupException {
        try {
            storage.rename(away, path());
        } catch (RepositoryException e) {
            if (e.kind() != Kind.EXISTS && e.kind() != Kind.MISSING) {
                throw e;
            }
        }
    }

    private void remove(String lock) throws BackupException {
        if (storage.stat(lock).map(StoredFile::directory).orElse(false)) {
            files.removeTree(lock);
        } else {
            storage.deleteFile(lock);
        }
    }

    /**
     * Makes the lock hold for another ten minutes.
     *
     * @throws RepositoryException if it was {@linkplain #lost() lost}, or can't be renewed now
     */
    public synchronized void renew() throws BackupException {
        if (!held) {
            return;
        }
        String next = path() + "/." + OWNER + "-" + random.get();
        LockNote renewed = note.renewed();
        try {
            files.write(next, renewed.write());
        } catch (RepositoryException e) {
            check();
            throw e;
        }
        check();
        try {
            storage.replace(next, path() + "/" + OWNER);
            note = renewed;
        } catch (RepositoryException e) {
            check();
            throw e;
        }
    }

    /** Looks whether the lock is still ours; throws as {@link #renew()} if not. */
    public synchronized void check() throws BackupException {
        if (lost.isPresent()) {
            throw lost.get();
        }
        if (!held) {
            throw taken("this run has given it back", "");
        }
        Optional<LockNote> found = look();
        for (int looks = 1; looks < LOOKS && found.isEmpty(); looks++) {
            pause();
            found = look();
        }
        if (!found.map(LockNote::nonce).equals(Optional.of(note.nonce()))) {
            held = false;
            lost = Optional.of(new RepositoryException(
                    Kind.EXISTS,
                    "working on " + dataset,
                    "this run lost the lock"
                            + found.map(other -> " to " + other.owner())
                                    .orElse(": " + path() + "/" + OWNER + " is gone, or says nothing of it"),
                    "It was not renewed for " + LockVerdict.LIFETIME.toMinutes() + " minutes, or somebody removed it. "
                            + "This run has stopped working on " + dataset
                            + " and leaves all to the other one; run again."));
            throw lost.get();
        }
    }

    private static void pause() throws InterruptedRunException {
        try {
            TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedRunException("looking for the lock", "the wait was interrupted", "", e);
        }
    }

    /** Whether a {@linkplain #check() look} has found that it is not ours any more; nothing may be written then. */
    public synchronized boolean lost() {
        return lost.isPresent();
    }

    /** Gives the lock back; does nothing if it is not ours any more. */
    public synchronized void release() throws BackupException {
        if (!held) {
            return;
        }
        held = false;
        if (!isOurs(path())) {
            return;
        }
        String away = directory + "/" + ON_THE_WAY + "released-" + random.get();
        storage.rename(path(), away);
        if (isOurs(away)) {
            files.removeTree(away);
        } else {
            // This process was stopped between the look and the rename for so long that another one took over.
            putBack(away);
        }
    }

    private boolean isOurs(String lock) throws BackupException {
        return content(lock).flatMap(LockNote::read).map(LockNote::nonce).equals(Optional.of(note.nonce()));
    }

    private Optional<LockNote> look() throws BackupException {
        return content(path()).flatMap(LockNote::read);
    }

    /** The content of a lock's file; empty if there is none. */
    private Optional<byte[]> content(String lock) throws BackupException {
        try {
            return Optional.of(files.read(lock + "/" + OWNER, LARGEST));
        } catch (RepositoryException e) {
            if (e.kind() == Kind.MISSING) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** The same of another's lock, which may be anything; its age decides then. */
    private Optional<byte[]> readable(String lock) throws BackupException {
        try {
            return content(lock);
        } catch (IntegrityException e) {
            // Larger than any engine writes it.
            return Optional.empty();
        } catch (RepositoryException e) {
            if (e.outOfReach()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private RepositoryException taken(String said, String next) {
        return new RepositoryException(Kind.EXISTS, "locking " + dataset, said, next);
    }

    private String path() {
        return directory + "/" + NAME;
    }
}

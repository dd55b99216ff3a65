package io.jenkins.plugins.zfsbackup.engine.repository;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A dataset's lock: a small directory in the dataset's, with a file that says who holds it and until when. Its holder
 * renews it; one that was not renewed in time is stale and is taken over.
 *
 * <p>It comes into being by a rename, with its file in it: no file system lets a directory take the place of one that is
 * not empty, which makes this exclusive on every server, where creating a file exclusively is not to be had on all.
 * Taking over moves the stale lock away and looks whether it is the one that was judged: so that of two that take over at
 * once, one loses, and nobody's fresh lock is lost.
 */
public final class DatasetLock {

    static final String NAME = ".lock";
    /** Begins the names a lock has on its way to and from its own. */
    static final String ON_THE_WAY = NAME + "-";
    private static final String OWNER = "owner.json";
    /** How long a lock holds without being renewed. */
    static final Duration LIFETIME = Duration.ofMinutes(10);
    /** How often its holder should renew it. */
    public static final Duration RENEWAL = Duration.ofMinutes(2);

    private static final int LARGEST = 1 << 16;
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final Storage storage;
    private final String directory;
    private final String dataset;
    private final LockOwner owner;
    private final Clock clock;
    private final Supplier<String> random;
    private byte[] content;
    private boolean held = true;

    private DatasetLock(
            Storage storage, String directory, String dataset, LockOwner owner, Clock clock, Supplier<String> random) {
        this.storage = storage;
        this.directory = directory;
        this.dataset = dataset;
        this.owner = owner;
        this.clock = clock;
        this.random = random;
        this.content = fresh();
    }

    static DatasetLock take(
            Storage storage,
            String directory,
            String dataset,
            LockOwner owner,
            Clock clock,
            Supplier<String> random,
            Consumer<String> notes)
            throws BackupException {
        DatasetLock lock = new DatasetLock(storage, directory, dataset, owner, clock, random);
        if (lock.create()) {
            return lock;
        }
        Optional<byte[]> there = lock.read();
        if (there.isPresent()) {
            String stale = lock.judge(there.get());
            lock.moveAway(there.get());
            notes.accept(dataset + ": took over the lock of " + stale);
        }
        if (lock.create()) {
            return lock;
        }
        throw lock.taken("another run was faster", "Try again when that run is over.");
    }

    private boolean create() throws BackupException {
        String next = directory + "/.lock-next-" + random.get();
        storage.makeDirectory(next);
        try {
            write(next + "/" + OWNER);
            storage.rename(next, path());
            return true;
        } catch (RepositoryException e) {
            removeAfter(e, next);
            // Missing: who holds the lock takes what others left behind for abandoned, and has removed it.
            if (e.kind() == RepositoryException.Kind.EXISTS || e.kind() == RepositoryException.Kind.MISSING) {
                return false;
            }
            throw e;
        }
    }

    private void removeAfter(RepositoryException failure, String lock) {
        try {
            remove(lock);
        } catch (BackupException e) {
            // What failed first is the reason, and tells why this can't be done either.
            failure.addSuppressed(e);
        }
    }

    private void remove(String lock) throws BackupException {
        for (StoredFile file : storage.list(lock).orElse(java.util.List.of())) {
            storage.deleteFile(lock + "/" + file.name());
        }
        storage.deleteDirectory(lock);
    }

    /** Says whose stale lock it is, or throws if it is not stale. */
    private String judge(byte[] found) throws RepositoryException {
        JsonNode json;
        try {
            json = JSON.readTree(found);
        } catch (JsonProcessingException e) {
            json = JSON.missingNode();
        } catch (IOException e) {
            json = JSON.missingNode();
        }
        String who = json.path("user").asText("?") + " on " + json.path("host").asText("?") + ", process "
                + json.path("pid").asLong() + ", run " + json.path("run").asText("?");
        Instant expires;
        try {
            expires = Instant.parse(json.path("expires").asText());
        } catch (DateTimeException e) {
            // A lock is whole when it comes into being: this one was damaged, or its owner is being replaced right now.
            return "somebody whose lock file is not whole";
        }
        if (json.path("host").asText().equals(owner.host())
                && ProcessHandle.of(json.path("pid").asLong()).isEmpty()) {
            return who + ", which is not running any more";
        }
        Instant now = clock.instant();
        if (now.isBefore(expires)) {
            throw taken("it is locked by " + who + ", until " + expires + " if it is not renewed",
                    "Wait for that run, or for that time, and run again.");
        }
        return who + ", which ended at " + expires + " without being renewed";
    }

    private void moveAway(byte[] judged) throws BackupException {
        String away = directory + "/.lock-stale-" + random.get();
        try {
            storage.rename(path(), away);
        } catch (RepositoryException e) {
            if (e.kind() == RepositoryException.Kind.MISSING) {
                return;
            }
            throw e;
        }
        if (!read(away).map(found -> Arrays.equals(found, judged)).orElse(true)) {
            storage.rename(away, path());
            throw taken("another run took it over in this moment", "Try again when that run is over.");
        }
        remove(away);
    }

    /**
     * Makes the lock hold for another ten minutes.
     *
     * @throws RepositoryException of kind EXISTS if somebody else has taken it over: then nothing may be published any more
     */
    public synchronized void renew() throws BackupException {
        if (!held) {
            return;
        }
        check();
        content = fresh();
        String next = path() + "/." + OWNER + "-" + random.get();
        write(next);
        storage.replace(next, path() + "/" + OWNER);
    }

    /** Looks whether the lock is still ours; throws as {@link #renew()} if not. */
    public synchronized void check() throws BackupException {
        if (!read().map(found -> Arrays.equals(found, content)).orElse(false)) {
            held = false;
            throw taken("this run's lock was taken over by another one", "Nothing was published. Run again.");
        }
    }

    /** Gives the lock back; does nothing if it is not ours any more. */
    public synchronized void release() throws BackupException {
        if (held && read().map(found -> Arrays.equals(found, content)).orElse(false)) {
            String away = directory + "/.lock-released-" + random.get();
            storage.rename(path(), away);
            remove(away);
        }
        held = false;
    }

    private RepositoryException taken(String said, String next) {
        return new RepositoryException(RepositoryException.Kind.EXISTS, "locking " + dataset, said, next);
    }

    private byte[] fresh() {
        return JSON.createObjectNode()
                .put("user", owner.user())
                .put("host", owner.host())
                .put("pid", owner.pid())
                .put("run", owner.run())
                .put("expires", clock.instant().plus(LIFETIME).toString())
                .put("nonce", random.get())
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    private String path() {
        return directory + "/" + NAME;
    }

    private void write(String path) throws BackupException {
        try (Upload upload = storage.write(path)) {
            upload.write(content);
            upload.finish();
        } catch (BackupException e) {
            throw e;
        } catch (IOException e) {
            throw new RepositoryException(
                    RepositoryException.Kind.FAILED, "locking " + dataset, Reason.of(e), "", e);
        }
    }

    private Optional<byte[]> read() throws BackupException {
        return read(path());
    }

    private Optional<byte[]> read(String lock) throws BackupException {
        try (InputStream in = storage.read(lock + "/" + OWNER)) {
            return Optional.of(in.readNBytes(LARGEST));
        } catch (RepositoryException e) {
            if (e.kind() == RepositoryException.Kind.MISSING) {
                return Optional.empty();
            }
            throw e;
        } catch (BackupException e) {
            throw e;
        } catch (IOException e) {
            throw new RepositoryException(
                    RepositoryException.Kind.FAILED, "reading " + lock, Reason.of(e), "", e);
        }
    }
}

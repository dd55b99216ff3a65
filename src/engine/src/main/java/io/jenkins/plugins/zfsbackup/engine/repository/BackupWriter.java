package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.StoredFile;
import io.jenkins.plugins.zfsbackup.engine.storage.WholeFiles;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * A backup that is being stored, in a hidden directory that nobody reads, until {@link #publish} gives it its name.
 * What a run of this machine that died has stored of it is found again through a note of the volumes that were
 * confirmed ({@link ResumeNote}). Such a volume counts only after it was read back: a server may have lost what it had
 * confirmed, and others may be able to write there.
 *
 * <p>Volumes may be written from several threads.
 */
public final class BackupWriter {

    private static final String RESUME = "resume.json";
    /** A note of confirmed volumes after each one would cost small volumes more than it saves. */
    private static final long NOTE_EVERY_NANOS = 2_000_000_000L;
    /** Some 350 bytes for each volume. */
    private static final int LARGEST_NOTE = 64 << 20;

    private final Storage storage;
    private final WholeFiles files;
    private final ResumeNote what;
    private final Optional<MachineKey> key;
    private final String directory;
    private final Supplier<String> random;
    private final Published published;
    private final Map<String, Manifest.Volume> found = new ConcurrentHashMap<>();
    private final Map<String, Manifest.Volume> confirmed = new TreeMap<>();
    private long notedAt = System.nanoTime();
    private boolean noting;
    private boolean begunAnew;

    private BackupWriter(
            Storage storage,
            ResumeNote what,
            Optional<MachineKey> key,
            String directory,
            Supplier<String> random,
            Published published) {
        this.storage = storage;
        this.files = new WholeFiles(storage);
        this.what = what;
        this.key = key;
        this.directory = directory;
        this.random = random;
        this.published = published;
    }

    /** Hears of the backup once it exists. */
    interface Published {
        void heard(StoredBackup backup) throws BackupException;
    }

    /** @param key recognizes what this machine has noted; without it nothing is noted, and nothing taken over */
    static BackupWriter open(
            Storage storage, ResumeNote what, Optional<MachineKey> key, Supplier<String> random, Published published)
            throws BackupException {
        String parent = BackupName.datasetDirectory(what.dataset());
        String prefix = "." + what.backup() + Repository.PARTIAL;
        BackupWriter resumed = null;
        boolean unusable = false;
        for (StoredFile entry : storage.list(parent).orElse(List.of())) {
            String left = parent + "/" + entry.name();
            if (!entry.directory() || !entry.name().contains(Repository.PARTIAL)) {
                continue;
            }
            Map<String, Manifest.Volume> volumes = key.isPresent() ? noted(storage, left, what, key.get()) : Map.of();
            if (resumed == null && !volumes.isEmpty()) {
                resumed = new BackupWriter(storage, what, key, left, random, published);
                resumed.found.putAll(volumes);
            } else {
                unusable |= entry.name().startsWith(prefix);
                new WholeFiles(storage).removeTree(left);
            }
        }
        if (resumed != null) {
            resumed.keepOnlyNoted();
            return resumed;
        }
        String fresh = parent + "/" + prefix + random.get();
        storage.makeDirectory(fresh);
        BackupWriter begun = new BackupWriter(storage, what, key, fresh, random, published);
        begun.begunAnew = unusable;
        return begun;
    }

    private static Map<String, Manifest.Volume> noted(Storage storage, String left, ResumeNote what, MachineKey key)
            throws BackupException {
        byte[] bytes;
        try {
            bytes = new WholeFiles(storage).read(left + "/" + RESUME, LARGEST_NOTE);
        } catch (IntegrityException e) {
            // Larger than this engine writes it.
            return Map.of();
        } catch (RepositoryException e) {
            if (e.kind() == RepositoryException.Kind.OUT_OF_REACH) {
                throw e;
            }
            // There is none, or it can't be read: then nothing of that directory is known.
            return Map.of();
        }
        Map<String, Manifest.Volume> volumes = new HashMap<>();
        what.read(bytes, key, left + "/" + RESUME).forEach(volume -> volumes.put(volume.name(), volume));
        return volumes;
    }

    private void keepOnlyNoted() throws BackupException {
        Set<String> whole = new HashSet<>();
        for (StoredFile file : storage.list(directory).orElse(List.of())) {
            Manifest.Volume noted = found.get(file.name());
            if (noted != null && noted.storedBytes() == file.size()) {
                whole.add(file.name());
            } else if (!file.name().equals(RESUME)) {
                storage.deleteFile(directory + "/" + file.name());
            }
        }
        found.keySet().retainAll(whole);
    }

    /** Whether a run has left something of this backup that can't be taken over, and was removed. */
    public boolean begunAnew() {
        return begunAnew;
    }

    /** Bytes of volumes that an earlier run has noted. */
    public long resumableBytes() {
        return found.values().stream().mapToLong(Manifest.Volume::storedBytes).sum();
    }

    /**
     * The volume as an earlier run has stored it, if that run noted exactly this content. Whether it still is what was
     * stored shows only when it is read back ({@link #readBack}).
     */
    public Optional<Manifest.Volume> noted(String name, long rawBytes, String rawSha256) {
        return Optional.ofNullable(found.get(name))
                .filter(volume ->
                        volume.rawBytes() == rawBytes && volume.rawSha256().equals(rawSha256));
    }

    /** Opens a volume that an earlier run has stored. */
    public InputStream readBack(String name) throws BackupException {
        return storage.read(directory + "/" + name);
    }

    /**
     * Writes a volume; what an earlier run left under that name is deleted first.
     *
     * @return its stored bytes
     */
    public long volume(String name, Storage.Content content) throws IOException {
        if (found.remove(name) != null) {
            storage.deleteFile(directory + "/" + name);
        }
        return storage.write(directory + "/" + name, content);
    }

    /** Notes that a volume is stored and confirmed. */
    public void confirm(Manifest.Volume volume) throws BackupException {
        Optional<byte[]> note;
        synchronized (this) {
            confirmed.put(volume.name(), volume);
            long now = System.nanoTime();
            if (noting || now - notedAt < NOTE_EVERY_NANOS) {
                return;
            }
            noting = true;
            note = note();
        }
        try {
            if (note.isPresent()) {
                String next = directory + "/." + RESUME + "-" + random.get();
                files.write(next, note.get());
                storage.replace(next, directory + "/" + RESUME);
            }
        } finally {
            synchronized (this) {
                noting = false;
                notedAt = System.nanoTime();
            }
        }
    }

    /**
     * With what an earlier run has stored and this one has not come to yet: else that was lost if this one dies too.
     */
    private Optional<byte[]> note() {
        Map<String, Manifest.Volume> stored = new TreeMap<>(found);
        stored.putAll(confirmed);
        return key.flatMap(known -> what.write(stored.values(), known));
    }

    /**
     * Makes the backup exist: writes the manifest and its signature, looks whether every file has the size it must
     * have, and gives the directory its name.
     *
     * @throws IntegrityException if the server holds another size than was sent
     */
    public void publish(Manifest manifest, byte[] manifestBytes, Optional<byte[]> signature) throws BackupException {
        files.write(directory + "/" + Repository.MANIFEST, manifestBytes);
        if (signature.isPresent()) {
            files.write(directory + "/" + Repository.SIGNATURE, signature.get());
        }
        Map<String, Long> expected = new HashMap<>();
        manifest.volumes().forEach(volume -> expected.put(volume.name(), volume.storedBytes()));
        expected.put(Repository.MANIFEST, (long) manifestBytes.length);
        signature.ifPresent(bytes -> expected.put(Repository.SIGNATURE, (long) bytes.length));
        for (StoredFile file : storage.list(directory).orElse(List.of())) {
            Long size = expected.remove(file.name());
            if (size == null) {
                storage.deleteFile(directory + "/" + file.name());
            } else if (size != file.size()) {
                throw new IntegrityException(
                        "publishing " + what.dataset() + ", backup " + what.backup(),
                        "the server holds " + file.size() + " bytes of " + file.name() + ", " + size + " were sent",
                        "Nothing was published. Run again; if it stays so, look at the server's disk.");
            }
        }
        if (!expected.isEmpty()) {
            throw new IntegrityException(
                    "publishing " + what.dataset() + ", backup " + what.backup(),
                    "the server does not have " + String.join(", ", expected.keySet()),
                    "Nothing was published. Run again; if it stays so, look at the server's disk.");
        }
        storage.rename(directory, BackupName.path(what.dataset(), what.backup()));
        published.heard(manifest.summary(what.backup()));
    }

    /** Removes all that was stored of this backup. */
    public void abandon() throws BackupException {
        files.removeTree(directory);
    }
}

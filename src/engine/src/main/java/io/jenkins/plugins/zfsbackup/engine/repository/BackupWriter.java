package io.jenkins.plugins.zfsbackup.engine.repository;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A backup that is being stored, in a hidden directory that nobody reads, until {@link #publish} gives it its name.
 * What a run that died has stored of it is found again through a note of the volumes that were confirmed.
 *
 * <p>Volumes may be written from several threads.
 */
public final class BackupWriter {

    private static final String RESUME = "resume.json";
    /** A note of confirmed volumes after each one would cost small volumes more than it saves. */
    private static final long NOTE_EVERY_NANOS = 2_000_000_000L;
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final Storage storage;
    private final WholeFiles files;
    private final String dataset;
    private final String id;
    private final String directory;
    private final String fingerprint;
    private final Supplier<String> random;
    private final Map<String, Manifest.Volume> found;
    private final Map<String, Manifest.Volume> confirmed = new TreeMap<>();
    private long notedAt = System.nanoTime();
    private boolean noting;

    private BackupWriter(
            Storage storage,
            String dataset,
            String id,
            String directory,
            String fingerprint,
            Map<String, Manifest.Volume> found,
            Supplier<String> random) {
        this.storage = storage;
        this.files = new WholeFiles(storage);
        this.dataset = dataset;
        this.id = id;
        this.directory = directory;
        this.fingerprint = fingerprint;
        this.found = found;
        this.random = random;
    }

    static BackupWriter open(
            Storage storage, String dataset, String id, String fingerprint, Supplier<String> random)
            throws BackupException {
        String parent = BackupName.datasetDirectory(dataset);
        String prefix = "." + id + Repository.PARTIAL;
        BackupWriter resumed = null;
        for (StoredFile entry : storage.list(parent).orElse(java.util.List.of())) {
            String left = parent + "/" + entry.name();
            if (!entry.directory() || !entry.name().contains(Repository.PARTIAL)) {
                continue;
            }
            Map<String, Manifest.Volume> volumes =
                    entry.name().startsWith(prefix) ? noted(storage, left, fingerprint) : Map.of();
            if (resumed == null && !volumes.isEmpty()) {
                resumed = new BackupWriter(storage, dataset, id, left, fingerprint, volumes, random);
            } else {
                new WholeFiles(storage).removeTree(left);
            }
        }
        if (resumed != null) {
            resumed.keepOnlyNoted();
            return resumed;
        }
        String fresh = parent + "/" + prefix + random.get();
        storage.makeDirectory(fresh);
        return new BackupWriter(storage, dataset, id, fresh, fingerprint, Map.of(), random);
    }

    private static Map<String, Manifest.Volume> noted(Storage storage, String left, String fingerprint)
            throws BackupException {
        byte[] bytes;
        try {
            bytes = new WholeFiles(storage).read(left + "/" + RESUME, 64 << 20);
        } catch (RepositoryException e) {
            if (e.kind() == RepositoryException.Kind.MISSING) {
                return Map.of();
            }
            throw e;
        }
        Map<String, Manifest.Volume> volumes = new HashMap<>();
        try {
            JsonNode json = JSON.readTree(bytes);
            if (json.path("fingerprint").asText().equals(fingerprint)) {
                for (Manifest.Volume volume : ManifestJson.readVolumes(json.path("volumes"), left + "/" + RESUME)) {
                    volumes.put(volume.name(), volume);
                }
            }
        } catch (JsonProcessingException | IntegrityException e) {
            // The note was being written when the run died: then nothing of that directory is known, and it starts afresh.
            return Map.of();
        } catch (IOException e) {
            throw new RepositoryException(
                    RepositoryException.Kind.FAILED, "reading " + left, String.valueOf(e.getMessage()), "", e);
        }
        return volumes;
    }

    private void keepOnlyNoted() throws BackupException {
        Map<String, Long> sizes = new HashMap<>();
        for (StoredFile file : storage.list(directory).orElse(java.util.List.of())) {
            sizes.put(file.name(), file.size());
            if (!found.containsKey(file.name()) && !file.name().equals(RESUME)) {
                storage.deleteFile(directory + "/" + file.name());
            }
        }
        found.values().removeIf(volume -> !Long.valueOf(volume.storedBytes()).equals(sizes.get(volume.name())));
    }

    /** Bytes of volumes that an earlier run has stored. */
    public long resumableBytes() {
        return found.values().stream().mapToLong(Manifest.Volume::storedBytes).sum();
    }

    /** The volume as an earlier run has stored it, if it has exactly this content. */
    public Optional<Manifest.Volume> alreadyStored(String name, long rawBytes, String rawSha256) {
        return Optional.ofNullable(found.get(name))
                .filter(volume -> volume.rawBytes() == rawBytes && volume.rawSha256().equals(rawSha256));
    }

    /** Starts writing a volume; what an earlier try left under that name is deleted first. */
    public Upload volume(String name, boolean again) throws BackupException {
        if (again || found.containsKey(name)) {
            storage.deleteFile(directory + "/" + name);
        }
        return storage.write(directory + "/" + name);
    }

    /** Notes that a volume is stored and confirmed. */
    public void confirm(Manifest.Volume volume) throws BackupException {
        byte[] note;
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
            String next = directory + "/." + RESUME + "-" + random.get();
            files.write(next, note);
            storage.replace(next, directory + "/" + RESUME);
        } finally {
            synchronized (this) {
                noting = false;
                notedAt = System.nanoTime();
            }
        }
    }

    private byte[] note() {
        ObjectNode json = JSON.createObjectNode().put("fingerprint", fingerprint);
        ArrayNode volumes = json.putArray("volumes");
        confirmed.values().forEach(each -> volumes.add(ManifestJson.volume(each)));
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Makes the backup exist: writes the manifest and its signature, looks whether every file has the size it must have,
     * and gives the directory its name.
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
        for (StoredFile file : storage.list(directory).orElse(java.util.List.of())) {
            Long size = expected.remove(file.name());
            if (size == null) {
                storage.deleteFile(directory + "/" + file.name());
            } else if (size != file.size()) {
                throw new IntegrityException(
                        "publishing " + dataset + ", backup " + id,
                        "the server holds " + file.size() + " bytes of " + file.name() + ", " + size + " were sent",
                        "Nothing was published. Run again; if it stays so, look at the server's disk.");
            }
        }
        if (!expected.isEmpty()) {
            throw new IntegrityException(
                    "publishing " + dataset + ", backup " + id,
                    "the server does not have " + String.join(", ", expected.keySet()),
                    "Nothing was published. Run again; if it stays so, look at the server's disk.");
        }
        storage.rename(directory, BackupName.path(dataset, id));
    }

    /** Removes all that was stored of this backup. */
    public void abandon() throws BackupException {
        files.removeTree(directory);
    }
}

package io.jenkins.plugins.zfsbackup.engine.repository;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.WholeFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** The file that marks the root, and gives the repository an identity that survives a change of address. */
public final class RootFile {

    static final String NAME = "zfs-backup.json";

    private static final int LARGEST = 1 << 16;
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final Storage storage;
    private final WholeFiles files;
    private final Supplier<String> random;
    private volatile Optional<String> identity = Optional.empty();
    private final Map<String, String> fields = new ConcurrentHashMap<>();

    /** @param storage in which it lies, or will */
    public RootFile(Storage storage) {
        this(storage, Repository.randomNames());
    }

    /** @param random gives identities, and names that nobody else uses: 12 hexadecimal digits */
    RootFile(Storage storage, Supplier<String> random) {
        this.storage = storage;
        this.files = new WholeFiles(storage);
        this.random = random;
    }

    /** As {@link Repository#identity()}. */
    Optional<String> identity() throws BackupException {
        if (identity.isEmpty()) {
            identity = readIdentity();
        }
        return identity;
    }

    private Optional<String> readIdentity() throws BackupException {
        Optional<ObjectNode> root = read();
        if (root.isEmpty()) {
            return Optional.empty();
        }
        String id = root.get().path("id").asText("");
        if (!id.matches("[0-9a-f]{12}")) {
            throw unusable(NAME + " has no id", null);
        }
        return Optional.of(id);
    }

    private Optional<ObjectNode> read() throws BackupException {
        if (storage.stat(NAME).isEmpty()) {
            return Optional.empty();
        }
        byte[] bytes = files.read(NAME, LARGEST);
        try {
            if (!(JSON.readTree(bytes) instanceof ObjectNode root)) {
                throw unusable(NAME + " is not whole: it is no JSON object", null);
            }
            String version = root.path("formatVersion").asText("");
            if (!version.startsWith("1.")) {
                throw new IntegrityException(
                        doing(),
                        NAME + " has format version \"" + version + "\", this engine knows " + Manifest.FORMAT_VERSION,
                        "Use a newer zfs-backup.");
            }
            return Optional.of(root);
        } catch (BackupException e) {
            throw e;
        } catch (IOException e) {
            throw unusable(NAME + " is not whole: " + BoundedJson.why(e), e);
        }
    }

    private IntegrityException unusable(String said, IOException cause) {
        return new IntegrityException(
                doing(),
                said,
                "Delete that file; the next backup writes it anew, with the id that the backups name.",
                cause);
    }

    private String doing() {
        return "opening the repository " + storage.address();
    }

    /**
     * Makes the directory a repository if it is none yet, and gives its identity.
     *
     * @param told the identity that it gets if there is no root file; a new one if empty
     */
    String initialize(Optional<String> told) throws BackupException {
        Optional<String> known = identity();
        if (known.isPresent()) {
            return known.get();
        }
        storage.makeDirectories("");
        String id = told.orElseGet(random);
        String fresh = freshName();
        try {
            files.write(fresh, bytes(content(id)));
            storage.rename(fresh, NAME);
            identity = Optional.of(id);
            return id;
        } catch (RepositoryException e) {
            deleteAfter(e, fresh);
            if (e.kind() == RepositoryException.Kind.EXISTS) {
                return identity().orElseThrow(() -> e);
            }
            throw e;
        } catch (BackupException e) {
            deleteAfter(e, fresh);
            throw e;
        }
    }

    private static ObjectNode content(String id) {
        return JSON.createObjectNode()
                .put("format", "zfs-backup repository")
                .put("formatVersion", Manifest.FORMAT_VERSION)
                .put("id", id);
    }

    /** The file of a repository with this identity, in one line. */
    static String text(String id) {
        return content(id).toString();
    }

    private void deleteAfter(BackupException failure, String file) {
        try {
            storage.deleteFile(file);
        } catch (BackupException e) {
            // What failed first is the reason, and tells why this can't be done either.
            failure.addSuppressed(e);
        }
    }

    /**
     * A further field of the file, such as programs that use the repository in a way of their own write it.
     *
     * @return empty if the file does not have it, or can't be read
     */
    public Optional<String> field(String name) throws BackupException {
        Optional<String> known = Optional.ofNullable(fields.get(name));
        Optional<String> value = known.isPresent()
                ? known
                : readable().map(root -> root.path(name).asText("")).filter(text -> !text.isEmpty());
        value.ifPresent(text -> fields.put(name, text));
        return value;
    }

    /** That the file can't be used is said where its id is asked for. */
    private Optional<ObjectNode> readable() throws BackupException {
        try {
            return read();
        } catch (IntegrityException e) {
            return Optional.empty();
        }
    }

    /** Writes a further field, in a repository that is initialized. */
    public void setField(String name, String value) throws BackupException {
        ObjectNode root = read().orElseThrow();
        root.put(name, value);
        String fresh = freshName();
        try {
            files.write(fresh, bytes(root));
            storage.replace(fresh, NAME);
        } catch (BackupException e) {
            deleteAfter(e, fresh);
            throw e;
        }
    }

    private String freshName() {
        return "." + NAME + "-" + random.get();
    }

    private static byte[] bytes(ObjectNode root) {
        return (root.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
    }
}

package io.jenkins.plugins.zfsbackup.engine.repository;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What this machine remembers of backups that it has found whole: a file for each dataset, below a directory for each
 * repository. It only spares looking again at what has not changed since. Without the files, all is looked at again.
 */
final class SeenBackups {

    private static final String FILE = ".seen-backups.json";
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    /** Some 300 bytes for each backup. */
    private static final BoundedJson.Bounds BOUNDS = new BoundedJson.Bounds(128 << 20, 32 << 20);

    private static final int ENTRY_PARTS = 64;

    private final Path folder;
    private final Consumer<IOException> failed;

    /**
     * @param folder where the files are; made when it is needed
     * @param failed hears why nothing can be remembered there
     */
    SeenBackups(Path folder, Consumer<IOException> failed) {
        this.folder = folder;
        this.failed = failed;
    }

    /** What is remembered of a dataset, by the backups' names; nothing if what is there is not whole. */
    Map<String, SeenWhole> of(String repositoryId, String dataset) {
        Map<String, SeenWhole> seen = new HashMap<>();
        try {
            try (InputStream text = Files.newInputStream(file(repositoryId, dataset));
                    BoundedJson json = BOUNDS.open(text)) {
                json.document((name, backups) -> backups.array(entry -> {
                    JsonNode each = entry.tree(new BoundedJson.Allowance(ENTRY_PARTS));
                    seen.put(
                            each.path("id").asText(),
                            new SeenWhole(
                                    each.path("modified").asLong(),
                                    each.path("files").asText(),
                                    each.path("keys").asText(),
                                    each.path("turn").asLong()));
                }));
            }
            return seen;
        } catch (NoSuchFileException e) {
            return Map.of();
        } catch (JacksonException | IntegrityException | RuntimeException e) {
            // Written by another version or by somebody else, or cut by a full disk: all is looked at again then, and
            // written
            // anew.
            return Map.of();
        } catch (IOException e) {
            failed.accept(e);
            return Map.of();
        }
    }

    /** Remembers this of a dataset, and nothing else. */
    void remember(String repositoryId, String dataset, Map<String, SeenWhole> seen) {
        ObjectNode root = JSON.createObjectNode();
        ArrayNode backups = root.putArray("backups");
        seen.forEach((id, each) -> backups.addObject()
                .put("id", id)
                .put("modified", each.modified())
                .put("files", each.files())
                .put("keys", each.keys())
                .put("turn", each.turn()));
        Path file = file(repositoryId, dataset);
        try {
            Files.createDirectories(file.getParent());
            Path next = Files.createTempFile(file.getParent(), FILE, "");
            Files.write(next, JSON.writeValueAsBytes(root));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            failed.accept(e);
        }
    }

    private Path file(String repositoryId, String dataset) {
        return folder.resolve(repositoryId)
                .resolve(BackupName.datasetDirectory(dataset))
                .resolve(FILE);
    }
}

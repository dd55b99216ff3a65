package io.jenkins.plugins.zfsbackup.engine.repository;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.storage.StoredFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What this machine remembers of the backups that it has seen in repositories, so that a run need not read the manifest
 * of each backup of a long history again: a file for each dataset, below a directory for each repository.
 *
 * <p>It only spares reading. A backup counts if the repository lists it; {@link Summaries} says when it is taken from
 * here. Without the files, all is read again.
 */
final class KnownBackups {

    private static final String FILE = ".known-backups.json";
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    /** Some 400 bytes for each backup and 150 for each snapshot of a package. */
    private static final BoundedJson.Bounds BOUNDS = new BoundedJson.Bounds(128 << 20, 32 << 20);

    private static final int MOST_ENTRY_PARTS = 16 * Manifest.MOST_BETWEEN;

    private final Path folder;
    private final Consumer<IOException> failed;

    /**
     * @param folder where the files are; made when it is needed
     * @param failed hears why nothing can be remembered there
     */
    KnownBackups(Path folder, Consumer<IOException> failed) {
        this.folder = folder;
        this.failed = failed;
    }

    /**
     * A backup as it was read.
     *
     * @param modified when its directory had been changed last, in seconds since 1970
     * @param manifest what the manifest was like
     */
    record Known(StoredBackup backup, long modified, Stamp manifest) {

        /** No directory has been changed so long ago. */
        private static final long NEVER = Long.MIN_VALUE;

        /**
         * What a file was like.
         *
         * @param size in bytes
         * @param modified when it had been changed last, in seconds since 1970
         */
        record Stamp(long size, long modified) {

            /** Of a file that nobody has looked at, or that is not there. */
            static final Stamp NONE = new Stamp(-1, 0);
        }

        Known(StoredBackup backup, StoredFile directory, Stamp manifest) {
            this(backup, directory.modified().getEpochSecond(), manifest);
        }

        /** The same, not to be taken for what is there now. */
        Known toBeReadAgain() {
            return new Known(backup, NEVER, manifest);
        }

        boolean isStill(StoredFile directory) {
            return directory.modified().getEpochSecond() == modified;
        }
    }

    /** What is remembered of a dataset, by the backups' names; nothing if what is there is not whole. */
    Map<String, Known> of(String repositoryId, String dataset) {
        Path file = file(repositoryId, dataset);
        Map<String, Known> known = new HashMap<>();
        try {
            try (InputStream text = Files.newInputStream(file);
                    BoundedJson json = BOUNDS.open(text)) {
                json.document((name, backups) -> backups.array(entry -> {
                    JsonNode each = entry.tree(new BoundedJson.Allowance(MOST_ENTRY_PARTS));
                    StoredBackup backup = ManifestJson.readSummary(each, file.toString());
                    JsonNode manifest = each.path("manifest");
                    known.put(
                            backup.id(),
                            new Known(
                                    backup,
                                    each.path("modified").asLong(),
                                    new Known.Stamp(
                                            manifest.path("size").asLong(),
                                            manifest.path("modified").asLong())));
                }));
            }
            return known;
        } catch (NoSuchFileException e) {
            return Map.of();
        } catch (JacksonException | IntegrityException | RuntimeException e) {
            // Written by another version or by somebody else, or cut by a full disk: all is read from the repository
            // then, and
            // written anew.
            return Map.of();
        } catch (IOException e) {
            failed.accept(e);
            return Map.of();
        }
    }

    /** Remembers this of a dataset, and nothing else. */
    void remember(String repositoryId, String dataset, List<Known> backups) {
        ObjectNode root = JSON.createObjectNode();
        ArrayNode array = root.putArray("backups");
        for (Known each : backups) {
            ObjectNode node = ManifestJson.summary(each.backup()).put("modified", each.modified());
            node.putObject("manifest")
                    .put("size", each.manifest().size())
                    .put("modified", each.manifest().modified());
            array.add(node);
        }
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

    /** Whether the dataset's memory is worth writing again. */
    static boolean differ(Map<String, Known> before, List<Known> now) {
        return now.size() != before.size()
                || now.stream()
                        .anyMatch(each -> !Optional.ofNullable(
                                        before.get(each.backup().id()))
                                .equals(Optional.of(each)));
    }
}

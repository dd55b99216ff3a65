package io.jenkins.plugins.zfsbackup.engine.repository;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The newest backup of each dataset that this machine has seen in each repository. A repository that has it no more,
 * and none newer, was put back to an older state, or has lost it.
 */
final class NewestStored {

    private static final String FILE = ".newest-stored.json";
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final Path folder;
    private final Consumer<IOException> failed;

    /**
     * @param folder where the files are; made when it is needed
     * @param failed hears why nothing can be remembered there
     */
    NewestStored(Path folder, Consumer<IOException> failed) {
        this.folder = folder;
        this.failed = failed;
    }

    /**
     * A backup that was there.
     *
     * @param dataset the dataset's name
     * @param backup the backup's name
     * @param snapshot name of the snapshot that it leads to
     * @param guid that snapshot's
     * @param sequence its place in the order in which the dataset's backups were published
     */
    record Seen(String dataset, String backup, String snapshot, long guid, long sequence) {

        static Seen of(String dataset, StoredBackup backup) {
            return new Seen(
                    dataset,
                    backup.id(),
                    backup.snapshot().name(),
                    backup.snapshot().guid(),
                    backup.sequence());
        }
    }

    /** What was seen of a dataset; empty if nothing was, or what is there can't be read. */
    Optional<Seen> of(String repositoryId, String dataset) {
        return read(file(repositoryId, dataset));
    }

    private Optional<Seen> read(Path file) {
        try {
            JsonNode root = JSON.readTree(Files.readAllBytes(file));
            boolean whole = Stream.of("dataset", "backup", "snapshot", "guid")
                            .allMatch(field -> root.path(field).isTextual())
                    && root.path("sequence").canConvertToLong();
            return whole
                    ? Optional.of(new Seen(
                            root.get("dataset").textValue(),
                            root.get("backup").textValue(),
                            root.get("snapshot").textValue(),
                            Long.parseUnsignedLong(root.get("guid").textValue()),
                            root.get("sequence").longValue()))
                    : Optional.empty();
        } catch (NoSuchFileException | JacksonException | NumberFormatException e) {
            // Cut by a full disk, or written by another version: then nothing is known.
            return Optional.empty();
        } catch (IOException e) {
            failed.accept(e);
            return Optional.empty();
        }
    }

    /** All that was seen in a repository. */
    List<Seen> all(String repositoryId) {
        Path top = folder.resolve(repositoryId);
        if (!Files.isDirectory(top)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(top)) {
            return files.filter(file -> file.getFileName().toString().equals(FILE))
                    .sorted()
                    .flatMap(file -> read(file).stream())
                    .toList();
        } catch (IOException e) {
            failed.accept(e);
            return List.of();
        } catch (UncheckedIOException e) {
            failed.accept(e.getCause());
            return List.of();
        }
    }

    /** Remembers that this is the newest. */
    void remember(String repositoryId, Seen seen) {
        ObjectNode root = JSON.createObjectNode()
                .put("dataset", seen.dataset())
                .put("backup", seen.backup())
                .put("snapshot", seen.snapshot())
                .put("guid", Long.toUnsignedString(seen.guid()))
                .put("sequence", seen.sequence());
        Path file = file(repositoryId, seen.dataset());
        try {
            Files.createDirectories(file.getParent());
            Path next = Files.createTempFile(file.getParent(), FILE, "");
            Files.write(next, JSON.writeValueAsBytes(root));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            failed.accept(e);
        }
    }

    /** Where a dataset's is kept. */
    Path file(String repositoryId, String dataset) {
        return folder.resolve(repositoryId)
                .resolve(BackupName.datasetDirectory(dataset))
                .resolve(FILE);
    }
}

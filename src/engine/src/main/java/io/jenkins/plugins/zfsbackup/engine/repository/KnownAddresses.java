package io.jenkins.plugins.zfsbackup.engine.repository;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Which repositories this machine has backed up to at which addresses; at one there may be several, such as on disks
 * that are changed in turn.
 */
final class KnownAddresses {

    private static final String FOLDER = ".addresses";
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final Path folder;
    private final Consumer<IOException> failed;

    /**
     * @param folder below which the files are; made when it is needed
     * @param failed hears why nothing can be remembered there
     */
    KnownAddresses(Path folder, Consumer<IOException> failed) {
        this.folder = folder;
        this.failed = failed;
    }

    /** The ids of the repositories that were seen at an address, in the order in which they were seen first. */
    Set<String> at(String address) {
        Set<String> ids = new LinkedHashSet<>();
        try {
            for (JsonNode id : JSON.readTree(Files.readAllBytes(file(address))).path("repositories")) {
                ids.add(id.asText());
            }
            return ids;
        } catch (NoSuchFileException | JacksonException e) {
            return Set.of();
        } catch (IOException e) {
            failed.accept(e);
            return Set.of();
        }
    }

    /** Remembers that this repository was seen at the address. */
    void remember(String address, String repositoryId) {
        Set<String> ids = new LinkedHashSet<>(at(address));
        if (!ids.add(repositoryId)) {
            return;
        }
        ObjectNode root = JSON.createObjectNode().put("address", address);
        ids.forEach(root.putArray("repositories")::add);
        Path file = file(address);
        try {
            Files.createDirectories(file.getParent());
            Path next = Files.createTempFile(file.getParent(), FOLDER, "");
            Files.write(next, JSON.writeValueAsBytes(root));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            failed.accept(e);
        }
    }

    /** Where an address's are kept: an address may be longer than a file's name. */
    Path file(String address) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(address.getBytes(StandardCharsets.UTF_8));
            return folder.resolve(FOLDER).resolve(HexFormat.of().formatHex(hash, 0, 8) + ".json");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}

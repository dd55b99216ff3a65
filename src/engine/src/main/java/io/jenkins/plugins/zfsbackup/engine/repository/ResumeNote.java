package io.jenkins.plugins.zfsbackup.engine.repository;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The note of the volumes that were stored of an unfinished backup. It lies in the repository, where others may write,
 * and what it names would be signed; so it carries a code that only this machine can make ({@link MachineKey}), over
 * all that stands in it. Nothing of a note is parsed before its code was checked.
 *
 * @param repository the repository's identity
 * @param dataset the dataset's name
 * @param backup the name that the backup will get
 * @param fingerprint of everything that makes stored volumes reusable
 */
record ResumeNote(String repository, String dataset, String backup, String fingerprint) {

    private static final ObjectMapper JSON = JsonMapper.builder().build();
    /** How each note begins; the code follows, then {@link #NEXT}, and all from there on is what the code is for. */
    private static final String FIRST = "{\"hmacSha256\":\"";

    private static final String NEXT = "\",";

    /** The file; empty where this machine can keep no secret. */
    Optional<byte[]> write(Collection<Manifest.Volume> volumes, MachineKey key) {
        ObjectNode json = JSON.createObjectNode()
                .put("repository", repository)
                .put("dataset", dataset)
                .put("backup", backup)
                .put("fingerprint", fingerprint);
        ArrayNode array = json.putArray("volumes");
        volumes.forEach(each -> array.add(ManifestJson.volume(each)));
        String content = json.toString().substring(1);
        return key.code(content.getBytes(StandardCharsets.UTF_8))
                .map(code -> (FIRST + code + NEXT + content).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The volumes that a file names.
     *
     * @param where names the file, for messages
     * @return none if the file is cut, was not written by this machine, or is about another backup
     */
    List<Manifest.Volume> read(byte[] file, MachineKey key, String where) {
        int begins = FIRST.length() + MachineKey.CODE_LENGTH + NEXT.length();
        String head = new String(file, 0, Math.min(begins, file.length), StandardCharsets.US_ASCII);
        if (head.length() < begins || !head.startsWith(FIRST) || !head.endsWith(NEXT)) {
            return List.of();
        }
        String code = head.substring(FIRST.length(), FIRST.length() + MachineKey.CODE_LENGTH);
        byte[] content = Arrays.copyOfRange(file, begins, file.length);
        if (!key.made(code, content)) {
            return List.of();
        }
        try {
            JsonNode json = JSON.readTree("{" + new String(content, StandardCharsets.UTF_8));
            ResumeNote found = new ResumeNote(
                    json.path("repository").asText(),
                    json.path("dataset").asText(),
                    json.path("backup").asText(),
                    json.path("fingerprint").asText());
            return found.isSameStream(this) ? ManifestJson.readVolumes(json.path("volumes"), where) : List.of();
        } catch (JsonProcessingException | IntegrityException e) {
            // This machine has written it, but another version of the engine: nothing of it is used then.
            return List.of();
        }
    }

    /** The fingerprint tells the snapshots by their guids: what they are called may have changed since. */
    private boolean isSameStream(ResumeNote other) {
        return repository.equals(other.repository)
                && dataset.equals(other.dataset)
                && fingerprint.equals(other.fingerprint);
    }
}

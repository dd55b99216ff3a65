package io.jenkins.plugins.zfsbackup.engine.repository;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The content of a lock's {@code owner.json}.
 *
 * @param owner who holds the lock
 * @param nonce a random number of this lock's own, the same as long as it is held
 * @param renewals how often it was renewed, so that each renewal shows
 */
record LockNote(LockOwner owner, String nonce, long renewals) {

    private static final ObjectMapper JSON = JsonMapper.builder().build();

    LockNote renewed() {
        return new LockNote(owner, nonce, renewals + 1);
    }

    byte[] write() {
        return JSON.createObjectNode()
                .put("user", owner.user())
                .put("host", owner.host())
                .put("pid", owner.process().pid())
                .put("boot", owner.process().boot())
                .put("namespace", owner.process().namespace())
                .put("started", owner.process().started())
                .put("run", owner.run())
                .put("nonce", nonce)
                .put("renewals", renewals)
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    /** What a file says; empty if it is no such note. */
    static Optional<LockNote> read(byte[] content) {
        JsonNode json;
        try {
            json = JSON.readTree(content);
        } catch (JsonProcessingException e) {
            // Cut by a full disk, or somebody else's: how old it is decides alone.
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
        if (json == null || !json.path("nonce").isTextual()) {
            return Optional.empty();
        }
        ProcessIdentity process = new ProcessIdentity(
                json.path("pid").asLong(),
                json.path("boot").asText(""),
                json.path("namespace").asText(""),
                json.path("started").asLong());
        LockOwner owner = new LockOwner(
                json.path("user").asText("?"),
                json.path("host").asText("?"),
                process,
                json.path("run").asText("?"));
        return Optional.of(new LockNote(
                owner, json.path("nonce").asText(), json.path("renewals").asLong()));
    }
}

package io.jenkins.plugins.zfsbackup.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.zfsbackup.engine.protocol.Progress;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AgentJsonTest {

    @Test
    void valuesComeOutAsTheyWentIn() throws Exception {
        assertEquals(
                Map.of("a", List.of(1L, 2.5, true, "[x]", "ä\n\""), "b", Map.of()),
                read("{\"a\": [1, 2.5, true, \"[x]\", \"\\u00e4\\n\\\"\"], \"b\": {}}", new Room(100, 1_000)));
    }

    @Test
    void whatIsBeyondTheBudgetIsLeftOutAndSaid() throws Exception {
        Room values = new Room(4, 1_000);
        assertEquals(Map.of("a", List.of(1L, 2L, 3L)), read("{\"a\": [1, 2, 3, 4, 5], \"b\": 6}", values));
        assertTrue(values.isCut());
        Room characters = new Room(100, 10);
        assertEquals(
                Map.of("a", List.of("12345", "678")),
                read("{\"a\": [\"12345\", \"678\", \"901\", \"2\"]}", characters));
        assertTrue(characters.isCut());
        Room enough = new Room(3, 100);
        read("{\"a\": [1, 2]}", enough);
        assertFalse(enough.isCut());
    }

    @Test
    void fieldsThatLieAboutThemselvesAreBroughtToForm() throws Exception {
        Progress progress = AgentJson.read(
                stream("{\"seconds\": -5, \"streams\": [{\"seconds\": 1e300, \"dataset\": [1], \"rawBytes\": 1e30,"
                        + " \"what\": \"" + "x".repeat(5_000) + "\\u001b[31m\"}, 7, null]}"),
                Progress.class,
                new Room(100, 10_000));
        assertEquals(0, progress.seconds());
        assertEquals(1, progress.streams().size());
        Progress.StreamProgress stream = progress.streams().get(0);
        assertEquals(0, stream.seconds());
        assertEquals("", stream.dataset());
        assertTrue(stream.rawBytes() > 0);
        assertTrue(stream.what().length() < 2_010);
    }

    @Test
    void ofAListThereIsAsMuchAsThereIsRoomFor() throws Exception {
        Progress progress = AgentJson.read(
                stream(
                        "{\"streams\": [{\"dataset\": \"a\"}, {\"dataset\": \"b\"}, {\"dataset\": \"c\"}], \"seconds\": 7}"),
                Progress.class,
                new Room(2, 100));
        assertEquals(
                List.of("a", "b"),
                progress.streams().stream()
                        .map(Progress.StreamProgress::dataset)
                        .toList());
        assertEquals(7, progress.seconds());
    }

    @Test
    void aRequestCarriesItsArgumentsAndSecrets() throws Exception {
        String text = "quote \" backslash \\ newline \n bell \u0007 umlaut ü";
        byte[] key = {0, -1, 127, 13};
        byte[] request = new EngineRequest("backup", text)
                .secret("--identity", "identity", key)
                .file("--accept-new-host-key", "new")
                .bytes("/folder");
        Map<String, Object> read = AgentJson.values(new ByteArrayInputStream(request), new Room(100, 1_000));
        assertEquals(
                List.of("backup", text, "--identity", "request:identity", "--accept-new-host-key", "/folder/new"),
                read.get("arguments"));
        assertArrayEquals(key, Base64.getDecoder().decode((String) ((Map<?, ?>) read.get("secrets")).get("identity")));
    }

    private static Map<String, Object> read(String json, Room budget) throws IOException {
        return AgentJson.values(stream(json), budget);
    }

    private static ByteArrayInputStream stream(String json) {
        return new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8));
    }
}

package io.jenkins.plugins.zfsbackup.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonInputTest {

    @Test
    void valuesComeOutAsTheyWentIn() throws Exception {
        assertEquals(
                Map.of("a", List.of(1L, 2.5, true, "[x]", "ä\n\""), "b", Map.of()),
                read("{\"a\": [1, 2.5, true, \"[x]\", \"\\u00e4\\n\\\"\"], \"b\": {}}", new Budget(100, 1_000)));
    }

    @Test
    void whatIsBeyondTheBudgetIsLeftOutAndSaid() throws Exception {
        Budget values = new Budget(4, 1_000);
        assertEquals(Map.of("a", List.of(1L, 2L, 3L)), read("{\"a\": [1, 2, 3, 4, 5], \"b\": 6}", values));
        assertTrue(values.isCut());
        Budget characters = new Budget(100, 10);
        assertEquals(
                Map.of("a", List.of("12345", "678")),
                read("{\"a\": [\"12345\", \"678\", \"901\", \"2\"]}", characters));
        assertTrue(characters.isCut());
        Budget enough = new Budget(3, 100);
        read("{\"a\": [1, 2]}", enough);
        assertFalse(enough.isCut());
    }

    @Test
    void aDocumentThatMustBeWholeIsRefusedIfItIsLarger() {
        assertThrows(JsonException.class, () -> JsonInput.readWhole(stream("{\"a\": [1, 2, 3]}"), new Budget(3, 100)));
    }

    @Test
    void fieldsThatLieAboutThemselvesAreBroughtToForm() throws Exception {
        Fields fields = new Fields(read(
                "{\"rawBytes\": -5, \"seconds\": 1e300, \"dataset\": [1], \"message\": \"" + "x".repeat(5_000)
                        + "\\u001b[31m\"}",
                new Budget(100, 10_000)));
        assertEquals(0, fields.count("rawBytes"));
        assertEquals(0, fields.decimal("seconds"));
        assertEquals("", fields.text("dataset"));
        assertTrue(fields.text("message").length() < 2_010);
    }

    @Test
    void aRequestCarriesItsArgumentsAndSecrets() throws Exception {
        String text = "quote \" backslash \\ newline \n bell \u0007 umlaut ü";
        byte[] key = {0, -1, 127, 13};
        byte[] request = new EngineRequest("backup", text)
                .secret("--identity", "identity", key)
                .file("--accept-new-host-key", "new")
                .bytes("/folder");
        Map<String, Object> read = JsonInput.read(new ByteArrayInputStream(request), new Budget(100, 1_000));
        assertEquals(
                List.of("backup", text, "--identity", "request:identity", "--accept-new-host-key", "/folder/new"),
                read.get("arguments"));
        assertArrayEquals(key, Base64.getDecoder().decode((String) ((Map<?, ?>) read.get("secrets")).get("identity")));
    }

    private static Map<String, Object> read(String json, Budget budget) throws IOException {
        return JsonInput.read(stream(json), budget);
    }

    private static ByteArrayInputStream stream(String json) {
        return new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8));
    }
}

package io.jenkins.plugins.zfsbackup.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {

    @Test
    void valuesComeOutAsTheyWentIn() throws Exception {
        assertEquals(
                Map.of("a", List.of(1L, 2.5, true, "[x]", "ä\n\"")),
                read("{\"a\": [1, 2.5, true, \"[x]\", \"\\u00e4\\n\\\"\"]}"));
    }

    @Test
    void aQuotedTextIsReadBackAsItself() throws Exception {
        String text = "quote \" backslash \\ newline \n bell \u0007 umlaut ü";
        assertEquals(text, read(Json.quote(text)));
    }

    @Test
    void aCutDocumentIsRefusedWhereverItIsCut() {
        String whole = "{\"datasets\": [{\"dataset\": \"tank/a\", \"rawBytes\": 12, \"ok\": true, \"none\": null}]}";
        for (int length = 0; length < whole.length(); length++) {
            String cut = whole.substring(0, length);
            assertThrows(Json.JsonException.class, () -> read(cut), cut);
        }
    }

    @Test
    void aDocumentNestedToExhaustTheStackIsRefused() {
        char[] open = new char[1_000_000];
        Arrays.fill(open, '[');
        assertThrows(Json.JsonException.class, () -> read(new String(open)));
    }

    @Test
    void fieldsThatLieAboutThemselvesAreBroughtToForm() throws Exception {
        Fields fields = Fields.of(read("{\"rawBytes\": -5, \"seconds\": 1e300, \"dataset\": [1], \"message\": \""
                + "x".repeat(5_000) + "\\u001b[31m\"}"));
        assertEquals(0, fields.count("rawBytes"));
        assertEquals(0, fields.decimal("seconds"));
        assertEquals("", fields.text("dataset"));
        assertTrue(fields.text("message").length() < 2_010);
    }

    private static Object read(String json) throws Json.JsonException {
        return Json.read(json.getBytes(StandardCharsets.UTF_8));
    }
}

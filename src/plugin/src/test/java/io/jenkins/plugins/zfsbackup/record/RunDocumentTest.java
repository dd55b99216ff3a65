package io.jenkins.plugins.zfsbackup.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.zfsbackup.agent.JsonException;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.ListResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import io.jenkins.plugins.zfsbackup.engine.protocol.RestoreResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.Result;
import io.jenkins.plugins.zfsbackup.engine.protocol.VerifyResult;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RunDocumentTest {

    private static final String BACKUP = """
            {"id": "x", "kind": "full", "snapshot": "s", "rawBytes": 10, "storedBytes": 4, "seconds": 0.5}""";

    @Test
    void aDocumentIsReadWithItsFigures() throws Exception {
        RunDocument document = read("""
                {"formatVersion": "1.0", "outcome": "partial", "message": "m", "unknown": [[{}]], "datasets": [
                  {"dataset": "tank/a", "outcome": "backed-up", "backups": [%s, %s], "newest": {"snapshot": "s",
                  "created": "2026-01-02T00:00:00Z"}},
                  {"dataset": "tank/b", "outcome": "failed", "message": "no", "newest": {"snapshot": "r",
                  "created": "2026-01-01T00:00:00Z"}},
                  {"dataset": "tank/c", "outcome": "failed", "message": "never"},
                  {"dataset": "tank/d", "outcome": "skipped", "message": "it has no snapshot"}]}
                """.formatted(BACKUP, BACKUP));
        RunFigures figures = document.figures();
        assertEquals(
                List.of("tank/a", "tank/b", "tank/c", "tank/d"),
                document.datasets().stream().map(DatasetView::getDataset).toList());
        assertEquals(Outcome.PARTIAL, document.result().orElseThrow().outcome());
        assertEquals(4, figures.datasets());
        assertEquals(2, figures.failed());
        assertEquals(1, figures.unsafe(), "of c nothing can be restored");
        assertEquals(2, figures.backups());
        assertEquals(20, figures.rawBytes());
        assertEquals(8, figures.storedBytes());
        assertEquals("2026-01-01T00:00:00Z", figures.safeUpTo());
        assertEquals(1.0, document.datasets().get(0).getSeconds());
    }

    @Test
    void whatAVerificationHasFoundIsSaidOfItsDataset() throws Exception {
        RunDocument document = read("""
                {"formatVersion": "1.0", "outcome": "partial", "datasets": [{"dataset": "tank/a",
                "outcome": "failed", "message": "", "backups": [
                  {"id": "one", "outcome": "ok", "checkedBytes": 5, "message": ""},
                  {"id": "two", "outcome": "failed", "checkedBytes": 7, "message": "its hash differs"}]}]}
                """, VerifyResult.class);
        assertEquals("two: its hash differs", document.datasets().get(0).getMessage());
        assertEquals(12, document.figures().checkedBytes());
        assertEquals(2, document.figures().backups());
    }

    @Test
    void aDocumentThatIsCutOrNoneIsRefusedWhereverItIsCut() {
        String whole = "{\"datasets\": [{\"dataset\": \"tank/a\", \"backups\": [" + BACKUP
                + "], \"ok\": true, \"none\": null}]}";
        for (int length = 0; length < whole.length(); length++) {
            String cut = whole.substring(0, length);
            assertThrows(JsonException.class, () -> read(cut), cut);
        }
        for (String bad : List.of(
                "[]",
                "null",
                "7",
                "\"x\"",
                whole + "x",
                whole + whole,
                "[".repeat(100_000),
                "{\"a\":" + "[".repeat(100_000),
                "\u0000")) {
            assertThrows(JsonException.class, () -> read(bad), bad.substring(0, Math.min(20, bad.length())));
        }
        byte[] latin1 = "{\"message\": \"für\"}".getBytes(StandardCharsets.ISO_8859_1);
        assertThrows(JsonException.class, () -> RunDocument.read(new ByteArrayInputStream(latin1), BackupResult.class));
    }

    @Test
    void valuesOfAnotherKindThanTheyShouldBeCountAsNone() throws Exception {
        for (String value : List.of(
                "7",
                "null",
                "true",
                "\"x\"",
                "[]",
                "{}",
                "[1, \"a\", [2], {\"dataset\": 1}]",
                "{\"a\": 1}",
                "1e400",
                "99999999999999999999",
                "-5")) {
            for (String name :
                    List.of("formatVersion", "outcome", "message", "recipients", "signer", "started", "datasets")) {
                for (Class<? extends Result> kind :
                        List.of(BackupResult.class, VerifyResult.class, ListResult.class, RestoreResult.class)) {
                    read("{\"" + name + "\": " + value + "}", kind);
                }
            }
            for (String name : List.of("dataset", "outcome", "backups", "warnings", "newest", "message")) {
                RunDocument document = read("{\"datasets\": [{\"" + name + "\": " + value + "}]}");
                assertEquals(1, document.figures().datasets());
                document.datasets().get(0).getSpan();
                document.datasets().get(0).getKind();
            }
            for (String name :
                    List.of("rawBytes", "storedBytes", "seconds", "kind", "snapshot", "base", "checkedBytes")) {
                RunDocument document = read("{\"datasets\": [{\"backups\": [{\"" + name + "\": " + value + "}]}]}");
                assertTrue(document.figures().rawBytes() >= 0);
                document.datasets().get(0).getThroughput();
            }
        }
    }

    @Test
    void figuresThatAreTooLargeToBeAddedDoNotBecomeNegative() throws Exception {
        RunDocument document = read("{\"datasets\": [{\"backups\": ["
                + String.join(
                        ",",
                        Collections.nCopies(
                                40, "{\"rawBytes\": 999999999999999999, \"storedBytes\": 999999999999999999}"))
                + "]}]}");
        assertEquals(Long.MAX_VALUE, document.figures().rawBytes());
    }

    @Test
    void ofManyDatasetsAndBackupsAllAreCountedAndSomeAreShown() throws Exception {
        RunDocument document = RunDocument.read(
                stream(
                        "{\"datasets\": [",
                        "{\"dataset\": \"tank/x\", \"outcome\": \"backed-up\", \"backups\": [" + BACKUP + "," + BACKUP
                                + "]}",
                        30_000,
                        "], \"message\": \"last\"}"),
                BackupResult.class);
        assertEquals(30_000, document.figures().datasets());
        assertEquals(60_000, document.figures().backups());
        assertEquals(600_000, document.figures().rawBytes());
        assertEquals("last", document.result().orElseThrow().message());
        assertTrue(document.datasets().size() <= 10_000);
        assertTrue(document.datasets().stream()
                        .mapToInt(each -> each.getBackups().size())
                        .sum()
                <= 20_000);
    }

    /** What is kept must stay far below the size of the document, whatever it is made of. */
    @Test
    void aDocumentOfSixteenMebibytesBecomesAFewInMemory() throws Exception {
        String text = "\"" + "x".repeat(1_900) + "\"";
        assertSmall("[", "{}", 5_000_000, "]");
        assertSmall("{\"datasets\": [", "{}", 4_000_000, "]}");
        assertSmall(
                "{\"datasets\": [",
                "{\"dataset\":" + text + ",\"message\":" + text + ",\"warnings\":[" + text + "," + text + "]}",
                2_500,
                "]}");
        assertSmall("{\"datasets\": [{\"backups\": [", "{}", 4_000_000, "]}]}");
        assertSmall(
                "{\"datasets\": [{\"backups\": [", "{\"kind\":" + text + ",\"snapshot\":" + text + "}", 4_000, "]}]}");
        assertSmall("{\"datasets\": [{\"warnings\": [", "[]", 4_000_000, "]}]}");
        assertSmall("{\"recipients\": [", text, 8_000, "]}");
        assertSmall("{\"a\":[", "{\"" + "k".repeat(500) + "\":1}", 30_000, "]}");
    }

    private static void assertSmall(String begin, String element, int count, String end) throws IOException {
        long before = used();
        RunDocument document = null;
        try {
            document = RunDocument.read(stream(begin, element, count, end), BackupResult.class);
        } catch (JsonException e) {
            // Refused is small, too.
        }
        long grown = used() - before;
        assertTrue(
                grown < 24L << 20,
                begin + element.substring(0, Math.min(20, element.length())) + ": " + (grown >> 20) + " MiB");
        assertTrue(document == null || document.figures() != null, "still held here");
    }

    private static long used() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(
                    least,
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        return least;
    }

    /** A document that is not in memory as a whole. */
    private static InputStream stream(String begin, String element, int count, String end) {
        byte[] one = (element + ",").getBytes(StandardCharsets.UTF_8);
        int batch = Math.max(1, 100_000 / one.length);
        byte[] many = (element + ",").repeat(batch).getBytes(StandardCharsets.UTF_8);
        List<InputStream> parts = new java.util.ArrayList<>();
        parts.add(new ByteArrayInputStream(begin.getBytes(StandardCharsets.UTF_8)));
        IntStream.range(0, (count - 1) / batch).forEach(i -> parts.add(new ByteArrayInputStream(many)));
        IntStream.range(0, (count - 1) % batch).forEach(i -> parts.add(new ByteArrayInputStream(one)));
        parts.add(new ByteArrayInputStream((element + end).getBytes(StandardCharsets.UTF_8)));
        return new SequenceInputStream(Collections.enumeration(parts));
    }

    private static RunDocument read(String json) throws IOException {
        return read(json, BackupResult.class);
    }

    private static RunDocument read(String json, Class<? extends Result> kind) throws IOException {
        return RunDocument.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), kind);
    }
}

package io.jenkins.plugins.zfsbackup.engine.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Manifests that are made to use up memory or time: they are refused, in seconds, in little memory. */
class HostileManifestTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int BYTES = 60_000_000;

    /** What may be too much. */
    enum Excess {
        ARRAYS("[", "[],", "[]]"),
        DEEP_ARRAYS("", "[", ""),
        DEEP_OBJECTS("", "{\"a\":", ""),
        ARRAYS_IN_A_FIELD("{\"x\":[", "[],", "[]]}"),
        DEEP_FIELD("{\"x\":", "[", ""),
        OBJECTS_IN_A_VOLUME("{\"volumes\":[{\"x\":[", "{},", "{}]}]}"),
        EMPTY_VOLUMES("{\"volumes\":[", "{},", "{}]}"),
        EMPTY_SNAPSHOTS("{\"between\":[", "{},", "{}]}"),
        NUMBERS("{\"x\":[", "0,", "0]}"),
        STRINGS("{\"sendFlags\":[", "\"\",", "\"\"]}"),
        KEYS("{", index -> "\"" + Integer.toString(index, 36) + "\":0,", "\"\":0}"),
        KEYS_OF_ONE_HASH("{", HostileManifestTest::collides, "\"\":0}"),
        KEYS_IN_SOFTWARE("{\"software\":{", index -> "\"" + index + "\":\"\",", "\"\":\"\"}}"),
        ONE_KEY_AGAIN_AND_AGAIN("{", "\"run\":0,", "\"run\":0}"),
        LONG_KEY("{\"", "x", "\":0}"),
        LONG_STRING("{\"run\":\"", "x", "\"}"),
        ESCAPED_STRING("{\"run\":\"", "\\u0000", "\"}"),
        LONG_NUMBER("{\"rawBytes\":1", "0", "}"),
        LONG_EXPONENT("{\"rawBytes\":1e", "9", "}"),
        BLANKS("{", " ", ""),
        NO_JSON("", "\0", "");

        private final String head;
        private final IntFunction<String> part;
        private final String tail;

        Excess(String head, String part, String tail) {
            this(head, index -> part, tail);
        }

        Excess(String head, IntFunction<String> part, String tail) {
            this.head = head;
            this.part = part;
            this.tail = tail;
        }

        byte[] document() {
            StringBuilder document = new StringBuilder(BYTES + 100).append(head);
            for (int index = 0; document.length() < BYTES; index++) {
                document.append(part.apply(index));
            }
            return document.append(tail).toString().getBytes(StandardCharsets.UTF_8);
        }
    }

    /**
     * Names of one hash code in Java: each bit of the number chooses between two pairs of letters that have the same.
     */
    private static String collides(int index) {
        String bits = Integer.toBinaryString(index | 1 << 24);
        return "\"" + bits.replace("0", "Aa").replace("1", "BB") + "\":0,";
    }

    @ParameterizedTest
    @EnumSource
    @Timeout(value = 30, unit = TimeUnit.SECONDS)
    void isRefusedWithoutBeingTakenIn(Excess excess) throws IOException {
        byte[] document = excess.document();

        assertThatThrownBy(() -> ManifestJson.read(document, "the manifest")).isInstanceOf(IntegrityException.class);
        assertThatThrownBy(() -> ManifestJson.readWithoutVolumes(new ByteArrayInputStream(document), "the manifest"))
                .isInstanceOf(IntegrityException.class);
    }

    private static Manifest withVolumes(int count) {
        return Manifests.manifest(
                "tank/a",
                Optional.empty(),
                "x",
                IntStream.rangeClosed(1, count)
                        .mapToObj(number -> Manifests.volume(number, 10, 5))
                        .toList());
    }

    @Test
    void theLargestManifestThatIsWrittenIsRead() throws IOException {
        Manifest largest = withVolumes(Manifest.MOST_VOLUMES);

        byte[] written = ManifestJson.write(largest);

        assertThat(written).hasSizeLessThan(ManifestJson.LARGEST);
        assertThat(ManifestJson.read(written, "it")).isEqualTo(largest);
        assertThat(ManifestJson.readWithoutVolumes(new ByteArrayInputStream(written), "it")
                        .summary("x.full"))
                .isEqualTo(largest.summary("x.full"));
    }

    @Test
    void oneVolumeMoreIsRefused() throws IOException {
        byte[] written = ManifestJson.write(withVolumes(Manifest.MOST_VOLUMES + 1));

        assertThatThrownBy(() -> ManifestJson.read(written, "it"))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("more than 200000 volumes");
    }

    private static byte[] packageOf(int between) throws IOException {
        ObjectNode json =
                (ObjectNode) JSON.readTree(ManifestJson.write(Manifests.incremental("tank/a", "x", "y", 10, 5)));
        json.put("kind", Kind.PACKAGE.text());
        ArrayNode array = json.putArray("between");
        for (int index = 1; index <= between; index++) {
            array.addObject()
                    .put("name", "daily-2019-08-06_02.00." + index)
                    .put("guid", Long.toUnsignedString(-1_000_000_000_000L - index))
                    .put("createtxg", String.valueOf(index))
                    .put("created", "2019-08-06T02:00:00Z");
        }
        return JSON.writeValueAsBytes(json);
    }

    @Test
    void theLargestPackageIsReadAndNoLargerOne() throws IOException {
        assertThat(ManifestJson.read(packageOf(Manifest.MOST_BETWEEN), "it").between())
                .hasSize(Manifest.MOST_BETWEEN);

        byte[] larger = packageOf(Manifest.MOST_BETWEEN + 1);
        assertThatThrownBy(() -> ManifestJson.read(larger, "it"))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("more than 100000 snapshots");
    }

    @Test
    void whatLaterVersionsAddIsKeptUpToABound() throws IOException {
        ObjectNode json = (ObjectNode) JSON.readTree(ManifestJson.write(withVolumes(1)));
        ArrayNode later = json.putArray("later");
        IntStream.range(0, 5_000).forEach(later::add);
        assertThat(ManifestJson.read(JSON.writeValueAsBytes(json), "it").other())
                .containsOnlyKeys("later");

        IntStream.range(0, 5_000).forEach(later::add);
        assertThatThrownBy(() -> ManifestJson.read(JSON.writeValueAsBytes(json), "it"))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("larger or deeper than any manifest");
    }

    @Test
    void sizesThatOverflow64BitsAreRefused() throws IOException {
        ObjectNode json = (ObjectNode) JSON.readTree(ManifestJson.write(withVolumes(4)));
        json.put("rawBytes", 0).put("storedBytes", 0);
        json.path("volumes")
                .forEach(each -> ((ObjectNode) each).put("rawBytes", 1L << 62).put("storedBytes", 1L << 62));

        assertThatThrownBy(() -> ManifestJson.read(JSON.writeValueAsBytes(json), "it"))
                .isInstanceOf(IntegrityException.class);
    }

    @Test
    void aNameThatIsThereTwiceIsRefused() {
        String json = new String(ManifestJson.write(withVolumes(1)), StandardCharsets.UTF_8);

        for (String twice : new String[] {
            json.replaceFirst("\\{", "{\"run\": \"other\", "),
            json.replaceFirst("\"rawSha256\"", "\"rawBytes\": 10, \"rawSha256\"")
        }) {
            assertThatThrownBy(() -> read(twice))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("Duplicate");
        }
    }

    @Test
    void somethingBehindTheManifestIsRefused() {
        String json = new String(ManifestJson.write(withVolumes(1)), StandardCharsets.UTF_8);

        for (String more : new String[] {json + "{}", json + "x", json + json}) {
            assertThatThrownBy(() -> read(more)).isInstanceOf(IntegrityException.class);
        }
    }

    private static void read(String json) throws BackupException {
        ManifestJson.read(json.getBytes(StandardCharsets.UTF_8), "the manifest");
    }
}

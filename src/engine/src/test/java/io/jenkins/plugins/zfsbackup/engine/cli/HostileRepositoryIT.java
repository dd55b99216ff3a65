package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.ZstdOutputStream;
import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.repository.ManifestJson;
import io.jenkins.plugins.zfsbackup.engine.repository.Manifests;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStreamReader;
import java.io.BufferedWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Repositories that are made to use up the memory of whoever looks at them: what is good in them is found all the same.
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class HostileRepositoryIT {

    @TempDir
    private Path folder;

    private Path repository;
    private CommandLineUnderTest cli;

    @BeforeEach
    void open() throws IOException {
        repository = Files.createDirectory(folder.resolve("repository"));
        cli = new CommandLineUnderTest(folder);
    }

    private Said runInMemory(int mebibytes, String... arguments) {
        return cli.runAlone(
                Map.of("JAVA_TOOL_OPTIONS", "-XX:+UseSerialGC -Xmx" + mebibytes + "m"), List.of(), arguments);
    }

    private Path backup(String dataset, String name) throws IOException {
        return Files.createDirectories(repository.resolve(dataset).resolve(name));
    }

    private void good(String dataset) throws IOException {
        Files.write(
                backup(dataset, "x.full").resolve("manifest.json"),
                ManifestJson.write(Manifests.full(dataset, "x", 10, 5)));
    }

    private static void write(Path file, String head, String part, String tail, long bytes) throws IOException {
        try (BufferedWriter text = Files.newBufferedWriter(file)) {
            text.write(head);
            for (long written = 0; written < bytes; written += part.length()) {
                text.write(part);
            }
            text.write(tail);
        }
    }

    @Test
    void manyHugeManifestsSideBySideHideNothingBesideThem() throws IOException {
        good("tank/good");
        for (int each = 0; each < 12; each++) {
            Path manifest = backup("tank/bad" + each, "x.full").resolve("manifest.json");
            switch (each % 3) {
                case 0 -> write(manifest, "[", "[],", "[]]", 60_000_000);
                case 1 -> write(manifest, "{\"volumes\":[", "{\"name\":0},", "{}]}", 60_000_000);
                default -> write(manifest, "{\"later\":\"", "x", "\"}", 60_000_000);
            }
        }

        Said said = runInMemory(64, "list", "--repo", "file://" + repository);

        assertThat(said.out()).contains("tank/good  (1 backups", "@x  5 B from 1 backup");
        assertThat(said.out().lines().filter(line -> line.startsWith("  damaged: x.full: ")))
                .hasSize(12);
        assertThat(said.err()).doesNotContain("OutOfMemoryError");
    }

    /** A backup without encryption, whose only volume is this. */
    private void volume(String dataset, long rawBytes, byte[] stored) throws IOException {
        JsonMapper mapper = JsonMapper.builder().build();
        ObjectNode json =
                (ObjectNode) mapper.readTree(ManifestJson.write(Manifests.full(dataset, "x", rawBytes, stored.length)));
        json.remove("encryption");
        ((ObjectNode) json.path("volumes").get(0)).put("name", "00001.zfs.zst").put("storedSha256", sha256(stored));
        Path backup = backup(dataset, "x.full");
        Files.writeString(backup.resolve("manifest.json"), json.toString());
        Files.write(backup.resolve("00001.zfs.zst"), stored);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] zeros(int mebibytes) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZstdOutputStream zstd = new ZstdOutputStream(bytes)) {
            for (int written = 0; written < mebibytes; written++) {
                zstd.write(new byte[1 << 20]);
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void aGibibyteInSomeKibibytesIsRefusedAndTheOthersAreLookedAt() throws IOException {
        byte[] bomb = zeros(1024);
        volume("tank/a", 1 << 30, bomb);
        volume("tank/b", 8 << 20, bomb);
        String url = "file://" + repository;

        Said verify = runInMemory(128, "verify", "--repo", url, "--depth", "content");
        Said restore = runInMemory(128, "restore", "tank/a", "--stdout", "--repo", url);
        Said other = runInMemory(128, "restore", "tank/b", "--stdout", "--repo", url);

        assertThat(bomb).hasSizeLessThan(40_000);
        assertThat(verify.exitCode()).as(verify.all()).isEqualTo(2);
        assertThat(verify.all())
                .contains("tank/a: x.full: volume 00001.zfs.zst would unpack to 1073741824 bytes")
                .contains(
                        "tank/b: x.full: volume 00001.zfs.zst can't be decoded: it decodes to more than 8388608 bytes")
                .doesNotContain("OutOfMemory");
        assertThat(restore.exitCode()).as(restore.err()).isEqualTo(2);
        assertThat(restore.err()).contains("would unpack to");
        assertThat(other.exitCode()).as(other.err()).isEqualTo(2);
        assertThat(other.bytes()).isEmpty();
    }

    /**
     * What a script has stored of p/elabfs-alice, and the same stream as a backup of this engine without encryption.
     */
    private void deduplicated() throws IOException {
        byte[] packed;
        try (InputStream file = HostileRepositoryIT.class.getResourceAsStream("/sendstream/deduplicated.zfs.gz")) {
            packed = file.readAllBytes();
        }
        Files.write(Files.createDirectories(repository.resolve("alice")).resolve("elabfs-alice@wednesday.gz"), packed);
        byte[] raw;
        try (InputStream stream = new GZIPInputStream(new ByteArrayInputStream(packed))) {
            raw = stream.readAllBytes();
        }
        SendStreamReader reader = new SendStreamReader("reading");
        reader.accept(raw, 0, raw.length);
        String guid = Long.toUnsignedString(reader.finish().toGuid());
        JsonMapper mapper = JsonMapper.builder().build();
        ObjectNode json = (ObjectNode)
                mapper.readTree(ManifestJson.write(Manifests.full("p/native", "x", raw.length, packed.length)));
        json.remove("encryption");
        json.put("compression", "gzip:6");
        ((ObjectNode) json.path("snapshot")).put("guid", guid);
        ((ObjectNode) json.path("stream"))
                .put("toGuid", guid)
                .putArray("features")
                .add("dedup")
                .add("dedupprops");
        ((ObjectNode) json.path("volumes").get(0))
                .put("name", "00001.zfs.gz")
                .put("rawSha256", sha256(raw))
                .put("storedSha256", sha256(packed));
        Path backup = backup("p/native", "x.full");
        Files.writeString(backup.resolve("manifest.json"), json.toString());
        Files.write(backup.resolve("00001.zfs.gz"), packed);
    }

    @Test
    void aStreamThatZfsDoesNotReceiveIsNotCalledGoodAndTheRestoreWarnsBeforeItBegins() throws IOException {
        deduplicated();
        String url = "file://" + repository;
        String said = "it is whole, but zfs receive does not take it: ";

        Said hash = cli.run("verify", "--repo", url, "--depth", "hash", "p/native");
        Said content = cli.run("verify", "--repo", url, "--depth", "content");
        Said dry = cli.run("restore", "p/native", "--stdout", "--dry-run", "--repo", url);
        Said restored = cli.run("restore", "p/native", "--stdout", "--verbose", "--repo", url);
        Said script = cli.run("restore", "p/elabfs-alice", "--stdout", "--verbose", "--repo", url);

        assertThat(hash.exitCode()).as(hash.all()).isEqualTo(2);
        assertThat(hash.all()).contains("p/native: x.full: " + said + "it is deduplicated");
        assertThat(dry.all()).contains("warning: p/native: x.full: " + said);
        assertThat(content.exitCode()).as(content.all()).isEqualTo(2);
        assertThat(content.all())
                .contains("p/native: x.full: " + said + "record 1 (BEGIN) at offset 0: it is deduplicated")
                .contains("p/elabfs-alice: elabfs-alice@wednesday.gz: " + said);
        for (Said each : List.of(restored, script)) {
            assertThat(each.exitCode()).as(each.err()).isZero();
            assertThat(each.err()).contains("warning: ", said);
            assertThat(each.err().indexOf(said)).isLessThan(each.err().indexOf("received"));
        }
    }

    @Test
    void aManifestOfATerabyteIsReadNoFurtherThanManifestsGo() throws IOException {
        good("tank/good");
        try (RandomAccessFile file = new RandomAccessFile(
                backup("tank/endless", "x.full").resolve("manifest.json").toFile(), "rw")) {
            file.setLength(1L << 40);
        }

        Said said = runInMemory(64, "list", "--repo", "file://" + repository);

        assertThat(said.out()).contains("tank/good  (1 backups", "damaged: x.full: ");
    }
}

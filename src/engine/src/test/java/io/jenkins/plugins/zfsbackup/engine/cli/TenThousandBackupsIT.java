package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.repository.ManifestJson;
import io.jenkins.plugins.zfsbackup.engine.repository.Manifests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A snapshot an hour for fourteen months, in one chain: what reads it needs little memory and time. */
class TenThousandBackupsIT {

    private static final int BACKUPS = 10_000;
    private static final String DATASET = "tank/home";
    private static final String RAW = "hello, this is no stream";

    @TempDir
    private static Path folder;

    private static Path repository;

    @BeforeAll
    static void store() throws IOException {
        repository = folder.resolve("repository");
        Manifests.initialize(repository);
        for (int i = 0; i < BACKUPS; i++) {
            Manifest manifest = Manifests.unencrypted(
                    i == 0
                            ? Manifests.full(DATASET, name(0), RAW.length(), RAW.length())
                            : Manifests.incremental(DATASET, name(i - 1), name(i), RAW.length(), RAW.length()));
            Path backup = Files.createDirectories(repository.resolve(DATASET).resolve(id(i)));
            Files.write(backup.resolve("manifest.json"), ManifestJson.write(manifest));
            Files.writeString(backup.resolve(manifest.volumes().get(0).name()), RAW);
        }
    }

    private static String name(int i) {
        return String.format("hourly-%05d", i);
    }

    private static String id(int i) {
        return i == 0 ? name(0) + ".full" : name(i) + ".from." + name(i - 1);
    }

    /** With 200 MiB of heap, and a limit of processor time that no busy machine reaches and no square keeps. */
    private static Said run(String... arguments) {
        return CommandProcess.start(
                        folder,
                        Map.of("JAVA_TOOL_OPTIONS", "-Xmx200m"),
                        List.of("prlimit", "--cpu=20"),
                        List.of(arguments))
                .await();
    }

    @Test
    void listNamesEachBackupOnce() throws IOException {
        Said said = run("list", "--repo", "file://" + repository, "--json");

        assertThat(said.exitCode()).as(said.err()).isZero();
        assertThat(said.bytes().length).isLessThan(BACKUPS * 1000);
        JsonNode dataset =
                new JsonMapper().readTree(said.bytes()).path("datasets").get(0);
        JsonNode last = dataset.path("restorePoints").get(BACKUPS - 1);
        assertThat(last.path("backups").asInt()).isEqualTo(BACKUPS);
        assertThat(last.path("storedBytes").asLong()).isEqualTo((long) BACKUPS * RAW.length());
        assertThat(chain(last.path("backup").asText(), dataset.path("backups"))).isEqualTo(BACKUPS);
    }

    /** The length of the chain that the document tells, followed from its end. */
    private static int chain(String last, JsonNode backups) {
        Map<String, JsonNode> byId = new HashMap<>();
        backups.forEach(each -> byId.put(each.path("id").asText(), each));
        int length = 0;
        for (String id = last; !id.isEmpty(); id = byId.get(id).path("after").asText()) {
            length++;
        }
        return length;
    }

    @Test
    void listForPeopleSaysHowManyBackupsEachNeeds() {
        Said said = run("list", "--repo", "file://" + repository);

        assertThat(said.exitCode()).as(said.err()).isZero();
        assertThat(said.out()).contains("@" + name(BACKUPS - 1) + "  234 KiB from " + BACKUPS + " backups");
    }

    @Test
    void restoreFindsItsChainQuickly() {
        Said said = run(
                "restore",
                DATASET + "@" + name(BACKUPS - 2),
                "--repo",
                "file://" + repository,
                "--stdout",
                "--dry-run");

        assertThat(said.exitCode()).as(said.err()).isZero();
        assertThat(said.all()).contains("would be restored from " + (BACKUPS - 1) + " backups");
    }

    @Test
    void listOfABrokenChainSaysWhyForEach() throws IOException {
        Path full = repository.resolve(DATASET).resolve(id(0));
        Path away = Files.move(full, folder.resolve("away"));
        try {
            Said said = run("list", "--repo", "file://" + repository, "--json");

            assertThat(said.exitCode()).as(said.err()).isZero();
            JsonNode dataset =
                    new JsonMapper().readTree(said.bytes()).path("datasets").get(0);
            assertThat(dataset.path("restorePoints")
                            .get(BACKUPS - 2)
                            .path("why")
                            .asText())
                    .contains("@" + name(0) + " (the base of " + id(1) + ")");
        } finally {
            Files.move(away, full);
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.repository.ManifestJson;
import io.jenkins.plugins.zfsbackup.engine.repository.Manifests;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Repositories that are made to use up the memory of whoever looks at them: what is good in them is found all the same. */
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
        return cli.runAlone(Map.of("JAVA_TOOL_OPTIONS", "-XX:+UseSerialGC -Xmx" + mebibytes + "m"), List.of(), arguments);
    }

    private Path backup(String dataset, String name) throws IOException {
        return Files.createDirectories(repository.resolve(dataset).resolve(name));
    }

    private void good(String dataset) throws IOException {
        Files.write(backup(dataset, "x.full").resolve("manifest.json"), ManifestJson.write(Manifests.full(dataset, "x", 10, 5)));
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
        assertThat(said.out().lines().filter(line -> line.startsWith("  damaged: x.full: "))).hasSize(12);
        assertThat(said.err()).doesNotContain("OutOfMemoryError");
    }

    @Test
    void aManifestOfATerabyteIsReadNoFurtherThanManifestsGo() throws IOException {
        good("tank/good");
        try (RandomAccessFile file =
                new RandomAccessFile(backup("tank/endless", "x.full").resolve("manifest.json").toFile(), "rw")) {
            file.setLength(1L << 40);
        }

        Said said = runInMemory(64, "list", "--repo", "file://" + repository);

        assertThat(said.out()).contains("tank/good  (1 backups", "damaged: x.full: ");
    }
}

package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.FaultyServer;
import io.jenkins.plugins.zfsbackup.engine.testing.Programs;
import io.jenkins.plugins.zfsbackup.engine.testing.SlowLink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Many datasets, and one with a long history: a run with nothing to do is quick, over a slow link too. */
class LongHistoryIT {

    private static final int DATASETS = 200;
    private static final Duration ROUND_TRIP = Duration.ofMillis(50);

    private static Lab lab;

    @BeforeAll
    static void build() {
        lab = new Lab(1024);
    }

    @AfterAll
    static void tearDown() {
        lab.close();
    }

    private static List<String> backup(String url, String knownHosts) {
        return Lab.arguments(
                List.of("backup", lab.pool().name(), "--no-encryption", "--repo", url),
                List.of("--identity", lab.server().identity().toString()),
                List.of("--known-hosts", lab.file(knownHosts).toString()));
    }

    @Test
    void aRunWithNothingToDoForManyDatasetsIsQuickOverASlowLink() throws IOException {
        for (int i = 0; i < DATASETS; i++) {
            lab.pool().zfs("create", "-o", "canmount=noauto", lab.pool().name() + "/many" + i);
        }
        lab.pool().zfs("snapshot", "-r", lab.pool().name() + "@a");
        Path repository = lab.repository();
        Said first = lab.run(Lab.arguments(
                List.of("backup", lab.pool().name(), "--no-encryption", "--repo", "file://" + repository)));
        assertThat(first.exitCode()).as(first.all()).isZero();
        Path calls = lab.file("");
        try (SlowLink link = new SlowLink(lab.server().port(), ROUND_TRIP)) {
            String known = "[127.0.0.1]:" + link.port() + " "
                    + lab.server().hostKey("ed25519").open() + "\n";
            String url = "sftp://" + lab.server().user() + "@127.0.0.1:" + link.port() + repository;
            long began = System.nanoTime();

            Said again = lab.runWithZfs("echo \"$*\" >>" + calls, backup(url, known));

            Duration took = Duration.ofNanos(System.nanoTime() - began);
            assertThat(again.exitCode()).as(again.all()).isZero();
            assertThat(again.all()).contains("0 backups, " + (DATASETS + 1) + " datasets up to date");
            assertThat(Files.readAllLines(calls)).hasSizeLessThan(8);
            // Asked for one after the other they would take four round trips each.
            assertThat(took).isLessThan(ROUND_TRIP.multipliedBy(4L * DATASETS / 2));
        }
        lab.pool().zfs("set", "zfsbackup:enabled=false", lab.pool().name());
    }

    @Test
    void theManifestsOfALongHistoryAreReadOnceAndNeverNeeded() throws IOException {
        int history = 60;
        String dataset = lab.dataset();
        lab.pool().zfs("set", "zfsbackup:enabled=true", dataset);
        for (int i = 0; i < history; i++) {
            lab.pool().snapshot(dataset, "s" + i);
        }
        try (FaultyServer server = new FaultyServer()) {
            Path repository = Files.createDirectory(server.root().resolve("r"));
            List<String> backup = Lab.arguments(
                    backup("sftp://lab@127.0.0.1:" + server.port() + "/r", server.knownHost()),
                    List.of("--include", dataset.substring(dataset.indexOf('/') + 1)));
            Said first = lab.run(backup);
            assertThat(first.exitCode()).as(first.all()).isZero();

            long learning = manifestsRead(server, backup);
            long remembered = manifestsRead(server, backup);
            Programs.succeed(
                    lab.folder(),
                    Map.of(),
                    "rm",
                    "-r",
                    lab.folder().resolve(".cache").toString());
            long forgotten = manifestsRead(server, backup);
            long again = manifestsRead(server, backup);
            Programs.succeed(
                    repository,
                    Map.of(),
                    "rm",
                    "-r",
                    repository.resolve(dataset).resolve("s59.from.s58").toString());
            lab.pool().snapshot(dataset, "new");
            Said next = lab.run(backup);

            assertThat(List.of(learning, remembered, forgotten, again))
                    .containsExactly((long) history, 0L, (long) history, 0L);
            // What the repository does not list any more is not there, whatever is remembered.
            assertThat(next.all()).contains("s59, incremental from @s58").contains("0 failed");
        }
    }

    private static long manifestsRead(FaultyServer server, List<String> backup) {
        long before = server.opened("manifest.json");
        Said said = lab.run(backup);
        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(said.all()).contains("0 backups, 1 datasets up to date");
        return server.opened("manifest.json") - before;
    }
}

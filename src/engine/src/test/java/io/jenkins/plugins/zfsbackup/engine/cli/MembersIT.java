package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.Programs;
import io.jenkins.plugins.zfsbackup.engine.testing.RealPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A lab server's life: one dataset for each member, snapshots of several schedules that come and expire, members who
 * leave.
 */
class MembersIT {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private RealPool pool;
    private Path stored;
    private CommandLineUnderTest cli;

    @BeforeEach
    void start() {
        pool = RealPool.create(256);
        stored = pool.folder().resolve("stored");
        cli = new CommandLineUnderTest(pool.folder());
    }

    @AfterEach
    void stop() {
        pool.close();
    }

    private String[] arguments() {
        return new String[] {
            "backup", pool.name(), "--repo", "file://" + stored, "--no-encryption", "--packed", "--include", "elabfs-*"
        };
    }

    private Said backup() {
        return cli.run(arguments());
    }

    private Said restore(String what, String to) {
        return cli.run("restore", what, "--repo", "file://" + stored, "--to", pool.name() + "/" + to);
    }

    private List<String> snapshots(String dataset) {
        return pool.zfs("list", "-H", "-o", "name", "-s", "createtxg", "-t", "snapshot", "-r", dataset).stream()
                .map(name -> name.substring(name.indexOf('@') + 1))
                .toList();
    }

    private void take(String dataset, String... snapshots) {
        for (String snapshot : snapshots) {
            pool.write(dataset, "file-" + snapshot, 20_000, snapshot.hashCode());
            pool.snapshot(dataset, snapshot);
        }
    }

    @Test
    void packsSeveralSchedulesInTheOrderInWhichTheyWereMade() {
        String member = pool.dataset("elabfs-LukasMetzler");
        take(member, "auto-20190806.0200-1w", "hourly-9");
        assertThat(backup().out()).contains("@hourly-9, full");
        take(member, "auto-20190806.0300-2d", "hourly-10", "zz", "auto-20190807.0200-1w");

        Said second = backup();
        Said third = backup();

        assertThat(second.exitCode()).as(second.all()).isZero();
        assertThat(second.out()).contains("@auto-20190807.0200-1w, package from @hourly-9");
        assertThat(third.out()).contains("1 datasets up to date");
        assertThat(restore(member, "back").exitCode()).isZero();
        assertThat(snapshots(pool.name() + "/back"))
                .containsExactly("hourly-9", "auto-20190806.0300-2d", "hourly-10", "zz", "auto-20190807.0200-1w");
        pool.mount(pool.name() + "/back");
        assertThat(pool.contents(pool.name() + "/back")).isEqualTo(pool.contents(member));
    }

    @Test
    void whatExpiresBetweenRunsIsNoHarmAndTheBaseDoesNot() {
        String member = pool.dataset("elabfs-a");
        take(member, "auto-1", "auto-2");
        backup();
        Programs.Ran base =
                Programs.run(pool.folder(), Map.of(), new byte[0], List.of("zfs", "destroy", member + "@auto-2"));
        pool.destroy(member + "@auto-1");
        take(member, "auto-3", "auto-4", "auto-5");
        pool.destroy(member + "@auto-4");

        Said said = backup();

        // A bookmark stands for the base where the pool has them; elsewhere the hold keeps the snapshot itself.
        assertThat(base.exitCode() == 0).isEqualTo(pool.hasFeature("bookmarks"));
        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(said.out()).contains("from @auto-2").doesNotContain("full");
        assertThat(restore(member, "back").exitCode()).isZero();
        assertThat(snapshots(pool.name() + "/back")).containsExactly("auto-2", "auto-3", "auto-5");
    }

    @Test
    void fallsBackToAnOlderOneOrToAFullBackupWhenTheBaseIsGoneAllTheSameAndSaysSo() {
        String member = pool.dataset("elabfs-a");
        take(member, "auto-1");
        backup();
        take(member, "auto-2", "auto-3");
        backup();
        cli.run("release", pool.name(), "--repo", "file://" + stored);
        pool.destroy(member + "@auto-3");
        take(member, "auto-4", "auto-5");

        Said older = backup();
        cli.run("release", pool.name(), "--repo", "file://" + stored);
        for (String snapshot : snapshots(member)) {
            pool.destroy(member + "@" + snapshot);
        }
        take(member, "auto-6");
        Said none = backup();

        assertThat(older.out())
                .contains("@auto-5, package from @auto-1")
                .contains("the newest stored snapshot @auto-3 is not here any more, so that this builds on @auto-1");
        assertThat(none.out())
                .contains("@auto-6, full")
                .contains("none of the stored snapshots is here any more (the newest stored one is @auto-5)");
        assertThat(restore(member, "back").exitCode()).isZero();
        assertThat(restore(member + "@auto-4", "old").exitCode()).isZero();
        assertThat(restore(member + "@auto-3", "older").exitCode()).isZero();
    }

    /** As FreeNAS does at the full hour, just before the stream is begun. */
    @Test
    void aSnapshotThatExpiresInMidRunIsNotSaidToBeStored() throws IOException {
        String member = pool.dataset("elabfs-a");
        take(member, "auto-1");
        backup();
        take(member, "auto-2", "auto-3", "auto-4");
        Path folder = Files.createDirectory(pool.folder().resolve("wrapper"));
        String zfs = Programs.succeed(folder, Map.of(), "bash", "-c", "command -v zfs")
                .strip();
        Path script = Files.writeString(
                folder.resolve("zfs"),
                "#!/bin/bash\nif [ \"$1\" = send ]; then " + zfs + " destroy " + member
                        + "@auto-3 2>/dev/null; fi\nexec " + zfs + " \"$@\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));

        Said said = cli.runAlone(Map.of("PATH", folder.toString()), List.of(), arguments());

        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(said.all()).contains("1 of the snapshots before @auto-4 vanished");
        JsonNode points = JSON.readTree(
                        cli.run("list", "--repo", "file://" + stored, "--json").bytes())
                .path("datasets")
                .get(0)
                .path("restorePoints");
        assertThat(points.findValuesAsText("snapshot")).containsExactly("auto-1", "auto-2", "auto-4");
        assertThat(restore(member + "@auto-2", "back").exitCode()).isZero();
    }

    @Test
    void theBackupsOfAMemberWhoHasLeftStayAsTheyAreAndRestore() throws IOException {
        String stays = pool.dataset("elabfs-stays");
        String leaves = pool.dataset("elabfs-leaves");
        for (String member : List.of(stays, leaves)) {
            take(member, "auto-1", "auto-2");
        }
        backup();
        take(leaves, "auto-3");
        backup();
        Map<String, String> files = pool.contents(leaves);
        Map<String, String> before = stored(leaves);
        cli.run("release", pool.name(), "--repo", "file://" + stored);
        pool.destroy(leaves);
        take(stays, "auto-3");

        Said after = backup();

        assertThat(after.exitCode()).as(after.all()).isZero();
        assertThat(after.all()).doesNotContain("elabfs-leaves");
        assertThat(stored(leaves)).isEqualTo(before).isNotEmpty();
        JsonNode list = JSON.readTree(
                cli.run("list", "--repo", "file://" + stored, "--json", leaves).bytes());
        assertThat(list.path("datasets").get(0).path("restorePoints").findValuesAsText("restorable"))
                .containsExactly("true", "true");
        assertThat(cli.run("verify", "--repo", "file://" + stored, "--depth", "content")
                        .exitCode())
                .isZero();
        assertThat(restore(leaves, "elabfs-leaves").exitCode()).isZero();
        pool.mount(leaves);
        assertThat(pool.contents(leaves)).isEqualTo(files);
    }

    /** Each file below a dataset's directory, with its time and size. */
    private Map<String, String> stored(String dataset) throws IOException {
        try (Stream<Path> paths = Files.walk(stored.resolve(dataset))) {
            Map<String, String> files = new TreeMap<>();
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                files.put(path.toString(), Files.getLastModifiedTime(path) + " " + Files.size(path));
            }
            return files;
        }
    }
}

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The snapshots that the engine takes and destroys itself, on a real pool. */
class SnapshotsIT {

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

    private String[] arguments(String... more) {
        List<String> args =
                new ArrayList<>(List.of("backup", pool.name(), "--repo", "file://" + stored, "--no-encryption"));
        args.addAll(List.of(more));
        return args.toArray(String[]::new);
    }

    private Said backup(String day, String... more) {
        return cli.at(day + "T12:00:00Z").run(arguments(more));
    }

    private List<String> snapshots(String dataset) {
        return pool.zfs("list", "-H", "-o", "name", "-t", "snapshot", "-d", "1", "-r", dataset).stream()
                .map(name -> name.substring(name.indexOf('@') + 1))
                .toList();
    }

    @Test
    void takesTheDaysSnapshotOnceWhereItIsMissingAndMarksItAsItsOwn() {
        String home = pool.dataset("home");
        String root = pool.dataset("root");
        pool.snapshot(root, "daily-2014-06-01");

        Said midnight = backup("2014-06-01", "--snapshot", "daily-%Y-%m-%d");
        Said boot = backup("2014-06-01", "--snapshot", "daily-%Y-%m-%d");

        assertThat(midnight.exitCode()).as(midnight.all()).isZero();
        assertThat(boot.exitCode()).as(boot.all()).isZero();
        assertThat(boot.out()).contains("@daily-2014-06-01 is there already");
        assertThat(snapshots(home)).containsExactly("daily-2014-06-01");
        assertThat(pool.zfs("get", "-Hp", "-o", "value,source", "zfsbackup:taken", home + "@daily-2014-06-01"))
                .containsExactly("daily-%Y-%m-%d\tlocal");
        assertThat(pool.zfs("get", "-Hp", "-o", "value,source", "zfsbackup:taken", root + "@daily-2014-06-01"))
                .containsExactly("-\t-");
    }

    @Test
    void takesAllChosenDatasetsAtOneInstantWhereZfsCanAndSaysSoWhereItCanNot() {
        String home = pool.dataset("home");
        String inner = pool.dataset("home/anna");
        pool.dataset("other");

        Said subtree = backup("2014-06-01", "--snapshot", "a-%F", "--include", "home,home/**");
        Said scattered = backup("2014-06-01", "--snapshot", "b-%F", "--include", "home/anna,other");

        assertThat(subtree.all())
                .contains("took @a-2014-06-01 of 2 datasets")
                .doesNotContain("one dataset after the other");
        assertThat(createtxg(home + "@a-2014-06-01")).isEqualTo(createtxg(inner + "@a-2014-06-01"));
        assertThat(scattered.exitCode()).isZero();
        if (createtxg(inner + "@b-2014-06-01").equals(createtxg(pool.name() + "/other@b-2014-06-01"))) {
            assertThat(scattered.all()).doesNotContain("one dataset after the other");
        } else {
            assertThat(scattered.all()).contains("was taken of one dataset after the other");
        }
        assertThat(snapshots(pool.name())).isEmpty();
    }

    private String createtxg(String snapshot) {
        return pool.zfs("get", "-Hp", "-o", "value", "createtxg", snapshot).get(0);
    }

    /** As another run does that starts in the same moment, at boot and at midnight at once. */
    @Test
    void isContentWhenAnotherRunTakesTheSnapshotInThatMoment() throws IOException {
        String home = pool.dataset("home");
        String first = "if [ \"$1\" = snapshot ]; then \"$ZFS\" snapshot " + home + "@now; fi";

        Said said = cli.runAlone(
                Map.of("PATH", wrapper(first).toString()),
                List.of(),
                arguments("--snapshot", "now", "--include", "home"));

        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(said.all()).contains("@now is there already");
        assertThat(stored.resolve(home).resolve("now.full")).isDirectory();
    }

    @Test
    void failsWhenTheSnapshotCanNotBeTakenAndSaysWhatZfsSaid() throws IOException {
        pool.dataset("home");
        String refuse = "if [ \"$1\" = snapshot ]; then echo \"cannot create snapshot: out of space\" >&2; exit 1; fi";

        Said said = cli.runAlone(
                Map.of("PATH", wrapper(refuse).toString()),
                List.of(),
                arguments("--snapshot", "now", "--include", "home"));

        assertThat(said.exitCode()).isEqualTo(2);
        assertThat(said.all())
                .contains("Taking the snapshot")
                .contains("home@now")
                .contains("out of space");
    }

    /** A folder whose {@code zfs} does something before the real one runs. */
    private Path wrapper(String before) throws IOException {
        Path folder = Files.createDirectory(pool.folder().resolve("wrapper"));
        String zfs = Programs.succeed(folder, Map.of(), "bash", "-c", "command -v zfs")
                .strip();
        Path script = Files.writeString(
                folder.resolve("zfs"), "#!/bin/bash\nZFS=" + zfs + "\n" + before + "\nexec \"$ZFS\" \"$@\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return folder;
    }

    /** A rotation at the very moment: the name is another snapshot's by then. */
    @Test
    void destroysNoSnapshotThatHasTakenTheNameOfAnExpiredOne() throws IOException {
        String home = pool.dataset("home");
        String expired = home + "@daily-2014-06-01";
        String[] keep = {"--include", "home", "--snapshot", "daily-%F", "--keep-snapshots", "last=2"};
        backup("2014-06-01", keep);
        backup("2014-06-02", keep);
        String rotate = "if [ \"$1 ${*: -1}\" = \"get " + expired
                + "\" ] && [ ! -e \"$0.done\" ]; then touch \"$0.done\"; \"$ZFS\" rename " + expired + " " + home
                + "@moved; \"$ZFS\" snapshot " + expired + "; fi";

        Said said = cli.runAlone(Map.of("PATH", wrapper(rotate).toString()), List.of(), arguments(keep));

        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(said.all()).contains("@daily-2014-06-01 has expired, and was renamed or replaced in this moment");
        assertThat(snapshots(home)).contains("moved", "daily-2014-06-01", "daily-2014-06-02");
    }

    @Test
    void destroysItsOwnExpiredSnapshotsAndNoOthers() throws IOException {
        String home = pool.dataset("home");
        pool.snapshot(home, "daily-2013-01-01");
        String[] keep = {"--include", "home", "--snapshot", "daily-%F", "--keep-snapshots", "last=2", "--json"};
        backup("2014-06-01", "--include", "home", "--snapshot", "weekly-%F");
        for (int day = 1; day <= 5; day++) {
            assertThat(backup("2014-06-0" + day, keep).exitCode()).isZero();
            if (day == 1) {
                pool.zfs("hold", "mine", home + "@daily-2014-06-01");
            }
            if (day == 2) {
                pool.zfs("clone", home + "@daily-2014-06-02", pool.name() + "/clone");
            }
        }

        Said last = backup("2014-06-06", keep);

        JsonNode result = JSON.readTree(last.bytes()).path("datasets").get(0);
        assertThat(result.path("destroyed").toString()).isEqualTo("[\"daily-2014-06-04\"]");
        assertThat(result.path("warnings")).isEmpty();
        assertThat(snapshots(home))
                .containsExactly(
                        "daily-2013-01-01",
                        "weekly-2014-06-01",
                        "daily-2014-06-01",
                        "daily-2014-06-02",
                        "daily-2014-06-05",
                        "daily-2014-06-06");
        Said list = cli.run("list", "--repo", "file://" + stored, "--json");
        assertThat(JSON.readTree(list.bytes()).path("datasets").get(0).path("restorePoints"))
                .hasSize(8);
        pool.zfs("release", "mine", home + "@daily-2014-06-01");
        pool.destroy(pool.name() + "/clone");
    }

    @Test
    void takesNoCopyOfItsSnapshotsForItsOwn() {
        String home = pool.dataset("home");
        backup("2014-06-01", "--include", "home", "--snapshot", "daily-%F");
        Programs.succeed(
                pool.folder(),
                Map.of(),
                "bash",
                "-c",
                "zfs send -p " + home + "@daily-2014-06-01 | zfs receive -u " + pool.name() + "/copy");
        for (int day = 2; day <= 4; day++) {
            backup("2014-06-0" + day, "--include", "home,copy", "--snapshot", "daily-%F", "--keep-snapshots", "last=1");
        }

        assertThat(snapshots(home)).containsExactly("daily-2014-06-04");
        assertThat(snapshots(pool.name() + "/copy")).containsExactly("daily-2014-06-01", "daily-2014-06-04");
    }

    @Test
    void destroysNothingOfADatasetThatFailed() throws IOException {
        String good = pool.dataset("good");
        String bad = pool.dataset("bad");
        String[] keep = {"--include", "good,bad", "--snapshot", "daily-%F", "--keep-snapshots", "last=1"};
        backup("2014-06-01", keep);
        backup("2014-06-02", "--include", "good,bad", "--snapshot", "daily-%F");
        Programs.succeed(stored, Map.of(), "rm", "-r", stored.resolve(bad).toString());
        Files.writeString(stored.resolve(bad), "a file where a directory should be");

        Said said = backup("2014-06-03", keep);

        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(snapshots(good)).containsExactly("daily-2014-06-03");
        assertThat(snapshots(bad)).containsExactly("daily-2014-06-01", "daily-2014-06-02", "daily-2014-06-03");
    }

    @Test
    void keepsTheMonthsFirstThatTheNextMonthBuildsOn() {
        String home = pool.dataset("home");
        String[] keep = {
            "--include",
            "home",
            "--policy",
            "monthly",
            "--month-by",
            "name",
            "--snapshot",
            "daily-%F",
            "--keep-snapshots",
            "last=1"
        };
        for (String day : List.of("2014-06-10", "2014-06-11", "2014-06-12", "2014-07-02", "2014-07-03")) {
            Said said = backup(day, keep);
            assertThat(said.exitCode()).as(said.all()).isZero();
            assertThat(said.all()).doesNotContain("don't have any more");
        }

        assertThat(snapshots(home)).containsExactly("daily-2014-07-02", "daily-2014-07-03");
        assertThat(stored.resolve(home).resolve("daily-2014-07-02.full")).isDirectory();
        assertThat(stored.resolve(home).resolve("daily-2014-07-02.from.daily-2014-06-10"))
                .isDirectory();
    }

    @Test
    void saysInADryRunWhatItWouldTakeSendAndDestroy() throws IOException {
        String home = pool.dataset("home");
        String[] args = {"--include", "home", "--snapshot", "daily-%F", "--keep-snapshots", "last=2"};
        backup("2014-06-01", args);
        backup("2014-06-02", args);

        Said said = cli.at("2014-06-03T12:00:00Z")
                .run(arguments(
                        "--dry-run", "--include", "home", "--snapshot", "daily-%F", "--keep-snapshots", "last=2"));

        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(said.out())
                .contains("would take @daily-2014-06-03 of 1 dataset")
                .contains(home + ": would store @daily-2014-06-03, incremental from @daily-2014-06-02")
                .contains(home + ": would destroy @daily-2014-06-01");
        assertThat(snapshots(home)).containsExactly("daily-2014-06-01", "daily-2014-06-02");
        assertThat(backup("2014-06-03", args).exitCode()).isZero();
        assertThat(snapshots(home)).containsExactly("daily-2014-06-02", "daily-2014-06-03");
    }

    @Test
    void takesTheRulesFromARequestToo() throws IOException {
        String home = pool.dataset("home");
        backup("2014-06-01", "--include", "home", "--snapshot", "daily-%F");
        Path request = pool.folder().resolve("request.json");
        Path result = pool.folder().resolve("result.json");
        var json = JSON.createObjectNode();
        for (String argument :
                arguments("--include", "home", "--snapshot", "daily-%F", "--keep-snapshots", "last=1,daily=1")) {
            json.withArray("arguments").add(argument);
        }
        pool.zfs("snapshot", "-o", "zfsbackup:taken=daily-%F", home + "@daily-2014-06-02");
        Files.writeString(request, json.toString());

        Said said = cli.at("2014-06-03T12:00:00Z")
                .run(
                        "request",
                        request.toString(),
                        "--progress",
                        pool.folder().resolve("p").toString(),
                        "--result",
                        result.toString());

        assertThat(said.exitCode()).as(said.all()).isZero();
        JsonNode dataset = JSON.readTree(result.toFile()).path("datasets").get(0);
        // All three were made on one day, by the pool's clock: its first and the newest stay.
        assertThat(dataset.path("destroyed").toString()).isEqualTo("[\"daily-2014-06-02\"]");
        assertThat(snapshots(home)).containsExactly("daily-2014-06-01", "daily-2014-06-03");
    }

    @Test
    void refusesRulesWithoutAPatternAndRulesThatAreNone() {
        pool.dataset("home");

        Said alone = cli.run(arguments("--keep-snapshots", "last=1"));
        Said wrong = cli.run(arguments("--snapshot", "daily-%F", "--keep-snapshots", "some"));

        assertThat(alone.exitCode()).isEqualTo(64);
        assertThat(alone.err()).contains("--snapshot");
        assertThat(wrong.exitCode()).isEqualTo(64);
        assertThat(wrong.err()).contains("last=7,daily=14");
    }
}

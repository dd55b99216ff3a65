package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.Gpg;
import io.jenkins.plugins.zfsbackup.engine.testing.NotebookScript;
import io.jenkins.plugins.zfsbackup.engine.testing.NotebookScript.Send;
import io.jenkins.plugins.zfsbackup.engine.testing.OpenSshServer;
import io.jenkins.plugins.zfsbackup.engine.testing.Programs;
import io.jenkins.plugins.zfsbackup.engine.testing.RealPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The notebook moves over: what its script has stored by gpg and sftp is taken over, continued and restored. */
class FlatGpgIT {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    /** With a line for each backup, as these tests look at each. */
    private static final String[] ITS_POLICY = {"--policy", "monthly", "--month-by", "name", "--verbose"};

    private RealPool pool;
    private OpenSshServer server;
    private Gpg gpg;
    private Path stored;
    private String home;
    private NotebookScript script;
    private CommandLineUnderTest cli;
    private final Map<String, Map<String, String>> days = new TreeMap<>();

    @BeforeEach
    void start() throws IOException {
        pool = RealPool.create(512);
        server = OpenSshServer.start(pool.folder().resolve("sshd"));
        gpg = Gpg.create(pool.folder(), "Archive <archive@example.org>");
        stored = pool.folder().resolve("stored");
        script = new NotebookScript(pool, server, gpg, stored);
        home = pool.dataset("home");
        cli = new CommandLineUnderTest(pool.folder());
    }

    @AfterEach
    void stop() {
        gpg.close();
        server.close();
        pool.close();
    }

    private List<String> access() {
        return List.of(
                "--repo", server.url(stored),
                "--identity", server.identity().toString(),
                "--known-hosts", server.knownHosts("ed25519").toString());
    }

    private Said backup(String... more) {
        List<String> args = new ArrayList<>(List.of("backup", pool.name()));
        args.addAll(access());
        args.addAll(List.of(
                "--recipient",
                gpg.publicKey().toString(),
                "--sign-with",
                gpg.secretKey().toString()));
        args.addAll(Arrays.asList(more));
        return cli.run(args.toArray(String[]::new));
    }

    private Said read(String command, String... more) {
        List<String> args = new ArrayList<>(List.of(command));
        args.addAll(access());
        if (!command.equals("list")) {
            args.addAll(List.of(
                    "--decrypt-with",
                    gpg.secretKey().toString(),
                    "--verify-with",
                    gpg.publicKey().toString()));
        }
        args.addAll(Arrays.asList(more));
        return cli.run(args.toArray(String[]::new));
    }

    private Said withoutKey(String command, String... more) {
        List<String> args = new ArrayList<>(List.of(command));
        args.addAll(access());
        args.addAll(Arrays.asList(more));
        return cli.run(args.toArray(String[]::new));
    }

    /** A day of the notebook's: something is new, something has changed, and there is a snapshot of it. */
    private void day(String day) {
        pool.write(home, "of-" + day.replaceAll(".*-", ""), 3_000, day.hashCode());
        pool.write(home, "diary", "It is " + day + "\n");
        pool.snapshot(home, day);
        days.put(day, pool.contents(home));
    }

    private void days(String first, String last) {
        LocalDate.parse(first).datesUntil(LocalDate.parse(last).plusDays(1)).forEach(date -> day(date.toString()));
    }

    private List<String> storedNames() throws IOException {
        try (Stream<Path> entries = Files.list(stored)) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private Map<String, String> oldFiles() throws IOException {
        Map<String, String> files = new TreeMap<>();
        for (String name : storedNames()) {
            if (name.contains("@")) {
                Path file = stored.resolve(name);
                files.put(name, Arrays.hashCode(Files.readAllBytes(file)) + " " + Files.getLastModifiedTime(file));
            }
        }
        return files;
    }

    /** Compares a restored dataset's snapshots, file by file, with the days that they hold. */
    private List<String> compared(String dataset) {
        Map<String, Map<String, String>> restored = pool.snapshotContents(dataset);
        restored.forEach(
                (day, contents) -> assertThat(contents).as(dataset + "@" + day).isEqualTo(days.get(day)));
        return List.copyOf(restored.keySet());
    }

    private void cut(String file, double share) throws IOException {
        byte[] bytes = Files.readAllBytes(stored.resolve(file));
        Files.write(stored.resolve(file), Arrays.copyOf(bytes, (int) (bytes.length * share)));
    }

    @Test
    void sixtyDaysAreTakenOverContinuedBesideAndEachOfThemComesBack() throws IOException {
        days("2014-06-01", "2014-07-30");
        script.run("home");
        Map<String, String> before = oldFiles();
        assertThat(before).hasSize(61).containsKey("home@2014-07-01.from.2014-06-01.zfs.gpg");

        JsonNode listed = JSON.readTree(withoutKey("list", "--json").bytes())
                .path("datasets")
                .get(0);
        days("2014-07-31", "2014-08-01");
        Said taken = backup(ITS_POLICY);
        Said again = backup(ITS_POLICY);

        assertThat(listed.path("dataset").asText()).isEqualTo("?/home");
        assertThat(listed.path("restorePoints"))
                .hasSize(60)
                .allMatch(point -> point.path("restorable").asBoolean());
        assertThat(listed.path("restorePoints").findValuesAsText("snapshot"))
                .containsExactlyElementsOf(days.keySet().stream().limit(60).toList());
        assertThat(taken.exitCode()).as(taken.all()).isZero();
        assertThat(taken.out())
                .contains("@2014-07-31, incremental from @2014-07-30")
                .contains("@2014-08-01, full")
                .contains("@2014-08-01, incremental from @2014-07-01")
                .contains("@2014-07-30 was matched by its name alone")
                .contains("home@2014-07-30.from.2014-07-29.zfs.gpg of an old script, which was read and is whole");
        assertThat(again.out()).contains("0 backups, 1 datasets up to date");
        assertThat(oldFiles()).isEqualTo(before);
        for (String depth : List.of("listing", "hash", "content", "receive")) {
            Said verified = read("verify", "--depth", depth);
            assertThat(verified.exitCode()).as(verified.all()).isZero();
            assertThat(verified.out()).contains("64 backups are good");
        }
        assertThat(restored("2014-06-30", "june")).hasSize(30).contains("2014-06-01", "2014-06-30");
        assertThat(restored("2014-07-31", "july")).hasSize(31).contains("2014-07-01", "2014-07-30");
        assertThat(restored("2014-07-03", "some")).hasSize(3);
        assertThat(restored("2014-08-01", "august")).contains("2014-08-01");
        assertThat(oldFiles()).isEqualTo(before);
    }

    /** Restores a day, and compares it and all that its chain has brought. */
    private List<String> restored(String day, String target) {
        Said said = read("restore", home + "@" + day, "--to", pool.name() + "/" + target);
        assertThat(said.exitCode()).as(said.all()).isZero();
        return compared(pool.name() + "/" + target);
    }

    @Test
    void theSameLayoutIsContinuedInTurnsWithTheScriptAndRestoredByStockPrograms() throws IOException {
        days("2014-06-27", "2014-06-28");
        script.run("home");
        days("2014-06-29", "2014-07-02");

        Said taken = backup("--layout", "flat-gpg", "--policy", "monthly", "--month-by", "name");

        assertThat(taken.exitCode()).as(taken.all()).isZero();
        assertThat(storedNames().stream().filter(name -> name.contains("@")))
                .containsExactly(
                        "home@2014-06-27.full.zfs.gpg",
                        "home@2014-06-28.from.2014-06-27.zfs.gpg",
                        "home@2014-06-29.from.2014-06-28.zfs.gpg",
                        "home@2014-06-30.from.2014-06-29.zfs.gpg",
                        "home@2014-07-01.from.2014-06-27.zfs.gpg",
                        "home@2014-07-01.full.zfs.gpg",
                        "home@2014-07-02.from.2014-07-01.zfs.gpg");
        assertThat(gpg.run(
                        "--list-packets",
                        stored.resolve("home@2014-07-01.full.zfs.gpg").toString()))
                .contains(":compressed packet: algo=2", ":onepass_sig packet:", ":literal data packet:");

        days("2014-07-03", "2014-07-03");
        script.run("home");
        days("2014-07-04", "2014-07-04");
        Said further = backup("--layout", "flat-gpg", "--policy", "monthly", "--month-by", "name");

        assertThat(storedNames()).contains("home@2014-07-03.from.2014-07-02.zfs.gpg");
        assertThat(further.out()).contains("@2014-07-04, incremental from @2014-07-03");
        assertThat(storedNames()).noneMatch(name -> name.contains("partial"));
        for (String file : List.of(
                "2014-07-01.full",
                "2014-07-02.from.2014-07-01",
                "2014-07-03.from.2014-07-02",
                "2014-07-04.from.2014-07-03")) {
            Programs.succeed(
                    stored,
                    gpg.environment(),
                    "bash",
                    "-o",
                    "pipefail",
                    "-ec",
                    "gpg --batch -qd 'home@" + file + ".zfs.gpg' | zfs receive -u " + pool.name() + "/hand");
        }
        assertThat(compared(pool.name() + "/hand")).hasSize(4);
        assertThat(read("verify", "--depth", "receive").exitCode()).isZero();
        assertThat(restored("2014-06-30", "ours")).hasSize(4);
    }

    @Test
    void aCutUploadCountsForTheScriptAndIsNeverBuiltOnByOurs() throws IOException {
        days("2014-06-01", "2014-06-03");
        script.run("home");
        cut("home@2014-06-03.from.2014-06-02.zfs.gpg", 0.6);
        days("2014-06-04", "2014-06-04");

        List<Send> itsWay = NotebookScript.decide(new ArrayList<>(days.keySet()), script.remoteSnapshots("home"));
        Said listing = withoutKey("verify", "--depth", "hash");
        Said taken = backup(ITS_POLICY);
        Said restore = read("restore", home + "@2014-06-04", "--to", pool.name() + "/back");

        assertThat(itsWay).containsExactly(new Send("2014-06-04", Optional.of("2014-06-03")));
        script.send("home", itsWay.get(0));
        script.upload();
        assertThat(byStockPrograms("2014-06-01.full", "2014-06-02.from.2014-06-01", "2014-06-03.from.2014-06-02"))
                .isNotZero();
        assertThat(listing.exitCode()).isEqualTo(2);
        assertThat(listing.out())
                .contains("home@2014-06-03.from.2014-06-02.zfs.gpg")
                .contains("the OpenPGP message is cut");
        assertThat(taken.exitCode()).as(taken.all()).isZero();
        assertThat(taken.out())
                .contains("backup home@2014-06-03.from.2014-06-02.zfs.gpg in the repository can't be used")
                .contains("@2014-06-03, incremental from @2014-06-02");
        assertThat(restore.exitCode()).as(restore.all()).isZero();
        assertThat(compared(pool.name() + "/back")).contains("2014-06-03", "2014-06-04");
    }

    private int byStockPrograms(String... files) {
        int worst = 0;
        for (String file : files) {
            worst = Math.max(
                    worst,
                    Programs.run(
                                    stored,
                                    gpg.environment(),
                                    new byte[0],
                                    List.of(
                                            "bash",
                                            "-o",
                                            "pipefail",
                                            "-c",
                                            "gpg --batch -qd 'home@" + file + ".zfs.gpg' | zfs receive -u "
                                                    + pool.name() + "/stock"))
                            .exitCode());
        }
        return worst;
    }

    @Test
    void aStreamThatEndedEarlyInsideAWholeMessageIsFoundWithTheKeyBeforeAnythingIsReceived() throws IOException {
        days("2014-06-01", "2014-06-03");
        script.send("home", new Send("2014-06-01", Optional.empty()));
        int itSees = script.pipe("home", new Send("2014-06-02", Optional.of("2014-06-01")), "head -c 2000");
        script.send("home", new Send("2014-06-03", Optional.of("2014-06-02")));
        script.upload();
        String bad = "home@2014-06-02.from.2014-06-01.zfs.gpg";

        Said verified = read("verify", "--depth", "content");
        Said restore = read("restore", home + "@2014-06-03", "--to", pool.name() + "/back");
        days("2014-06-04", "2014-06-04");
        Said taken = backup(ITS_POLICY);

        assertThat(itSees).isZero();
        assertThat(byStockPrograms("2014-06-01.full", "2014-06-02.from.2014-06-01"))
                .isNotZero();
        assertThat(verified.exitCode()).isEqualTo(2);
        assertThat(verified.out()).contains(bad).contains("cut after 2,000 bytes");
        assertThat(restore.exitCode()).isEqualTo(2);
        assertThat(restore.all()).contains(bad).contains("@2014-06-01 before");
        assertThat(pool.zfs("list", "-H", "-o", "name")).doesNotContain(pool.name() + "/back");
        assertThat(taken.out())
                .contains("whether the stream inside is, too, only the decryption key can show")
                .contains("the 2 before it in its chain were not read");
    }

    @Test
    void aSnapshotThatTookAnothersNameIsNotBuiltOn() throws IOException {
        days("2014-06-01", "2014-06-02");
        script.run("home");
        for (String file : storedNames()) {
            Files.setLastModifiedTime(
                    stored.resolve(file), FileTime.from(Instant.now().minusSeconds(3600)));
        }
        pool.destroy(home + "@2014-06-02");
        day("2014-06-02");
        day("2014-06-03");

        List<Send> itsWay = NotebookScript.decide(new ArrayList<>(days.keySet()), script.remoteSnapshots("home"));
        Said taken = backup(ITS_POLICY);

        assertThat(itsWay).containsExactly(new Send("2014-06-03", Optional.of("2014-06-02")));
        script.send("home", itsWay.get(0));
        script.upload();
        assertThat(byStockPrograms("2014-06-01.full", "2014-06-02.from.2014-06-01", "2014-06-03.from.2014-06-02"))
                .isNotZero();
        assertThat(taken.out()).contains("the stored @2014-06-02 is not the one that is here");
        assertThat(taken.exitCode()).isZero();
        assertThat(read("restore", home + "@2014-06-03", "--to", pool.name() + "/back")
                        .exitCode())
                .isZero();
        assertThat(compared(pool.name() + "/back")).contains("2014-06-02", "2014-06-03");
    }

    @Test
    void theFirstMonthChangeAfterARestartEndsTheScriptAndNotOurs() {
        days("2014-06-29", "2014-06-30");
        script.run("home");
        days("2014-07-01", "2014-07-01");

        assertThatThrownBy(() -> script.run("home")).isInstanceOf(IllegalStateException.class);
        Said taken = backup("--layout", "flat-gpg", "--policy", "monthly", "--month-by", "name", "--verbose");

        assertThat(taken.exitCode()).as(taken.all()).isZero();
        assertThat(taken.out()).contains("@2014-07-01, full").contains("@2014-07-01, incremental from @2014-06-29");
    }

    @Test
    void snapshotsGoByTheirTimeWhereTheScriptWentByTheirNames() throws IOException {
        for (String name : List.of("day 9", "day 10")) {
            day(name);
        }

        script.run("home");
        long itsFile = Files.size(stored.resolve("home@day 9.from.day 10.zfs.gpg"));
        Files.delete(stored.resolve("home@day 9.from.day 10.zfs.gpg"));
        Files.delete(stored.resolve("home@day 10.full.zfs.gpg"));
        Said taken = backup("--layout", "flat-gpg");

        assertThat(itsFile).as("a message around nothing").isLessThan(2_000);
        assertThat(taken.exitCode()).as(taken.all()).isZero();
        assertThat(storedNames()).contains("home@day 9.full.zfs.gpg", "home@day 10.from.day 9.zfs.gpg");
        assertThat(restored("day 10", "back")).hasSize(2);
    }

    @Test
    void aDotInANameHasTheScriptSendTheSameAgainAndAgainAndOursIsDone() {
        day("auto-20140601.0200-1w");
        script.run("home");

        List<Send> itsWay = NotebookScript.decide(List.of("auto-20140601.0200-1w"), script.remoteSnapshots("home"));
        Said ours = backup("--verbose");

        assertThat(itsWay).containsExactly(new Send("auto-20140601.0200-1w", Optional.empty()));
        assertThat(ours.out())
                .contains(home + ": up to date")
                .contains("0 backups")
                .contains("in home@auto-20140601.0200-1w.full.zfs.gpg, which this run did not read");
        assertThat(restored("auto-20140601.0200-1w", "back")).hasSize(1);
    }

    @Test
    void whatTheLayoutHasNoPlaceForIsRefusedAndTheRestIsStored() throws IOException {
        day("2014-06-01");
        String nested = pool.dataset("home/deep");
        pool.snapshot(nested, "2014-06-01");
        pool.snapshot(home, "a.from.b");
        pool.snapshot(pool.name(), "2014-06-01");

        Said taken = backup("--layout", "flat-gpg");
        Said open = withoutKey("backup", pool.name(), "--layout", "flat-gpg", "--no-encryption");

        assertThat(taken.exitCode()).isEqualTo(1);
        assertThat(taken.out())
                .contains("a nested dataset, with a '/', has no place")
                .contains("the pool's root dataset has none")
                .contains("home@a.from.b.from.2014-06-01.zfs.gpg can't be used: its name can be read in 2 ways")
                .contains("native layout");
        assertThat(storedNames().stream().filter(name -> name.contains("@")))
                .containsExactly("home@2014-06-01.full.zfs.gpg");
        assertThat(open.exitCode()).isEqualTo(64);
        assertThat(open.err()).contains("it is always encrypted");
    }

    @Test
    void theFilesOfAnotherPoolAreNotTakenForThisOnes() throws IOException {
        day("2014-06-01");
        script.run("home");
        assertThat(backup().exitCode()).isZero();
        Map<String, String> before = new HashMap<>(oldFiles());
        try (RealPool other = RealPool.create(128)) {
            String theirs = other.dataset("home");
            other.snapshot(theirs, "2014-06-01");
            List<String> args = new ArrayList<>(List.of("backup", other.name()));
            args.addAll(access());
            args.addAll(List.of("--recipient", gpg.publicKey().toString()));

            Said beside = cli.run(args.toArray(String[]::new));
            args.addAll(List.of("--layout", "flat-gpg"));
            Said mixed = cli.run(args.toArray(String[]::new));

            assertThat(beside.out()).contains(theirs + ": @2014-06-01, full");
            assertThat(mixed.exitCode()).isEqualTo(64);
            assertThat(mixed.err()).contains("belong to the pool " + pool.name());
            assertThat(oldFiles()).isEqualTo(before);
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.LabScript;
import io.jenkins.plugins.zfsbackup.engine.testing.OpenSshServer;
import io.jenkins.plugins.zfsbackup.engine.testing.Programs;
import io.jenkins.plugins.zfsbackup.engine.testing.RealPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The lab moves over: what its script has made with gzip for each member is taken over, continued and restored. */
class MemberGzipIT {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String FILE = "elabfs-LukasMetzler@";
    private static final String MEMBER = "LukasMetzler";

    private RealPool pool;
    private OpenSshServer server;
    private Path stored;
    private String lukas;
    private LabScript script;
    private CommandLineUnderTest cli;
    private final Map<String, Map<String, String>> days = new TreeMap<>();

    @BeforeEach
    void start() {
        pool = RealPool.create(512);
        server = OpenSshServer.start(pool.folder().resolve("sshd"));
        stored = pool.folder().resolve("zfs-backups");
        script = new LabScript(pool, stored);
        lukas = pool.dataset("elabfs-" + MEMBER);
        cli = new CommandLineUnderTest(pool.folder());
    }

    @AfterEach
    void stop() {
        server.close();
        pool.close();
    }

    private Said run(String command, String... more) {
        List<String> args = new ArrayList<>(List.of(command));
        args.addAll(List.of(
                "--repo", server.url(stored),
                "--identity", server.identity().toString(),
                "--known-hosts", server.knownHosts("ed25519").toString()));
        args.addAll(Arrays.asList(more));
        return cli.run(args.toArray(String[]::new));
    }

    private Said backup(String... more) {
        List<String> args = new ArrayList<>(List.of(pool.name(), "--no-encryption", "--packed"));
        args.addAll(Arrays.asList(more));
        return run("backup", args.toArray(String[]::new));
    }

    private static String auto(LocalDate date) {
        return "auto-" + date.format(DateTimeFormatter.BASIC_ISO_DATE) + ".0200-1w";
    }

    private void day(LocalDate date) {
        day(auto(date));
    }

    private void day(String name) {
        pool.write(lukas, "of-" + name.substring(name.length() - 10), 3_000, name.hashCode());
        pool.write(lukas, "notes", "It is " + name + "\n");
        pool.snapshot(lukas, name);
        days.put(name, pool.contents(lukas));
    }

    /** Every night a snapshot; the script runs every {@code every} days. */
    private void days(String first, String last, int every) {
        LocalDate begin = LocalDate.parse(first);
        begin.datesUntil(LocalDate.parse(last).plusDays(1)).forEach(date -> {
            day(date);
            if (begin.datesUntil(date).count() % every == 0) {
                script.run(MEMBER);
                script.uploadByHand(MEMBER);
            }
        });
    }

    private List<String> storedNames(String directory) throws IOException {
        try (Stream<Path> entries = Files.list(stored.resolve(directory))) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private Map<String, String> files(String directory) throws IOException {
        Map<String, String> files = new TreeMap<>();
        for (String name : storedNames(directory)) {
            Path file = stored.resolve(directory).resolve(name);
            files.put(name, Arrays.hashCode(Files.readAllBytes(file)) + " " + Files.getLastModifiedTime(file));
        }
        return files;
    }

    private List<String> compared(String dataset) {
        Map<String, Map<String, String>> restored = pool.snapshotContents(dataset);
        restored.forEach(
                (day, contents) -> assertThat(contents).as(dataset + "@" + day).isEqualTo(days.get(day)));
        return List.copyOf(restored.keySet());
    }

    private List<String> restored(String day, String target) {
        Said said = run("restore", lukas + "@" + day, "--to", pool.name() + "/" + target);
        assertThat(said.exitCode()).as(said.all()).isZero();
        return compared(pool.name() + "/" + target);
    }

    @Test
    void sixtyDaysAreTakenOverContinuedBesideAndEachOfThemComesBack() throws IOException {
        days("2019-06-01", "2019-06-20", 1);
        days("2019-06-21", "2019-07-30", 13);
        Map<String, String> before = files(MEMBER);
        assertThat(before)
                .hasSize(24)
                .containsKeys(
                        FILE + "auto-20190601.0200-1w.gz",
                        FILE + "auto-20190621.0200-1w.to." + FILE + "auto-20190704.0200-1w.gz");
        JsonNode listed =
                JSON.readTree(run("list", "--json").bytes()).path("datasets").get(0);

        day("auto-20190731.0200-1w");
        Said taken = backup("--include", "elabfs-*");
        Said again = backup("--include", "elabfs-*");

        assertThat(listed.path("dataset").asText()).isEqualTo(lukas);
        assertThat(listed.path("restorePoints"))
                .isNotEmpty()
                .allMatch(point -> point.path("restorable").asBoolean());
        assertThat(listed.path("restorePoints").get(0).path("guid").asText())
                .isEqualTo(pool.zfs("get", "-Hp", "-o", "value", "guid", lukas + "@auto-20190601.0200-1w")
                        .get(0));
        assertThat(taken.exitCode()).as(taken.all()).isZero();
        assertThat(taken.out()).contains("@auto-20190731.0200-1w, incremental from @auto-20190730.0200-1w");
        assertThat(taken.out()).doesNotContain("by its name alone");
        assertThat(again.out()).contains("0 backups, 1 datasets up to date");
        for (String depth : List.of("listing", "hash", "content", "receive")) {
            Said verified = run("verify", "--depth", depth);
            assertThat(verified.exitCode()).as(verified.all()).isZero();
            assertThat(verified.out()).contains("25 backups are good");
        }
        assertThat(restored("auto-20190731.0200-1w", "all")).hasSize(61);
        Said inside = run("restore", lukas + "@auto-20190710.0200-1w", "--to", pool.name() + "/inside");
        assertThat(inside.exitCode()).as(inside.all()).isZero();
        assertThat(inside.out())
                .contains("looking for @auto-20190710.0200-1w in")
                .contains("inside a package");
        assertThat(compared(pool.name() + "/inside")).contains("auto-20190710.0200-1w");
        assertThat(files(MEMBER)).isEqualTo(before);
    }

    @Test
    void theSameLayoutIsContinuedInTurnsWithTheScriptAndRestoredByStockPrograms() throws IOException {
        days("2019-08-01", "2019-08-02", 1);
        day("auto-20190803.0200-1w");
        day("auto-20190804.0200-1w");

        Said taken = backup("--layout", "member-gzip", "--include", "elabfs-*");
        day("auto-20190805.0200-1w");
        script.run(MEMBER);
        List<String> itsFiles = script.temporary();
        script.uploadByHand(MEMBER);
        day("auto-20190806.0200-1w");
        Said further = backup("--layout", "member-gzip", "--include", "elabfs-*");

        assertThat(taken.exitCode()).as(taken.all()).isZero();
        assertThat(taken.out()).contains("package from @auto-20190802.0200-1w");
        assertThat(itsFiles).containsExactly(FILE + "auto-20190804.0200-1w.to." + FILE + "auto-20190805.0200-1w.gz");
        assertThat(further.exitCode()).as(further.all()).isZero();
        assertThat(storedNames(MEMBER))
                .containsExactly(
                        FILE + "auto-20190801.0200-1w.gz",
                        FILE + "auto-20190801.0200-1w.to." + FILE + "auto-20190802.0200-1w.gz",
                        FILE + "auto-20190802.0200-1w.to." + FILE + "auto-20190804.0200-1w.gz",
                        FILE + "auto-20190804.0200-1w.to." + FILE + "auto-20190805.0200-1w.gz",
                        FILE + "auto-20190805.0200-1w.to." + FILE + "auto-20190806.0200-1w.gz");
        for (String file : storedNames(MEMBER)) {
            Programs.succeed(
                    stored.resolve(MEMBER),
                    Map.of(),
                    "bash",
                    "-o",
                    "pipefail",
                    "-ec",
                    "gzip -dc '" + file + "' | zfs receive -u " + pool.name() + "/hand");
        }
        assertThat(compared(pool.name() + "/hand")).hasSize(6);
        assertThat(run("verify", "--depth", "receive").exitCode()).isZero();
        assertThat(restored("auto-20190806.0200-1w", "ours")).hasSize(6);
    }

    @Test
    void formerMembersStayUntouchedAndAreStillListedAndRestored() throws IOException {
        days("2019-08-01", "2019-08-03", 1);
        Map<String, String> before = files(MEMBER);
        pool.destroy(lukas);
        String anna = pool.dataset("elabfs-Anna");
        pool.snapshot(anna, "auto-20190804.0200-1w");

        Said taken = backup("--layout", "member-gzip", "--include", "elabfs-*");

        assertThat(taken.exitCode()).as(taken.all()).isZero();
        assertThat(storedNames("Anna")).containsExactly("elabfs-Anna@auto-20190804.0200-1w.gz");
        assertThat(run("list").out()).contains(lukas + "  (3 backups").contains(anna + "  (1 backups");
        assertThat(restored("auto-20190803.0200-1w", "back")).hasSize(3);
        assertThat(files(MEMBER)).isEqualTo(before);
    }

    @Test
    void aFileThatADyingScriptLeftCutCountsForTheScriptAndIsNeverBuiltOnByOurs() throws IOException {
        days("2019-08-01", "2019-08-03", 1);
        String last = FILE + "auto-20190802.0200-1w.to." + FILE + "auto-20190803.0200-1w.gz";
        Path cut = stored.resolve(MEMBER).resolve(last);
        byte[] whole = Files.readAllBytes(cut);
        Files.write(cut, Arrays.copyOf(whole, whole.length - 5));
        day("auto-20190804.0200-1w");

        Said verified = run("verify", "--depth", "hash");
        Said restore = run("restore", lukas + "@auto-20190803.0200-1w", "--to", pool.name() + "/none");
        Said taken = backup("--include", "elabfs-*");

        assertThat(script.existing(MEMBER)).contains(FILE + "auto-20190803.0200-1w");
        assertThat(verified.exitCode()).isEqualTo(2);
        assertThat(verified.out()).contains(last).contains("the gzip file is cut or damaged");
        assertThat(restore.exitCode()).isEqualTo(2);
        assertThat(restore.all()).contains(last).contains("@auto-20190802.0200-1w before");
        assertThat(pool.zfs("list", "-H", "-o", "name")).doesNotContain(pool.name() + "/none");
        assertThat(taken.out())
                .contains("backup " + last + " in the repository can't be used")
                .contains("package from @auto-20190802.0200-1w");
        assertThat(restored("auto-20190804.0200-1w", "back")).hasSize(4);
    }

    @Test
    void aStreamThatEndedEarlyIsUnnoticedByTheScriptAndFoundByOurs() throws IOException {
        day("auto-20190801.0200-1w");
        Path directory = Files.createDirectories(stored.resolve(MEMBER));
        Path file = directory.resolve(FILE + "auto-20190801.0200-1w.gz");
        int itSees = script.pipe("zfs send " + lukas + "@auto-20190801.0200-1w | head -c 3000", file);
        day("auto-20190802.0200-1w");

        Said verified = run("verify", "--depth", "hash");
        Said taken = backup("--include", "elabfs-*");

        assertThat(itSees).isZero();
        assertThat(Programs.run(directory, Map.of(), new byte[0], List.of("gzip", "-t", file.toString()))
                        .exitCode())
                .isZero();
        assertThat(verified.exitCode()).isEqualTo(2);
        assertThat(verified.out()).contains("cut after 3,000 bytes");
        assertThat(taken.out()).contains("can't be used").contains("@auto-20190802.0200-1w, full");
        assertThat(restored("auto-20190802.0200-1w", "back")).hasSize(1);
    }

    @Test
    void aSnapshotThatTookAnothersNameIsNotBuiltOnBecauseItsGuidDiffers() throws IOException {
        days("2019-08-01", "2019-08-02", 1);
        pool.destroy(lukas + "@auto-20190802.0200-1w");
        day("auto-20190802.0200-1w");
        day("auto-20190803.0200-1w");

        Said taken = backup("--include", "elabfs-*");
        script.run(MEMBER);
        String itsFile = FILE + "auto-20190802.0200-1w.to." + FILE + "auto-20190803.0200-1w.gz";
        assertThat(script.temporary()).containsExactly(itsFile);
        script.uploadByHand(MEMBER);
        Said verified = run("verify", "--depth", "listing");

        assertThat(taken.out()).contains("@auto-20190803.0200-1w, package from @auto-20190801.0200-1w");
        assertThat(restored("auto-20190803.0200-1w", "back")).hasSize(3);
        assertThat(verified.exitCode()).isZero();
        assertThat(byStockPrograms(
                        FILE + "auto-20190801.0200-1w.gz",
                        FILE + "auto-20190801.0200-1w.to." + FILE + "auto-20190802.0200-1w.gz",
                        itsFile))
                .isNotZero();
    }

    private int byStockPrograms(String... files) {
        int worst = 0;
        for (String file : files) {
            worst = Math.max(
                    worst,
                    Programs.run(
                                    stored.resolve(MEMBER),
                                    Map.of(),
                                    new byte[0],
                                    List.of(
                                            "bash",
                                            "-o",
                                            "pipefail",
                                            "-c",
                                            "gzip -dc '" + file + "' | zfs receive -u " + pool.name() + "/stock"))
                            .exitCode());
        }
        return worst;
    }

    @Test
    void theScriptUploadsNothingAndTakesAFailedListingForAnEmptyDirectoryAndOursDoesNeither() throws IOException {
        days("2019-08-01", "2019-08-01", 1);
        day("auto-20190802.0200-1w");
        Path hidden = pool.folder().resolve("out-of-reach");

        Files.move(stored.resolve(MEMBER), hidden);
        script.run(MEMBER);
        Files.move(hidden, stored.resolve(MEMBER));
        server.stop();
        Said away = backup("--layout", "member-gzip", "--include", "elabfs-*");
        List<String> meanwhile = storedNames(MEMBER);
        server.startAgain();
        Said back = backup("--layout", "member-gzip", "--include", "elabfs-*");

        assertThat(script.temporary()).containsExactly(FILE + "auto-20190802.0200-1w.gz");
        assertThat(away.exitCode()).isEqualTo(3);
        assertThat(meanwhile).containsExactly(FILE + "auto-20190801.0200-1w.gz");
        assertThat(back.exitCode()).as(back.all()).isZero();
        assertThat(storedNames(MEMBER))
                .containsExactly(
                        FILE + "auto-20190801.0200-1w.gz",
                        FILE + "auto-20190801.0200-1w.to." + FILE + "auto-20190802.0200-1w.gz");
    }

    @Test
    void namesThatStopTheScriptAreStoredWithAWarningAndDatasetsWithoutAPlaceAreRefused() throws IOException {
        String other = pool.dataset("projects");
        pool.snapshot(other, "auto-20190801.0200-1w");
        pool.snapshot(pool.dataset("elabfs-Anna/deep"), "auto-20190801.0200-1w");
        day("before the.move.to.go-daily");

        Said taken = backup("--layout", "member-gzip");
        Said sealed = run("backup", pool.name(), "--layout", "member-gzip", "--recipient", "any.asc");

        assertThat(taken.exitCode()).isEqualTo(1);
        assertThat(taken.out())
                .contains("it is for the datasets POOL/elabfs-MEMBER")
                .contains("a nested one has no place")
                .contains("the script that used this layout can't read the name");
        assertThat(storedNames(MEMBER)).containsExactly(FILE + "before the.move.to.go-daily.gz");
        assertThatThrownBy(() -> script.existing(MEMBER)).hasMessageContaining("Unknown Filename Format");
        assertThat(restored("before the.move.to.go-daily", "back")).hasSize(1);
        assertThat(sealed.exitCode()).isEqualTo(64);
        assertThat(sealed.err()).contains("neither be encrypted nor signed");
    }
}

package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.run.Cancellation;
import io.jenkins.plugins.zfsbackup.engine.testing.Gpg;
import io.jenkins.plugins.zfsbackup.engine.testing.OpenSshServer;
import io.jenkins.plugins.zfsbackup.engine.testing.Pause;
import io.jenkins.plugins.zfsbackup.engine.testing.Programs;
import io.jenkins.plugins.zfsbackup.engine.testing.RealPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The main job on a real pool, a real sshd and a real gpg: what goes in comes back, and what goes wrong is said. */
class RoundTripIT {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private RealPool pool;
    private OpenSshServer server;
    private Gpg gpg;
    private Path stored;
    private CommandLineUnderTest cli;

    @BeforeEach
    void start() throws IOException {
        pool = RealPool.create(1024);
        server = OpenSshServer.start(pool.folder().resolve("sshd"));
        gpg = Gpg.create(pool.folder(), "Archive <archive@example.org>");
        stored = pool.folder().resolve("stored");
        cli = new CommandLineUnderTest(pool.folder());
    }

    @AfterEach
    void stop() {
        gpg.close();
        server.close();
        pool.close();
    }

    private Said backup(String... more) {
        return backup(new Cancellation(), more);
    }

    private Said backup(Cancellation cancellation, String... more) {
        List<String> args = new ArrayList<>(List.of("backup", pool.name()));
        args.addAll(Arrays.asList(more).contains("--known-hosts") ? access().subList(0, 4) : access());
        args.addAll(List.of(
                "--recipient",
                gpg.publicKey().toString(),
                "--sign-with",
                gpg.secretKey().toString()));
        args.addAll(Arrays.asList(more));
        return cli.run(cancellation, args.toArray(String[]::new));
    }

    private List<String> access() {
        return List.of(
                "--repo", server.url(stored),
                "--identity", server.identity().toString(),
                "--known-hosts", server.knownHosts("ed25519").toString());
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

    private List<String> storedNames(String directory) throws IOException {
        try (Stream<Path> entries = Files.list(stored.resolve(directory))) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private Path volume(String dataset, String backup) throws IOException {
        try (Stream<Path> files = Files.list(stored.resolve(dataset).resolve(backup))) {
            return files.filter(file -> file.toString().endsWith(".gpg"))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void bringsEveryDatasetBackAsItWasAtEverySnapshot() throws IOException {
        String home = pool.dataset("home");
        String nested = pool.dataset("home/with space.and-dots:x");
        pool.write(home, "raw", 3_000_000, 1);
        pool.write(home, "text", "first\n".repeat(100_000));
        pool.write(nested, "inside", 200_000, 2);
        pool.snapshot(home, "mon day.1:2");
        pool.snapshot(nested, "n1");
        Map<String, String> first = filesOf(home);
        assertThat(backup().exitCode()).isZero();
        pool.write(home, "text", "second\n".repeat(100_000));
        pool.write(home, "more", 1_000_000, 3);
        pool.snapshot(home, "tuesday");
        Map<String, String> second = filesOf(home);

        Said again = backup();

        assertThat(again.exitCode()).isZero();
        assertThat(again.out()).contains("@tuesday, incremental from @mon day.1:2");
        assertThat(storedNames(home)).contains("mon day.1:2.full", "tuesday.from.mon day.1:2");
        assertThat(read("restore", home + "@mon day.1:2", "--to", pool.name() + "/back1")
                        .exitCode())
                .isZero();
        assertThat(read("restore", home, "--to", pool.name() + "/back2").exitCode())
                .isZero();
        assertThat(read("restore", nested, "--to", pool.name() + "/back3").exitCode())
                .isZero();
        for (String back : List.of("/back1", "/back2", "/back3")) {
            pool.mount(pool.name() + back);
        }
        assertThat(pool.contents(pool.name() + "/back1")).isEqualTo(first);
        assertThat(pool.contents(pool.name() + "/back2")).isEqualTo(second);
        assertThat(pool.contents(pool.name() + "/back3")).containsOnlyKeys("inside");
    }

    /** Without those of datasets that are mounted below it. */
    private Map<String, String> filesOf(String dataset) {
        Map<String, String> files = new TreeMap<>(pool.contents(dataset));
        files.keySet().removeIf(file -> file.contains("/"));
        return files;
    }

    @Test
    void hasNothingToDoASecondTime() throws IOException {
        String home = pool.dataset("home");
        pool.snapshot(home, "a");
        backup();
        List<String> before = storedNames(home);

        Said again = backup("--json");

        JsonNode result = JSON.readTree(again.bytes());
        assertThat(again.exitCode()).isZero();
        assertThat(result.path("outcome").asText()).isEqualTo("up-to-date");
        assertThat(storedNames(home)).isEqualTo(before);
    }

    @Test
    void goesOnOntoATargetThatHasAnEarlierSnapshot() {
        String home = pool.dataset("home");
        pool.write(home, "a", 1_000_000, 1);
        pool.snapshot(home, "one");
        backup();
        assertThat(read("restore", home, "--to", pool.name() + "/copy").exitCode())
                .isZero();
        pool.write(home, "b", 1_000_000, 2);
        pool.snapshot(home, "two");
        backup();

        Said further = read("restore", home, "--to", pool.name() + "/copy");

        assertThat(further.exitCode()).isZero();
        assertThat(further.out()).contains("from 1 backup").doesNotContain("one.full");
        pool.mount(pool.name() + "/copy");
        assertThat(pool.contents(pool.name() + "/copy")).isEqualTo(pool.contents(home));
    }

    @Test
    void isRestoredByStockProgramsWithTheCommandInTheManifest() throws IOException {
        String home = pool.dataset("home");
        pool.write(home, "raw", 40_000_000, 1);
        pool.snapshot(home, "one");
        assertThat(backup("--memory", "12M").exitCode()).isZero();
        assertThat(storedNames(home + "/one.full").stream().filter(name -> name.endsWith(".gpg")))
                .hasSizeGreaterThan(2);
        pool.write(home, "more", 1_000_000, 2);
        pool.snapshot(home, "two");
        assertThat(backup().exitCode()).isZero();

        for (String id : List.of("one.full", "two.from.one")) {
            JsonNode manifest = JSON.readTree(
                    stored.resolve(home).resolve(id).resolve("manifest.json").toFile());
            String script = manifest.path("recovery").get(0).asText() + "\n"
                    + manifest.path("recovery").get(1).asText().replace("TARGET ", pool.name() + "/hand ");
            Programs.succeed(stored, gpg.environment(), "bash", "-ec", script);
            gpg.run(
                    "--verify",
                    stored.resolve(home)
                            .resolve(id)
                            .resolve("manifest.json.asc")
                            .toString(),
                    stored.resolve(home).resolve(id).resolve("manifest.json").toString());
        }

        pool.mount(pool.name() + "/hand");
        assertThat(pool.contents(pool.name() + "/hand")).isEqualTo(pool.contents(home));
    }

    @Test
    void writesTheRawStreamForAPipe() throws IOException {
        String home = pool.dataset("home");
        pool.write(home, "raw", 2_000_000, 1);
        pool.snapshot(home, "one");
        backup();

        Said stream = read("restore", home, "--stdout");

        assertThat(stream.exitCode()).isZero();
        Programs.Ran received = Programs.run(
                pool.folder(), Map.of(), stream.bytes(), List.of("zfs", "receive", "-u", pool.name() + "/piped"));
        assertThat(received.errors()).isEmpty();
        pool.mount(pool.name() + "/piped");
        assertThat(pool.contents(pool.name() + "/piped")).isEqualTo(pool.contents(home));
    }

    @Test
    void packsTheSnapshotsBetweenAndBringsThemAllBack() {
        String home = pool.dataset("home");
        pool.snapshot(home, "a");
        backup("--packed");
        for (String name : List.of("z", "b", "auto-20190806.0200-1w")) {
            pool.write(home, "file-" + name, 100_000, name.hashCode());
            pool.snapshot(home, name);
        }

        Said packed = backup("--packed");

        assertThat(packed.out()).contains("@auto-20190806.0200-1w, package from @a");
        assertThat(read("restore", home, "--to", pool.name() + "/back").exitCode())
                .isZero();
        assertThat(pool.zfs("list", "-H", "-o", "name", "-t", "snapshot", "-r", pool.name() + "/back"))
                .hasSize(4);
        Said inside = read("restore", home + "@b", "--to", pool.name() + "/inside");
        assertThat(inside.exitCode()).isZero();
        assertThat(inside.out()).contains("inside a package");
    }

    @Test
    void sendsInFullAndSaysSoWhenTheBaseIsGone() {
        String home = pool.dataset("home");
        pool.snapshot(home, "a");
        backup();
        cli.run(Stream.concat(Stream.of("release", pool.name()), access().stream())
                .toArray(String[]::new));
        pool.destroy(home + "@a");
        pool.snapshot(home, "b");

        Said again = backup();

        assertThat(again.exitCode()).isZero();
        assertThat(again.out()).contains("@b, full").contains("none of the stored snapshots is here any more");
    }

    @Test
    void doesNotTakeASnapshotOfTheSameNameForTheSameSnapshot() {
        String home = pool.dataset("home");
        pool.snapshot(home, "daily");
        backup();
        cli.run(Stream.concat(Stream.of("release", pool.name()), access().stream())
                .toArray(String[]::new));
        pool.destroy(home + "@daily");
        pool.write(home, "new", 1000, 1);
        pool.snapshot(home, "later");
        pool.snapshot(home, "daily");

        Said again = backup("--verbose");

        assertThat(again.exitCode()).isZero();
        assertThat(again.out()).contains("@later, full").contains("@daily, incremental from @later");
    }

    @Test
    void keepsWhatTheNextBackupStartsFrom() {
        String home = pool.dataset("home");
        pool.snapshot(home, "a");
        pool.snapshot(home, "b");
        backup();

        Programs.Ran destroyed =
                Programs.run(pool.folder(), Map.of(), new byte[0], List.of("zfs", "destroy", home + "@b"));
        pool.destroy(home + "@a");
        pool.snapshot(home, "c");
        Said next = backup();

        // A bookmark stands for the snapshot where the pool has them; elsewhere the hold keeps the snapshot itself.
        assertThat(destroyed.exitCode() == 0).isEqualTo(pool.hasFeature("bookmarks"));
        assertThat(next.exitCode()).isZero();
        assertThat(next.out()).contains("@c, incremental from @b");
    }

    @Test
    void carriesOnByItselfWhenTheConnectionIsCut() throws Exception {
        String home = pool.dataset("home");
        pool.write(home, "raw", 60_000_000, 1);
        pool.snapshot(home, "a");
        CompletableFuture<Said> running =
                CompletableFuture.supplyAsync(() -> backup("--memory", "12M", "--limit", "12M"));
        awaitStored(home, 8_000_000);

        server.cutConnections();

        Said said = running.get();
        assertThat(said.exitCode()).isZero();
        assertThat(said.all()).contains("0 failed");
        assertThat(storedNames(home)).containsExactly("a.full");
        assertThat(read("verify", "--depth", "content").exitCode()).isZero();
    }

    @Test
    void sendsOnlyTheRestAfterItWasKilled() throws Exception {
        String home = pool.dataset("home");
        pool.write(home, "raw", 80_000_000, 1);
        pool.snapshot(home, "a");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Duser.home=" + pool.folder(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "backup",
                pool.name()));
        command.addAll(access());
        command.addAll(List.of("--recipient", gpg.publicKey().toString(), "--memory", "12M", "--limit", "10M"));
        Process killed = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(pool.folder().resolve("killed.log").toFile())
                .start();
        awaitNote(home, killed);
        killed.destroyForcibly().waitFor();
        assertThat(storedNames(home)).noneMatch(name -> name.equals("a.full"));

        List<String> args = new ArrayList<>(List.of("backup", pool.name()));
        args.addAll(access());
        args.addAll(List.of("--recipient", gpg.publicKey().toString(), "--memory", "12M"));
        Said again = cli.run(args.toArray(String[]::new));

        assertThat(again.exitCode()).as(again.all()).isZero();
        assertThat(again.out()).contains("took over the lock").contains("an earlier run left");
        assertThat(storedNames(home)).containsExactly("a.full");
        assertThat(pool.zfs("get", "-Hp", "-o", "value", "userrefs", home + "@a"))
                .containsExactly(pool.hasFeature("bookmarks") ? "0" : "1");
    }

    /** Until the run has noted which volumes are confirmed. */
    private void awaitNote(String dataset, Process running) throws IOException {
        while (running.isAlive()) {
            if (Files.exists(stored.resolve(dataset))) {
                try (Stream<Path> files = Files.walk(stored.resolve(dataset))) {
                    if (files.anyMatch(file -> file.endsWith("resume.json"))) {
                        return;
                    }
                } catch (java.io.UncheckedIOException e) {
                    // A file was renamed under the walk: look again.
                    continue;
                }
            }
            Pause.briefly();
        }
        throw new AssertionError(
                "the run ended by itself: " + Files.readString(pool.folder().resolve("killed.log")));
    }

    private void awaitStored(String dataset, long bytes) throws IOException {
        Path directory = stored.resolve(dataset);
        while (!Files.exists(directory) || sizeBelow(directory) < bytes) {
            Pause.briefly();
        }
    }

    private static long sizeBelow(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (java.io.UncheckedIOException e) {
            // A file was renamed under the walk: look again.
            return 0;
        }
    }

    @Test
    void leavesNothingBehindWhenItIsStopped() throws Exception {
        String home = pool.dataset("home");
        pool.write(home, "raw", 60_000_000, 1);
        pool.snapshot(home, "a");
        Cancellation cancellation = new Cancellation();
        CompletableFuture<Said> running =
                CompletableFuture.supplyAsync(() -> backup(cancellation, "--memory", "12M", "--limit", "12M"));
        awaitStored(home, 5_000_000);

        cancellation.cancel();

        Said said = running.get();
        assertThat(said.exitCode()).isEqualTo(2);
        assertThat(said.all()).contains("stopped");
        assertThat(storedNames(home)).isEmpty();
        assertThat(pool.zfs("get", "-Hp", "-o", "value", "userrefs", home + "@a"))
                .containsExactly("0");
    }

    @Test
    void endsWithThreeWhenNobodyAnswers() {
        String home = pool.dataset("home");
        pool.snapshot(home, "a");
        server.stop();

        Said said = backup();

        assertThat(said.exitCode()).isEqualTo(3);
        assertThat(said.all())
                .contains("in sftp://")
                .contains("Connection refused")
                .doesNotContain("\tat ");
    }

    @Test
    void refusesAnUnknownAndAChangedHostKeyAndShowsTheFingerprint() throws IOException {
        pool.snapshot(pool.dataset("home"), "a");
        Path empty = Files.createFile(pool.folder().resolve("none"));
        Path other = pool.folder().resolve("other");
        OpenSshServer.keygen(other, "ed25519", "");
        Path changed = Files.writeString(
                pool.folder().resolve("changed"),
                "[127.0.0.1]:" + server.port() + " " + Files.readString(Path.of(other + ".pub")));
        String print = Programs.succeed(
                        pool.folder(),
                        Map.of(),
                        "ssh-keygen",
                        "-lf",
                        pool.folder().resolve("sshd/host_ed25519.pub").toString())
                .split(" ")[1];

        Said unknown = backup("--known-hosts", empty.toString());
        Said different = backup("--known-hosts", changed.toString());

        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.all()).contains("not known").contains("SHA256:");
        assertThat(different.exitCode()).isEqualTo(2);
        assertThat(different.all()).contains("is not the one in").contains(print);
    }

    @Test
    void findsDamageAndSaysWhichVolumeAndWhatCanStillBeRestored() throws IOException {
        String home = pool.dataset("home");
        pool.write(home, "raw", 2_000_000, 1);
        pool.snapshot(home, "a");
        backup();
        pool.write(home, "raw2", 2_000_000, 2);
        pool.snapshot(home, "b");
        backup();
        Path volume = volume(home, "b.from.a");
        byte[] bytes = Files.readAllBytes(volume);
        bytes[bytes.length / 2] ^= 1;
        Files.write(volume, bytes, StandardOpenOption.TRUNCATE_EXISTING);

        Said listing = read("verify", "--depth", "listing");
        Said hash = read("verify", "--depth", "hash");
        Said content = read("verify", "--depth", "content");
        Said restore = read("restore", home, "--to", pool.name() + "/back");

        assertThat(listing.exitCode()).isZero();
        assertThat(hash.exitCode()).isEqualTo(2);
        assertThat(hash.out()).contains("b.from.a").contains("another SHA-256");
        assertThat(content.exitCode()).isEqualTo(2);
        assertThat(restore.exitCode()).isEqualTo(2);
        assertThat(restore.all()).contains("00001.zfs.zst.gpg");
        assertThat(pool.zfs("list", "-H", "-o", "name", "-t", "snapshot", "-r", pool.name() + "/back"))
                .containsExactly(pool.name() + "/back@a");
    }

    @Test
    void refusesAManifestThatSomebodyChanged() throws IOException {
        String home = pool.dataset("home");
        pool.snapshot(home, "a");
        backup();
        Path manifest = stored.resolve(home).resolve("a.full/manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replace("\"pool\" : ", "\"poll\" : "));

        Said restore = read("restore", home, "--to", pool.name() + "/back");

        assertThat(restore.exitCode()).isEqualTo(2);
        assertThat(restore.all()).containsIgnoringCase("signature");
    }

    @Test
    void namesTheMissingLinkOfABrokenChain() throws IOException {
        String home = pool.dataset("home");
        for (String name : List.of("a", "b", "c")) {
            pool.write(home, name, 10_000, name.hashCode());
            pool.snapshot(home, name);
            backup();
        }
        Programs.succeed(
                stored,
                Map.of(),
                "rm",
                "-r",
                stored.resolve(home).resolve("b.from.a").toString());

        Said restore = read("restore", home, "--to", pool.name() + "/back");

        assertThat(restore.exitCode()).isEqualTo(2);
        assertThat(restore.all()).contains("@b", "The newest snapshot that can be restored is @a");
        assertThat(read("verify").exitCode()).isEqualTo(2);
    }

    @Test
    void oneBadDatasetDoesNotStopTheOthers() throws IOException {
        String good = pool.dataset("good");
        String bad = pool.dataset("bad");
        pool.snapshot(good, "a");
        pool.snapshot(bad, "a");
        Files.createDirectories(stored.resolve(pool.name()));
        Files.writeString(stored.resolve(bad), "a file where a directory should be");

        Said said = backup("--json");

        JsonNode result = JSON.readTree(said.bytes());
        assertThat(said.exitCode()).isEqualTo(1);
        assertThat(result.path("outcome").asText()).isEqualTo("partial");
        assertThat(result.path("datasets").findValuesAsText("outcome")).contains("failed", "backed-up");
        assertThat(storedNames(good)).containsExactly("a.full");
    }

    @Test
    void excludesByPatternAndByProperty() {
        pool.snapshot(pool.dataset("elabfs-a"), "s");
        pool.snapshot(pool.dataset("elabfs-b"), "s");
        pool.snapshot(pool.dataset("scratch/deep"), "s");
        pool.snapshot(pool.dataset("off"), "s");
        pool.zfs("set", "zfsbackup:enabled=false", pool.name() + "/off");

        Said said = backup("--include", "elabfs-*,scratch/**,off", "--exclude", "elabfs-b", "--dry-run");

        assertThat(said.exitCode()).isZero();
        assertThat(said.out()).contains("elabfs-a: would store").contains("scratch/deep: would store");
        assertThat(said.out()).doesNotContain("elabfs-b: ").doesNotContain("/off: ");
        assertThat(said.out()).contains("2 of ", "not chosen: ", "off (zfsbackup:enabled=false)");
        assertThat(stored).doesNotExist();
    }

    @Test
    void takesASnapshotFirstAndIsContentIfItIsThere() {
        String home = pool.dataset("home");

        Said first = backup("--snapshot", "daily-%Y", "--include", "home");
        Said second = backup("--snapshot", "daily-%Y", "--include", "home");

        assertThat(first.exitCode()).isZero();
        assertThat(second.exitCode()).isZero();
        assertThat(second.out()).contains("is there already");
        assertThat(pool.zfs("list", "-H", "-o", "name", "-t", "snapshot", "-r", home))
                .hasSize(1);
    }

    @Test
    void refusesToStoreInTheOpenUnlessToldTo() {
        pool.snapshot(pool.dataset("home"), "a");
        List<String> args = new ArrayList<>(List.of("backup", pool.name()));
        args.addAll(access());

        Said refused = cli.run(args.toArray(String[]::new));
        args.add("--no-encryption");
        Said open = cli.run(args.toArray(String[]::new));

        assertThat(refused.exitCode()).isEqualTo(64);
        assertThat(refused.err()).contains("--recipient").contains("--no-encryption");
        assertThat(open.exitCode()).isZero();
    }

    @Test
    void saysWhatIsMissingWhenNoKeyIsGivenForARestore() {
        String home = pool.dataset("home");
        pool.snapshot(home, "a");
        backup();
        List<String> args = new ArrayList<>(List.of("restore", home, "--to", pool.name() + "/back"));
        args.addAll(access());

        Said said = cli.run(args.toArray(String[]::new));

        assertThat(said.exitCode()).isEqualTo(64);
        assertThat(said.err()).contains("--decrypt-with");
    }

    @Test
    void makesTheSameDocumentsForPeopleAndPrograms() throws IOException {
        String home = pool.dataset("home");
        pool.snapshot(home, "a");
        backup();

        JsonNode list = JSON.readTree(read("list", "--json").bytes());
        JsonNode verify =
                JSON.readTree(read("verify", "--json", "--depth", "content").bytes());

        JsonNode point = list.path("datasets").get(0).path("restorePoints").get(0);
        assertThat(list.path("datasets").get(0).path("dataset").asText()).isEqualTo(home);
        assertThat(point.path("snapshot").asText()).isEqualTo("a");
        assertThat(point.path("restorable").asBoolean()).isTrue();
        assertThat(point.path("backup").asText()).isEqualTo("a.full");
        assertThat(verify.path("outcome").asText()).isEqualTo("ok");
    }
}

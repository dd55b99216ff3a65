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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A name is given to one snapshot, then to another; to one dataset, then to another: all of them are stored, and come
 * back.
 */
class NamesTwiceIT {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final AtomicInteger FRESH = new AtomicInteger();

    private static RealPool pool;
    private static CommandLineUnderTest cli;

    private Path stored;
    private String home;
    /** The files in each snapshot, by the snapshot's guid. */
    private final Map<String, Map<String, String>> contents = new TreeMap<>();

    @BeforeAll
    static void start() {
        pool = RealPool.create(512);
        cli = new CommandLineUnderTest(pool.folder());
    }

    @AfterAll
    static void stop() {
        pool.close();
    }

    @BeforeEach
    void freshDataset() {
        stored = pool.folder().resolve("stored" + FRESH.incrementAndGet());
        home = pool.dataset("home" + FRESH.get());
    }

    private Said backup(String... more) {
        List<String> args = new ArrayList<>(List.of(
                "backup",
                pool.name(),
                "--repo",
                "file://" + stored,
                "--no-encryption",
                "--include",
                home.substring(home.indexOf('/') + 1)));
        args.addAll(List.of(more));
        return cli.run(args.toArray(String[]::new));
    }

    private void backedUp(String... more) {
        Said said = backup(more);
        assertThat(said.exitCode()).as(said.all()).isZero();
    }

    private Said read(String command, String... more) {
        List<String> args = new ArrayList<>(List.of(command, "--repo", "file://" + stored));
        args.addAll(List.of(more));
        return cli.run(args.toArray(String[]::new));
    }

    private void release() {
        read("release", pool.name());
    }

    /** Writes something new and takes a snapshot of it. */
    private String take(String snapshot) {
        pool.write(home, "text", snapshot + " " + FRESH.incrementAndGet());
        String guid = guid(pool.snapshot(home, snapshot));
        contents.put(guid, pool.contents(home));
        return guid;
    }

    private static String guid(String name) {
        return pool.zfs("get", "-Hp", "-o", "value", "guid", name).get(0);
    }

    private static String fresh(String name) {
        return pool.name() + "/" + name + FRESH.incrementAndGet();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(stored.resolve(home))) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private Said restored(String what, String target) {
        Said said = read("restore", what, "--to", target);
        assertThat(said.exitCode()).as(said.all()).isZero();
        return said;
    }

    /** The guids of a dataset's snapshots, oldest first, each of which has the content that it was taken with. */
    private List<String> compared(String dataset) {
        List<String> guids = new ArrayList<>();
        for (String line : pool.zfs("list", "-H", "-o", "name", "-t", "snapshot", "-r", dataset)) {
            String clone = fresh("look");
            pool.zfs("clone", line, clone);
            assertThat(pool.contents(clone)).as(line).isEqualTo(contents.get(guid(line)));
            guids.add(guid(line));
        }
        return guids;
    }

    private static String newestName(String dataset) {
        List<String> all = pool.zfs("list", "-H", "-o", "name", "-t", "snapshot", "-r", dataset);
        return all.get(all.size() - 1).replaceAll(".*@", "");
    }

    private void rotate(int days) {
        for (int day = days; day > 0; day--) {
            String from = home + "@daily." + (day - 1);
            if (Programs.run(stored.getParent(), Map.of(), new byte[0], List.of("zfs", "list", from))
                            .exitCode()
                    == 0) {
                pool.zfs("rename", from, home + "@daily." + day);
            }
        }
    }

    private void everyDepthIsGood() {
        for (String depth : List.of("listing", "hash", "content", "receive")) {
            Said verified = read("verify", home, "--depth", depth);
            assertThat(verified.exitCode()).as(verified.all()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSnapshotDestroyedAndTakenAnewIsStoredBesideTheFirstAndBothComeBack(boolean packed) throws IOException {
        String[] how = packed ? new String[] {"--packed"} : new String[0];
        String a = take("a");
        backedUp(how);
        String first = take("beforeUpgrade");
        String b = take("b");
        backedUp(how);
        pool.destroy(home + "@beforeUpgrade");
        String c = take("c");
        String second = take("beforeUpgrade");
        backedUp(how);
        String d = take("d");
        backedUp(how);

        everyDepthIsGood();
        String target = fresh("back");
        Said said = restored(home, target);

        assertThat(compared(target)).containsExactly(a, first, b, c, second, d);
        assertThat(guid(target + "@beforeUpgrade")).isEqualTo(second);
        assertThat(guid(target + "@beforeUpgrade.guid-" + first)).isEqualTo(first);
        assertThat(said.out()).contains("@beforeUpgrade is now " + target + "@beforeUpgrade.guid-" + first);
    }

    @Test
    void ofTwoSnapshotsOfOneNameNoneIsChosenSilentlyAndEachCanBeNamed() throws IOException {
        String first = take("x");
        take("y");
        backedUp();
        pool.destroy(home + "@x");
        String second = take("x");
        backedUp();

        Said ambiguous = read("restore", home + "@x", "--to", fresh("back"));
        Said list = read("list", home);

        assertThat(names()).containsExactly("x.full", "x~" + second + ".from.y", "y.from.x");
        assertThat(ambiguous.exitCode()).isEqualTo(64);
        assertThat(ambiguous.err())
                .contains("2 snapshots of that name are stored")
                .contains("@x~" + first + ", made 20")
                .contains("@x~" + second + ", made 20");
        assertThat(list.out())
                .contains("@x~" + first + "  ")
                .contains("@x~" + second + "  ")
                .contains("@y  ");
        for (String guid : List.of(first, second)) {
            for (String form : List.of(guid, Long.toHexString(Long.parseUnsignedLong(guid)))) {
                String target = fresh("back");
                restored(home + "@x~" + form, target);
                assertThat(guid(target + "@x")).isEqualTo(guid);
                assertThat(compared(target)).endsWith(guid);
            }
        }
        assertThat(read("restore", home + "@x~1", "--to", fresh("back")).exitCode())
                .isEqualTo(2);
        assertThat(read("restore", home + "@x~monday", "--to", fresh("back")).err())
                .contains("is no guid");
    }

    @Test
    void listsInJsonWhatToWriteToMeanOneOfThem() throws IOException {
        String first = take("x");
        take("y");
        backedUp();
        pool.destroy(home + "@x");
        String second = take("x");
        backedUp();

        JsonNode points = JSON.readTree(read("list", home, "--json").bytes())
                .path("datasets")
                .path(0)
                .path("restorePoints");

        assertThat(points.findValuesAsText("select")).containsExactly("x~" + first, "y", "x~" + second);
        assertThat(points.findValuesAsText("current")).containsOnly("true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--packed"})
    void aRotationByRenameIsStoredDayByDayAndEachDayComesBack(String packed) {
        String[] how = packed.isEmpty() ? new String[0] : new String[] {packed};
        List<String> guids = new ArrayList<>();
        for (int day = 0; day < 5; day++) {
            rotate(5);
            guids.add(take("daily.0"));
            backedUp(how);
        }

        everyDepthIsGood();
        String target = fresh("back");
        restored(home, target);

        assertThat(compared(target)).isEqualTo(guids);
        assertThat(guid(target + "@daily.0")).isEqualTo(guids.get(4));
        for (String guid : guids) {
            String one = fresh("back");
            restored(home + "@daily.0~" + guid, one);
            assertThat(compared(one)).endsWith(guid);
            assertThat(newestName(one)).isEqualTo("daily.0");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"forever", "monthly", "levels:month/week/day", "full-every:1d"})
    void aRotationThatWasNotSeenEveryDayIsStoredUnderEveryPolicy(String policy) {
        List<String> guids = new ArrayList<>();
        for (int day = 0; day < 7; day++) {
            rotate(7);
            guids.add(take("daily.0"));
            if (day % 3 == 0) {
                backedUp("--policy", policy);
            }
        }

        everyDepthIsGood();
        String target = fresh("back");
        restored(home, target);

        assertThat(compared(target)).containsExactlyElementsOf(guids);
    }

    @Test
    void aSnapshotRenamedAfterItWasStoredIsTheSameSnapshot() throws IOException {
        String monday = take("monday");
        backedUp();
        pool.zfs("rename", home + "@monday", home + "@keep-this");
        String tuesday = take("tuesday");
        backedUp();
        Said nothing = backup("--json");

        assertThat(names()).containsExactly("monday.full", "tuesday.from.monday");
        assertThat(JSON.readTree(nothing.bytes()).path("outcome").asText()).isEqualTo("up-to-date");
        String target = fresh("back");
        restored(home, target);
        assertThat(compared(target)).containsExactly(monday, tuesday);
    }

    @Test
    void theCommandsInTheManifestsBringARotationBackByHand() throws IOException {
        List<String> guids = new ArrayList<>();
        for (int day = 0; day < 4; day++) {
            rotate(4);
            guids.add(take("daily.0"));
            backedUp();
        }

        String target = fresh("hand");
        List<String> inOrder = new ArrayList<>();
        JsonNode listed = JSON.readTree(read("list", home, "--json").bytes())
                .path("datasets")
                .path(0);
        listed.path("backups").forEach(backup -> inOrder.add(backup.path("id").asText()));
        for (String id : inOrder) {
            JsonNode manifest = JSON.readTree(
                    stored.resolve(home).resolve(id).resolve("manifest.json").toFile());
            String script = manifest.path("recovery").get(0).asText() + "\n"
                    + manifest.path("recovery").get(1).asText().replace("TARGET ", target + " ");
            Programs.succeed(stored, Map.of(), "bash", "-ec", script);
        }

        assertThat(compared(target)).isEqualTo(guids);
        assertThat(guid(target + "@daily.0")).isEqualTo(guids.get(3));
    }

    @Test
    void aDatasetMadeAnewUnderTheNameIsStoredBesideTheOldOneAndIsWhatARestoreBrings() throws IOException {
        String oldA = take("a");
        String oldB = take("b");
        backedUp();
        release();
        pool.destroy(home);
        pool.zfs("create", home);
        String newA = take("a");

        Said anew = backup();
        String newB = take("b");
        backedUp();
        Said list = read("list", home);

        assertThat(anew.exitCode()).as(anew.all()).isZero();
        assertThat(anew.out()).contains("is of another dataset").contains("@a, full");
        assertThat(names())
                .containsExactly("a.full", "a~" + newA + ".full", "b.from.a", "b~" + newB + ".from.a~" + newA);
        everyDepthIsGood();
        String newest = fresh("back");
        assertThat(restored(home, newest).out()).contains("2 datasets of this name are stored");
        assertThat(compared(newest)).containsExactly(newA, newB);
        String old = fresh("back");
        restored(home + "@b~" + oldB, old);
        assertThat(compared(old)).containsExactly(oldA, oldB);
        assertThat(list.out().lines().filter(line -> line.contains("of an earlier dataset of this name")))
                .hasSize(2);
    }

    @Test
    void datasetsThatTakeEachOthersNamesAreNotMixedUp() {
        String other = home + "-b";
        String first = take("a");
        backedUp();
        pool.rename(home, other);
        pool.zfs("create", home);
        String second = take("a");
        backedUp();
        release();
        pool.destroy(home);
        pool.rename(other, home);
        String third = take("c");
        Said back = backup();

        assertThat(back.exitCode()).as(back.all()).isZero();
        assertThat(back.out()).contains("@c, incremental from @a");
        everyDepthIsGood();
        String target = fresh("back");
        restored(home, target);
        assertThat(compared(target)).containsExactly(first, third);
        String between = fresh("back");
        restored(home + "@a~" + second, between);
        assertThat(compared(between)).containsExactly(second);
    }

    private List<String> member(String member) throws IOException {
        try (Stream<Path> entries = Files.list(stored.resolve(member))) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    /** In the layout of the lab's script, for a dataset with a name that it takes. */
    private Said asMember(String... more) {
        List<String> args = new ArrayList<>(List.of("--layout", "member-gzip", "--packed"));
        args.addAll(List.of(more));
        return backup(args.toArray(String[]::new));
    }

    @Test
    void aLayoutThatCanNotStoreANameTwiceSaysSoBeforeItUploads() throws IOException {
        String member = "M" + FRESH.incrementAndGet();
        home = pool.dataset("elabfs-" + member);
        String first = take("x");
        assertThat(asMember().exitCode()).isZero();
        take("y");
        assertThat(asMember().exitCode()).isZero();
        List<String> before = member(member);
        release();
        pool.destroy(home + "@x");
        String second = take("x");

        Said refused = asMember();
        Said foreseen = asMember("--dry-run");

        assertThat(refused.exitCode()).as(refused.all()).isEqualTo(2);
        assertThat(refused.all())
                .contains("@x here, made 20")
                .contains("is not the @x in elabfs-" + member + "@x.gz")
                .contains("tells snapshots by their names alone")
                .contains("zfs rename '" + home + "@x' NEWNAME");
        assertThat(foreseen.exitCode()).isEqualTo(2);
        assertThat(foreseen.all()).contains("tells snapshots by their names alone");
        assertThat(member(member)).isEqualTo(before);
        pool.zfs("rename", home + "@x", home + "@x-2");
        assertThat(asMember().exitCode()).isZero();
        assertThat(member(member)).contains("elabfs-" + member + "@y.to.elabfs-" + member + "@x-2.gz");
        String target = fresh("back");
        restored(home, target);
        assertThat(compared(target)).startsWith(first).endsWith(second);
    }

    @Test
    void aLayoutOfAScriptGoesOnFromASnapshotThatWasRenamedSinceByTheNameItIsStoredUnder() throws IOException {
        String member = "M" + FRESH.incrementAndGet();
        home = pool.dataset("elabfs-" + member);
        String a = take("a");
        assertThat(asMember().exitCode()).isZero();
        pool.zfs("rename", home + "@a", home + "@kept");
        String b = take("b");

        Said said = asMember();

        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(member(member))
                .containsExactly("elabfs-" + member + "@a.gz", "elabfs-" + member + "@a.to.elabfs-" + member + "@b.gz");
        String target = fresh("back");
        restored(home, target);
        assertThat(compared(target)).containsExactly(a, b);
    }

    @Test
    void aRotationInTheLayoutOfAScriptIsRefusedFromTheSecondDayOnAndUploadsNothing() throws IOException {
        String member = "M" + FRESH.incrementAndGet();
        home = pool.dataset("elabfs-" + member);
        take("daily.0");
        assertThat(asMember().exitCode()).isZero();
        for (int day = 0; day < 3; day++) {
            rotate(5);
            take("daily.0");

            Said said = asMember();

            assertThat(said.exitCode()).as(said.all()).isEqualTo(2);
            assertThat(said.all()).contains("tells snapshots by their names alone");
            assertThat(member(member)).containsExactly("elabfs-" + member + "@daily.0.gz");
        }
        assertThat(backup().exitCode()).isZero();
        String target = fresh("back");
        restored(home, target);
        assertThat(compared(target)).hasSize(4);
    }

    @Test
    void aBackupThatCanNotBeUsedAnyMoreKeepsItsNameAndTheNextOneStandsBesideIt() throws IOException {
        String a = take("a");
        backedUp();
        for (String damaged : List.of("a.full", "a~" + a + ".full", "a~" + a + "~2.full")) {
            Files.writeString(stored.resolve(home).resolve(damaged).resolve("manifest.json"), "{");

            backedUp();
        }

        assertThat(names()).containsExactly("a.full", "a~" + a + ".full", "a~" + a + "~2.full", "a~" + a + "~3.full");
        String target = fresh("back");
        restored(home + "@a", target);
        assertThat(compared(target)).containsExactly(a);
    }

    @Test
    void aManifestCountsOnlyUnderANameOfItsOwn() throws IOException {
        take("a");
        String b = take("b");
        backedUp();
        Files.move(
                stored.resolve(home).resolve("b.from.a"), stored.resolve(home).resolve("b~1.from.a"));

        Said list = read("list", home);

        assertThat(list.out()).contains("damaged: b~1.from.a: its manifest speaks of " + home + "@b");
        Files.move(
                stored.resolve(home).resolve("b~1.from.a"), stored.resolve(home).resolve("b~" + b + ".from.a"));
        assertThat(read("list", home).out()).doesNotContain("damaged");
    }

    @Test
    void onATargetThatWasThereBeforeAStoredSnapshotGivesWay() {
        String first = take("a");
        String b = take("b");
        backedUp();
        String target = fresh("back");
        restored(home, target);
        pool.destroy(home + "@a");
        String second = take("a");
        backedUp();

        Said said = restored(home, target);

        assertThat(said.out()).contains(target + "@a is now " + target + "@a.guid-" + first);
        assertThat(compared(target)).containsExactly(first, b, second);
    }

    @Test
    void onATargetThatWasThereBeforeASnapshotThatIsNotStoredIsLeftAlone() throws IOException {
        String unknown = take("x");
        String a = take("a");
        String target = fresh("copy");
        Programs.succeed(
                pool.folder(),
                Map.of(),
                "sh",
                "-ec",
                "zfs send " + home + "@x | zfs receive -u " + target + "; zfs send -i @x " + home
                        + "@a | zfs receive -u " + target);
        pool.destroy(home + "@x");
        backedUp();
        take("x");
        backedUp();

        Said said = read("restore", home, "--to", target);

        assertThat(said.exitCode()).isEqualTo(64);
        assertThat(said.err())
                .contains("it has a snapshot @x that is not stored")
                .contains("zfs rename '" + target + "@x' NEWNAME");
        assertThat(compared(target)).containsExactly(unknown, a);
        assertThat(guid(target + "@x")).isEqualTo(unknown);
    }

    /** A new pool counts transaction groups anew, so that they don't tell which snapshot is the younger one. */
    @Test
    void aDatasetRestoredIntoANewPoolGoesOnWhereTheOldOneEnded() {
        try (RealPool lost = RealPool.create(128);
                RealPool next = RealPool.create(128)) {
            for (int i = 0; i < 30; i++) {
                lost.snapshot(lost.name(), "age" + i);
            }
            String dataset = lost.dataset("home");
            lost.snapshot(dataset, "a");
            lost.snapshot(dataset, "b");
            assertThat(in(lost, "backup", lost.name(), "--no-encryption", "--include", "home")
                            .exitCode())
                    .isZero();
            assertThat(in(lost, "restore", dataset, "--to", next.name() + "/home")
                            .exitCode())
                    .isZero();
            String name = lost.name();
            lost.renamePool(name + "-lost");
            next.renamePool(name);

            next.snapshot(dataset, "c");
            Said said = in(lost, "backup", name, "--no-encryption", "--include", "home");
            next.snapshot(dataset, "d");
            Said again = in(lost, "backup", name, "--no-encryption", "--include", "home", "--json");
            Said newest = in(lost, "restore", dataset, "--to", name + "/back");

            assertThat(said.out()).contains("@c, incremental from @b").doesNotContain("not here any more");
            assertThat(again.out()).contains("\"snapshot\" : \"d\"").doesNotContain("not here any more");
            assertThat(newest.exitCode()).as(newest.all()).isZero();
            assertThat(next.zfs("list", "-H", "-o", "name", "-t", "snapshot", "-r", name + "/back"))
                    .containsExactly(name + "/back@a", name + "/back@b", name + "/back@c", name + "/back@d");
        }
    }

    private static Said in(RealPool pool, String command, String... more) {
        List<String> args = new ArrayList<>(
                List.of(command, "--repo", "file://" + pool.folder().resolve("stored")));
        args.addAll(List.of(more));
        return cli.run(args.toArray(String[]::new));
    }
}

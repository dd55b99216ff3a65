package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.RealPool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a restore says of its target: how to mount it, and what can be done where it has changed; and what a log is
 * told.
 */
class RestoreTargetIT {

    private static final AtomicInteger FRESH = new AtomicInteger();

    private static RealPool pool;
    private static CommandLineUnderTest cli;

    private Path stored;
    private String home;
    private String target;

    @BeforeAll
    static void start() {
        pool = RealPool.create(256);
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
        target = pool.name() + "/back" + FRESH.get();
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
        Said said = cli.run(args.toArray(String[]::new));
        assertThat(said.exitCode()).as(said.all()).isZero();
        return said;
    }

    private Said restore(String what, String... more) {
        List<String> args = new ArrayList<>(List.of("restore", what, "--repo", "file://" + stored, "--to", target));
        args.addAll(List.of(more));
        return cli.run(args.toArray(String[]::new));
    }

    private void take(String... snapshots) {
        for (String snapshot : snapshots) {
            pool.write(home, "text", snapshot);
            pool.snapshot(home, snapshot);
        }
    }

    private static String property(String name, String dataset) {
        return pool.zfs("get", "-Hp", "-o", "value", name, dataset).get(0);
    }

    @Test
    void aRestoredDatasetIsLeftUnmountedAndTheCommandIsSaid() {
        take("a");
        backup();

        Said said = restore(home);

        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(property("mounted", target)).isEqualTo("no");
        assertThat(said.out())
                .contains(target + " is not mounted. To mount it at " + property("mountpoint", target) + ": zfs mount '"
                        + target + "'");
    }

    @Test
    void aCopyIsLeftOutOfBackupsUntilItHasAnotherNameOrSomebodyWantsIt() {
        take("a", "b");
        backup();
        String copy = target.substring(target.indexOf('/') + 1);

        Said restored = restore(home + "@a");
        Said on = restore(home + "@b");
        pool.zfs("create", "-o", "canmount=off", target + "/child");
        pool.snapshot(target + "/child", "own");
        Said left = backup("--include", copy, "--dry-run");
        pool.rename(target, target + "-moved");
        Said moved = backup("--include", copy + "-moved", "--dry-run");
        pool.rename(target + "-moved", target);
        pool.zfs("inherit", "zfsbackup:restored", target);
        Said wanted = backup("--include", copy, "--dry-run");

        assertThat(restored.out())
                .contains(target
                        + " is left out of backups as long as it has this name. To have it backed up: zfs inherit"
                        + " zfsbackup:restored '" + target + "'");
        assertThat(on.exitCode()).as(on.all()).isZero();
        assertThat(on.all()).doesNotContain("left out of backups");
        assertThat(left.out())
                .contains(copy + " (a restored copy, see zfsbackup:restored)")
                .contains(target + "/child: ")
                .doesNotContain(target + ": would store");
        assertThat(moved.out()).contains(target + "-moved: would store @").doesNotContain("a restored copy");
        assertThat(wanted.out()).contains(target + ": would store @").doesNotContain("a restored copy");
    }

    @Test
    void aDatasetThatComesBackUnderItsOwnNameIsBackedUpAsEver() {
        take("a");
        backup();
        Said released = cli.run("release", pool.name(), "--repo", "file://" + stored);
        pool.destroy(home);
        target = home;

        Said said = restore(home);

        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(released.exitCode()).as(released.all()).isZero();
        assertThat(said.all()).doesNotContain("left out of backups");
        assertThat(property("zfsbackup:restored", home)).isEqualTo("-");
        assertThat(backup("--dry-run").out()).contains("1 of ").doesNotContain("restored copy");
    }

    @Test
    void aRestoredDatasetIsMountedWhereThatIsAskedFor() {
        take("a");
        backup();

        Said said = restore(home, "--mount");

        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(property("mounted", target)).isEqualTo("yes");
        assertThat(said.out())
                .contains(target + " is mounted at " + property("mountpoint", target))
                .doesNotContain("not mounted");
        assertThat(pool.contents(target)).isEqualTo(pool.contents(home));
        Said again = restore(home, "--mount");
        assertThat(again.exitCode()).as(again.all()).isZero();
        assertThat(again.out()).contains(" is mounted at ");
    }

    @Test
    void whatCanNotBeMountedIsSaidAndIsRestoredAllTheSame() {
        take("a");
        backup();
        String parent = pool.dataset("none" + FRESH.incrementAndGet());
        pool.zfs("set", "mountpoint=none", parent);
        target = parent + "/back";

        Said advised = restore(home);
        Said asked = restore(home, "--mount");

        assertThat(advised.exitCode()).isZero();
        assertThat(advised.out()).contains("It has no mountpoint: zfs set mountpoint=/PATH '" + target + "'");
        assertThat(asked.exitCode()).isEqualTo(2);
        assertThat(asked.err())
                .contains("Mounting '" + target + "', which was restored whole")
                .contains("zfs set mountpoint=/PATH '" + target + "'");
        assertThat(property("guid", target + "@a")).isEqualTo(property("guid", home + "@a"));
    }

    @Test
    void nothingIsSaidOfMountingWhereNothingIsRestored() {
        take("a");
        backup();

        Said dry = restore(home, "--dry-run", "--mount");
        Said piped = cli.run("restore", home, "--repo", "file://" + stored, "--stdout", "--mount");

        assertThat(dry.exitCode()).as(dry.all()).isZero();
        assertThat(dry.out()).doesNotContain("mounted");
        assertThat(piped.exitCode()).isEqualTo(64);
        assertThat(piped.err()).contains("--mount is for a dataset");
    }

    @Test
    void aTargetThatHasSnapshotsOfItsOwnIsToldFromWhichItCouldGoOn() {
        take("a", "b");
        backup();
        restore(home);
        pool.mount(target);
        pool.write(target, "text", "changed");
        pool.snapshot(target, "mine");
        pool.snapshot(target, "mine-2");
        take("c");
        backup();

        Said said = restore(home);

        assertThat(said.exitCode()).isEqualTo(64);
        assertThat(said.err())
                .contains(target + " exists, and no stored backup leads from its newest snapshot @mine-2 (made 20")
                .contains("to @c. It could go on from @b (made 20")
                .contains("after which 2 snapshots were made there")
                .contains("zfs rollback -r '" + target + "@b'")
                .contains("choose a --to that does not exist yet");
        pool.zfs("rollback", "-r", target + "@b");
        assertThat(restore(home).exitCode()).isZero();
        assertThat(property("guid", target + "@c")).isEqualTo(property("guid", home + "@c"));
    }

    @Test
    void aTargetThatWasWrittenToIsToldHowToGiveThatUp() {
        take("a");
        backup();
        restore(home);
        pool.mount(target);
        pool.write(target, "text", "changed");
        take("b");
        backup();

        Said said = restore(home);

        assertThat(said.exitCode()).isEqualTo(2);
        assertThat(said.err())
                .contains("has been modified")
                .contains("Something was written to " + target + " after its newest snapshot @a")
                .contains("zfs rollback '" + target + "@a'");
        pool.zfs("rollback", target + "@a");
        assertThat(restore(home).exitCode()).isZero();
    }

    @Test
    void aTargetThatIsAheadIsToldHowToGoBack() {
        take("a", "b", "c");
        backup();
        restore(home);

        Said said = restore(home + "@b");

        assertThat(said.exitCode()).isZero();
        assertThat(said.out())
                .contains(target + " has @b already, and newer ones up to @c")
                .contains("zfs rollback -r '" + target + "@b'")
                .contains("zfs clone '" + target + "@b' NEWNAME");
        assertThat(restore(home + "@c").out())
                .contains(target + " has @c already")
                .doesNotContain("rollback");
    }

    @Test
    void aTargetThatHasNothingInCommonIsToldToBeAnother() {
        take("a");
        backup();
        pool.zfs("create", target);
        Said empty = restore(home);
        pool.snapshot(target, "a");
        Said strange = restore(home);

        assertThat(empty.exitCode()).isEqualTo(64);
        assertThat(empty.err()).contains("has no snapshot to build on").contains("zfs rename '" + target + "' NEWNAME");
        assertThat(strange.exitCode()).isEqualTo(64);
        assertThat(strange.err())
                .contains("nor from any other snapshot there")
                .contains("Choose a --to that does not exist yet.");
    }

    @Test
    void aFirstBackupOfManySnapshotsIsALineAndInDetailALineForEach() {
        String[] days = new String[24];
        for (int day = 0; day < days.length; day++) {
            days[day] = "day-" + day;
        }
        take(days);

        Said said = backup();
        Said restored = restore(home);

        assertThat(said.out().lines().filter(line -> line.startsWith(home + ": ") && !line.contains(" begins")))
                .singleElement()
                .asString()
                .matches(home + ": 24 backups, @day-0 to @day-23, .* stored as .* in .*s");
        assertThat(restored.out().lines().filter(line -> line.startsWith(home + ": ") && !line.contains(" begins")))
                .hasSize(1);
        stored = pool.folder().resolve("stored" + FRESH.incrementAndGet());
        assertThat(backup("--verbose").out().lines().filter(line -> line.contains(", incremental from @")))
                .hasSize(23);
    }

    @Test
    void aSingleBackupIsTheDatasetsLine() {
        take("a");

        Said said = backup("--verbose");

        assertThat(said.out().lines().filter(line -> line.contains(" stored as ") && line.startsWith(home)))
                .singleElement()
                .asString()
                .startsWith(home + ": @a, full, ");
    }
}

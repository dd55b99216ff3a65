package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.RealPool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The marks by which a pool keeps what the next backup starts from, when somebody has let them go. */
class MarksIT {

    private RealPool pool;
    private Path stored;
    private CommandLineUnderTest cli;
    private String home;

    @BeforeEach
    void start() {
        pool = RealPool.create(128);
        stored = pool.folder().resolve("stored");
        cli = new CommandLineUnderTest(pool.folder());
        home = pool.dataset("home");
    }

    @AfterEach
    void stop() {
        pool.close();
    }

    private Said backup(String... more) {
        List<String> args = new ArrayList<>(
                List.of("backup", pool.name(), "--repo", "file://" + stored, "--no-encryption", "--include", "home"));
        args.addAll(List.of(more));
        Said said = cli.run(args.toArray(String[]::new));
        assertThat(said.exitCode()).as(said.all()).isZero();
        return said;
    }

    private void release() {
        Said said = cli.run("release", pool.name(), "--repo", "file://" + stored);
        assertThat(said.exitCode()).as(said.all()).isZero();
    }

    /** The marks as doctor lists them. */
    private String marks() {
        Said said = cli.run("doctor", pool.name(), "--repo", "file://" + stored, "--no-encryption");
        return said.out()
                .lines()
                .filter(line -> line.contains(" marks: "))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aBackupWithNothingToDoSetsAgainWhatWasReleased() {
        pool.snapshot(home, "a");
        pool.snapshot(home, "b");
        backup();
        String before = marks();
        release();
        String released = marks();

        Said nothing = backup();

        assertThat(before).contains(home);
        assertThat(released).doesNotContain(home);
        assertThat(nothing.out()).contains("0 backups");
        assertThat(marks()).isEqualTo(before);
    }

    @Test
    void aBackupWithNothingToDoSetsWhatEachPolicyNeeds() {
        pool.snapshot(home, "a");
        pool.snapshot(home, "b");
        backup("--policy", "monthly");
        String before = marks();
        release();

        backup("--policy", "monthly");

        assertThat(before).contains(home);
        assertThat(marks()).isEqualTo(before);
    }

    @Test
    void aDryRunSetsNone() {
        pool.snapshot(home, "a");
        backup();
        release();
        String released = marks();

        backup("--dry-run");

        assertThat(marks()).isEqualTo(released);
    }

    @Test
    void whatWasMarkedAgainIsWhatTheNextBackupStartsFrom() {
        pool.snapshot(home, "a");
        backup();
        release();
        backup();
        if (pool.hasFeature("bookmarks")) {
            pool.destroy(home + "@a");
        }
        pool.snapshot(home, "b");

        Said next = backup();

        assertThat(next.out()).contains("@b, incremental from @a");
    }

    @Test
    void theHoldsOfOthersStay() {
        pool.snapshot(home, "a");
        backup();
        release();
        pool.zfs("hold", "others", home + "@a");

        backup();
        pool.snapshot(home, "b");
        backup();

        pool.zfs("release", "others", home + "@a");
        pool.destroy(home + "@a");
    }
}

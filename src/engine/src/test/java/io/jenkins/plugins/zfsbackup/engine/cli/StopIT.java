package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.Pause;
import io.jenkins.plugins.zfsbackup.engine.testing.SlowLink;
import io.jenkins.plugins.zfsbackup.engine.testing.TalkingServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ctrl-C and SIGTERM at any moment: the run ends soon, leaves nothing behind, and the next one finds nothing to
 * complain of. Signals go to the whole process group, as a terminal sends them, so that {@code zfs} and its like get
 * them too.
 */
class StopIT {

    private static final int MOMENTS = 5;
    /** Less than what a stop may take before the process ends without having cleaned up. */
    private static final Duration SOON = Duration.ofSeconds(20);

    private static Lab lab;

    @BeforeAll
    static void build() {
        lab = new Lab(1024);
    }

    @AfterAll
    static void tearDown() {
        lab.close();
    }

    /** Ends a command with a signal after so long, or lets it end by itself if it is faster. */
    private static Said stopped(List<String> arguments, long millis, String signal) throws InterruptedException {
        CommandProcess running = lab.start(List.of("setsid"), arguments);
        long began = System.nanoTime();
        while (running.alive() && System.nanoTime() - began < TimeUnit.MILLISECONDS.toNanos(millis)) {
            Pause.briefly();
        }
        running.signalGroup(signal);
        long told = System.nanoTime();
        Said said = running.await();
        assertThat(Duration.ofNanos(System.nanoTime() - told)).as(said.all()).isLessThan(SOON);
        assertThat(said.all()).doesNotContain("\tat ");
        return said;
    }

    /** As shells count: 128 and the signal. */
    private static int code(String signal) {
        return signal.equals("INT") ? 130 : 143;
    }

    @ParameterizedTest
    @CsvSource({"INT, 1", "TERM, 2"})
    void aBackupThatIsStoppedAtAnyMomentLeavesNothing(String signal, long seed) throws Exception {
        Random random = new Random(seed);
        for (int i = 0; i < MOMENTS; i++) {
            String dataset = lab.dataset();
            lab.pool().write(dataset, "raw", 12_000_000, i);
            lab.pool().snapshot(dataset, "a");
            lab.pool().write(dataset, "more", 1_000_000, i);
            lab.pool().snapshot(dataset, "b");
            Path repository = lab.repository();
            List<String> backup = lab.backup(dataset, repository, "--memory", "12M", "--limit", "6M");

            Said said = stopped(backup, 500 + random.nextInt(4500), signal);

            List<String> published = lab.published(repository, dataset);
            assertThat(said.exitCode()).as(said.all()).isIn(0, code(signal));
            assertThat(lab.leftovers(repository)).as(said.all()).isEmpty();
            assertThat(published).isIn(List.of(), List.of("a.full"), List.of("a.full", "b.from.a"));
            assertThat(lab.held(dataset)).as(said.all()).containsExactlyElementsOf(marks(published));
            Said again = lab.run(lab.backup(dataset, repository));
            assertThat(again.exitCode()).as(again.all()).isZero();
            assertThat(again.all()).doesNotContain("warning");
            assertThat(lab.published(repository, dataset)).containsExactly("a.full", "b.from.a");
            lab.pool().zfs("set", "zfsbackup:enabled=false", dataset);
        }
    }

    /** Where there are no bookmarks, the newest stored snapshot is held. */
    private static List<String> marks(List<String> published) {
        if (published.isEmpty() || lab.pool().hasFeature("bookmarks")) {
            return List.of();
        }
        return List.of(published.size() == 1 ? "a" : "b");
    }

    @ParameterizedTest
    @CsvSource({"INT, 3", "TERM, 4"})
    void aRestoreThatIsStoppedAtAnyMomentLeavesWholeSnapshotsOnlyAndGoesOn(String signal, long seed) throws Exception {
        String dataset = lab.dataset();
        for (String name : List.of("a", "b", "c")) {
            lab.pool().write(dataset, name, 20_000_000, seed);
            lab.pool().snapshot(dataset, name);
        }
        Path repository = lab.repository();
        assertThat(lab.run(lab.backup(dataset, repository, "--memory", "12M")).exitCode())
                .isZero();
        Random random = new Random(seed);
        for (int i = 0; i < MOMENTS; i++) {
            String target = dataset + "-back" + i;
            List<String> restore = lab.read(repository, "restore", dataset, "--to", target, "--memory", "12M");

            Said said = stopped(restore, 500 + random.nextInt(3500), signal);

            assertThat(said.exitCode()).as(said.all()).isIn(0, code(signal));
            assertThat(lab.snapshots(target)).isIn(List.of(), List.of("a"), List.of("a", "b"), List.of("a", "b", "c"));
            assertThat(lab.exists(target))
                    .as(said.all())
                    .isEqualTo(!lab.snapshots(target).isEmpty());
            Said again = lab.run(restore);
            assertThat(again.exitCode()).as(again.all()).isZero();
            lab.pool().mount(target);
            assertThat(lab.pool().contents(target)).isEqualTo(lab.pool().contents(dataset));
            lab.pool().destroy(target);
        }
        lab.pool().zfs("set", "zfsbackup:enabled=false", dataset);
    }

    @ParameterizedTest
    @CsvSource({"hash, INT, 5", "content, TERM, 6", "receive, INT, 7"})
    void aVerificationThatIsStoppedAtAnyMomentLeavesNothing(String depth, String signal, long seed) throws Exception {
        String dataset = lab.dataset();
        lab.pool().write(dataset, "a", 40_000_000, seed);
        lab.pool().snapshot(dataset, "a");
        Path repository = lab.repository();
        assertThat(lab.run(lab.backup(dataset, repository, "--memory", "12M")).exitCode())
                .isZero();
        Random random = new Random(seed);
        for (int i = 0; i < MOMENTS; i++) {
            List<String> before =
                    lab.pool().zfs("list", "-rH", "-o", "name", lab.pool().name());

            Said said = stopped(lab.read(repository, "verify", "--depth", depth), 500 + random.nextInt(3000), signal);

            assertThat(said.exitCode()).as(said.all()).isIn(0, code(signal));
            assertThat(lab.pool().zfs("list", "-rH", "-o", "name", lab.pool().name()))
                    .as(said.all())
                    .isEqualTo(before);
        }
        lab.pool().zfs("set", "zfsbackup:enabled=false", dataset);
    }

    @Test
    void aStopIsHeardWhileASlowLineOrALowLimitHoldsAVolumeUp() throws Exception {
        String dataset = lab.dataset();
        lab.pool().write(dataset, "raw", 30_000_000, 1);
        lab.pool().snapshot(dataset, "a");
        Path repository = lab.repository();
        CommandProcess running = lab.start(List.of("setsid"), lab.backup(dataset, repository, "--limit", "20K"));
        Lab.awaitBytes(repository, 50_000);

        running.signalGroup("INT");
        long told = System.nanoTime();
        Said said = running.await();

        assertThat(Duration.ofNanos(System.nanoTime() - told)).as(said.all()).isLessThan(SOON);
        assertThat(said.all()).contains("the run was stopped");
        assertThat(lab.leftovers(repository)).isEmpty();
        assertThat(lab.held(dataset)).isEmpty();
        lab.pool().zfs("set", "zfsbackup:enabled=false", dataset);
    }

    @ParameterizedTest
    @CsvSource({"backup, INT", "backup, TERM", "doctor, TERM"})
    void aStopIsHeardAtOnceWhileAServerIsSilent(String command, String signal) throws Exception {
        String dataset = lab.dataset();
        lab.pool().snapshot(dataset, "a");
        CountDownLatch connected = new CountDownLatch(1);
        try (TalkingServer server = new TalkingServer(out -> connected.countDown())) {
            CommandProcess running = lab.start(
                    List.of("setsid"),
                    List.of(
                            command,
                            lab.pool().name(),
                            "--no-encryption",
                            "--repo",
                            "sftp://me@127.0.0.1:" + server.port() + "/r"));
            connected.await();

            running.signal(signal);
            long told = System.nanoTime();
            Said said = running.await();

            assertThat(Duration.ofNanos(System.nanoTime() - told))
                    .as(said.all())
                    .isLessThan(SOON.dividedBy(2));
            assertThat(said.exitCode()).as(said.all()).isEqualTo(code(signal));
            assertThat(said.all()).contains("the run was stopped");
        }
        lab.pool().zfs("set", "zfsbackup:enabled=false", dataset);
    }

    @Test
    void aStopIsHeardWhileALostConnectionIsWaitedFor() throws Exception {
        String dataset = lab.dataset();
        lab.pool().write(dataset, "raw", 30_000_000, 1);
        lab.pool().snapshot(dataset, "a");
        Path repository = lab.repository();
        try (SlowLink link = new SlowLink(lab.server().port(), Duration.ofMillis(1))) {
            List<String> backup = lab.backup(dataset, repository, "--limit", "4M");
            backup.set(
                    backup.indexOf("--repo") + 1,
                    "sftp://" + lab.server().user() + "@127.0.0.1:" + link.port() + repository);
            backup.set(
                    backup.indexOf("--known-hosts") + 1,
                    lab.file("[127.0.0.1]:" + link.port() + " "
                                    + lab.server().hostKey("ed25519").open() + "\n")
                            .toString());
            CommandProcess running = lab.start(List.of("setsid"), backup);
            Lab.awaitBytes(repository, 2_000_000);
            link.close();

            running.signalGroup("TERM");
            long told = System.nanoTime();
            Said said = running.await();

            assertThat(Duration.ofNanos(System.nanoTime() - told))
                    .as(said.all())
                    .isLessThan(SOON);
            assertThat(said.exitCode()).isEqualTo(143);
            assertThat(lab.held(dataset)).isEmpty();
        }
        Said again = lab.run(lab.backup(dataset, repository));
        assertThat(again.exitCode()).as(again.all()).isZero();
        assertThat(lab.leftovers(repository)).isEmpty();
        lab.pool().zfs("set", "zfsbackup:enabled=false", dataset);
    }
}

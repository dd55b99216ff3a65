package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two runs at one dataset: one does the work, the other says why it doesn't, and neither hurts the other. */
class LocksIT {

    private static Lab lab;

    private String dataset;
    private Path repository;

    @BeforeAll
    static void build() {
        lab = new Lab(512);
    }

    @AfterAll
    static void tearDown() {
        lab.close();
    }

    @BeforeEach
    void fill() {
        dataset = lab.dataset();
        repository = lab.repository();
        lab.pool().write(dataset, "raw", 16_000_000, 1);
        lab.pool().snapshot(dataset, "a");
        lab.pool().write(dataset, "more", 1_000_000, 2);
        lab.pool().snapshot(dataset, "b");
    }

    @AfterEach
    void exclude() {
        lab.pool().zfs("set", "zfsbackup:enabled=false", dataset);
    }

    private List<String> backup(boolean sftp, String... more) {
        List<String> arguments = lab.backup(dataset, repository, more);
        if (!sftp) {
            arguments.set(arguments.indexOf("--repo") + 1, repository.toUri().toString());
        }
        return arguments;
    }

    private Path owner() {
        return repository.resolve(dataset).resolve(".lock/owner.json");
    }

    /** A run that is in the middle of its upload. */
    private CommandProcess startSlowly(boolean sftp, String... more) throws IOException {
        List<String> arguments = backup(sftp, more);
        arguments.addAll(List.of("--limit", "1M", "--memory", "12M"));
        long there = Lab.size(repository);
        CommandProcess running = lab.start(List.of("setsid"), arguments);
        Lab.awaitBytes(repository, there + 2_000_000);
        return running;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aMachineWhoseClockIsAheadWaitsForTheOtherOne(boolean sftp) throws IOException {
        CommandProcess running = startSlowly(sftp);

        Said other = lab.cli()
                .at(Instant.now().plus(Duration.ofMinutes(15)).toString())
                .run(backup(sftp).toArray(String[]::new));

        assertThat(other.exitCode()).as(other.all()).isEqualTo(2);
        assertThat(other.all()).contains("locking " + dataset, "it is locked by ", " ago by the server's clock");
        Said first = running.await();
        assertThat(first.exitCode()).as(first.all()).isZero();
        assertThat(first.all()).doesNotContain("lost the lock");
        assertThat(lab.published(repository, dataset)).containsExactly("a.full", "b.from.a");
        assertThat(lab.leftovers(repository)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"false, native", "true, native", "true, flat-gpg"})
    void aRunThatWasStoppedForTooLongFailsItselfAndNotTheOneThatTookOver(boolean sftp, String layout) throws Exception {
        CommandProcess stopped = startSlowly(sftp, "--layout", layout);
        stopped.signalGroup("STOP");
        Files.setLastModifiedTime(owner(), FileTime.from(Instant.now().minus(Duration.ofMinutes(11))));
        CommandProcess second = startSlowly(sftp, "--layout", layout);
        assertThat(second.saidSoFar()).contains("took over the lock of ", "not renewed for 11 minutes");

        // The first wakes up while the second is in the middle of its upload.
        stopped.signalGroup("CONT");
        Said first = stopped.await();
        Said other = second.await();

        assertThat(first.exitCode()).as(first.all()).isEqualTo(2);
        assertThat(first.all()).contains(dataset, "this run lost the lock").doesNotContain("\tat ");
        assertThat(other.exitCode()).as(other.all()).isZero();
        assertThat(lab.leftovers(repository)).isEmpty();
        String newest = lab.pool().hasFeature("bookmarks") && layout.equals("native") ? "" : "b";
        assertThat(String.join("", lab.held(dataset))).isEqualTo(newest);
        Said verify = lab.run(lab.read(repository, "verify", "--depth", "content"));
        assertThat(verify.exitCode()).as(verify.all()).isZero();
        Said again = lab.run(backup(sftp, "--layout", layout));
        assertThat(again.exitCode()).as(again.all()).isZero();
        assertThat(again.all()).contains("0 backups, ").contains("1 datasets up to date");
    }

    @Test
    void aRunThatWakesUpAfterTheOtherHasEndedFailsAndChangesNothing() throws Exception {
        CommandProcess stopped = startSlowly(true);
        stopped.signalGroup("STOP");
        Files.setLastModifiedTime(owner(), FileTime.from(Instant.now().minus(Duration.ofMinutes(11))));
        Said other = lab.run(backup(true));
        assertThat(other.exitCode()).as(other.all()).isZero();
        assertThat(other.all()).contains("took over the lock of ");
        List<String> marks = lab.held(dataset);

        stopped.signalGroup("CONT");
        Said first = stopped.await();

        assertThat(first.exitCode()).as(first.all()).isEqualTo(2);
        assertThat(first.all()).contains("this run lost the lock");
        assertThat(lab.published(repository, dataset)).containsExactly("a.full", "b.from.a");
        assertThat(lab.leftovers(repository)).isEmpty();
        assertThat(lab.held(dataset)).isEqualTo(marks);
    }

    @Test
    void aLockOfAKilledRunIsTakenOverAtOnceOnTheSameMachineOnly() throws Exception {
        CommandProcess killed = startSlowly(true);
        String lock = Files.readString(owner());
        killed.signalGroup("KILL");
        killed.await();

        Files.writeString(
                owner(), lock.replaceFirst("\"boot\":\"[^\"]*\"", "\"boot\":\"another machine of that name\""));
        Said elsewhere = lab.run(backup(true));
        assertThat(elsewhere.exitCode()).as(elsewhere.all()).isEqualTo(2);
        assertThat(elsewhere.all()).contains("it is locked by ");
        Files.writeString(owner(), lock);
        Said here = lab.run(backup(true));

        assertThat(here.exitCode()).as(here.all()).isZero();
        assertThat(here.all()).contains("took over the lock of ", "which is not running any more");
        assertThat(lab.leftovers(repository)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theCommandThatIsNamedRemovesTheLock(boolean sftp) throws Exception {
        assertThat(lab.run(backup(sftp)).exitCode()).isZero();
        lab.pool().snapshot(dataset, "c");
        Files.createDirectories(owner().getParent());
        Files.writeString(owner(), "{}");
        Files.writeString(owner().resolveSibling(".owner.json-012345abcdef"), "{}");

        Said locked = lab.run(backup(sftp));
        assertThat(locked.exitCode()).as(locked.all()).isEqualTo(2);
        Matcher command = Pattern.compile("or remove it: (.*)").matcher(locked.all());
        assertThat(command.find()).as(locked.all()).isTrue();
        List<String> sftpOptions = new ArrayList<>(
                List.of("sftp", "-q", "-i", lab.server().identity().toString()));
        sftpOptions.addAll(List.of("-o", "UserKnownHostsFile=" + lab.server().knownHosts("ed25519"), "-b -"));
        Programs.succeed(
                lab.folder(),
                Map.of(),
                "bash",
                "-c",
                command.group(1).replace("sftp -b -", String.join(" ", sftpOptions)));

        assertThat(owner().getParent()).doesNotExist();
        Said after = lab.run(backup(sftp));
        assertThat(after.exitCode()).as(after.all()).isZero();
    }
}

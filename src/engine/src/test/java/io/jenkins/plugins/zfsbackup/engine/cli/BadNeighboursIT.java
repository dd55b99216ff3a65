package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.OpenSshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One thing in a repository that can't be read is said where it would have stood, and hides nothing beside it. */
class BadNeighboursIT {

    private static Lab lab;
    private static OpenSshServer server;

    private Path repository;
    private String good;
    private String bad;
    private String moved;
    private boolean overSftp;

    @BeforeAll
    static void build() {
        lab = new Lab(256);
        server = OpenSshServer.startWithoutPrivilegeToRead(lab.folder().resolve("plain-sshd"));
    }

    @AfterAll
    static void tearDown() {
        server.close();
        lab.close();
    }

    /**
     * A good dataset; one whose folder this user may not open; one on a disk that is not mounted; and things that lead
     * nowhere.
     */
    private void prepare(boolean sftp) throws IOException {
        overSftp = sftp;
        repository = lab.repository();
        good = lab.dataset();
        bad = lab.dataset();
        moved = lab.dataset();
        for (String dataset : List.of(good, bad, moved)) {
            lab.pool().write(dataset, "file", 100_000, 1);
            lab.pool().snapshot(dataset, "a");
        }
        Said first = run(backupOfAll());
        assertThat(first.exitCode()).as(first.all()).isZero();
        Files.setPosixFilePermissions(repository.resolve(bad), PosixFilePermissions.fromString("---------"));
        Files.move(repository.resolve(moved), lab.folder().resolve("unmounted" + repository.getFileName()));
        Files.createSymbolicLink(repository.resolve(moved), Path.of("/nowhere/" + moved));
        Files.createSymbolicLink(repository.resolve("loop"), Path.of("loop"));
        Files.createSymbolicLink(repository.resolve(lab.pool().name()).resolve("above"), Path.of(".."));
        Files.writeString(repository.resolve(good).resolve("b.full"), "no directory");
        Files.createDirectory(
                repository.resolve("lost+found"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("---------")));
    }

    private String[] backupOfAll() {
        return new String[] {
            "backup",
            lab.pool().name(),
            "--include",
            below(good) + "," + below(bad) + "," + below(moved),
            "--no-encryption"
        };
    }

    private static String below(String dataset) {
        return dataset.substring(dataset.indexOf('/') + 1);
    }

    private Said run(String... command) {
        List<String> arguments = new ArrayList<>(Arrays.asList(command));
        arguments.addAll(List.of(
                "--repo", overSftp ? server.url(repository) : repository.toUri().toString()));
        arguments.addAll(List.of("--identity", server.identity().toString()));
        arguments.addAll(List.of("--known-hosts", server.knownHosts("ed25519").toString()));
        return lab.start(OpenSshServer.WITHOUT_PRIVILEGE_TO_READ, arguments).await();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void listSaysOfEachWhatItIs(boolean sftp) throws IOException {
        prepare(sftp);

        Said list = run("list");
        JsonNode document =
                JsonMapper.builder().build().readTree(run("list", "--json").out());

        assertThat(list.exitCode()).as(list.all()).isEqualTo(1);
        assertThat(list.out().lines())
                .anyMatch(line -> line.startsWith(good + "  (1 backups"))
                .anyMatch(line -> line.equals("  damaged: b.full: it is a file, not a directory"))
                .anyMatch(line -> line.startsWith(bad + "  can't be read: ") && line.contains("Permission denied"))
                .anyMatch(line -> line.startsWith(moved + "  can't be read: it is a symbolic link that leads nowhere"))
                .anyMatch(line -> line.startsWith("loop  can't be read: it is a symbolic link that leads nowhere"))
                .anyMatch(line -> line.startsWith(lab.pool().name() + "/above  can't be read: it leads back"));
        assertThat(list.out()).doesNotContain("lost+found");
        assertThat(document.path("datasets").findValuesAsText("dataset"))
                .containsExactlyInAnyOrder(good, bad, moved, "loop", lab.pool().name() + "/above");
        assertThat(document.path("datasets").findValuesAsText("unreadable")).containsOnlyOnce("");
        Said one = run("list", bad);
        assertThat(one.exitCode()).as(one.all()).isEqualTo(2);
        assertThat(one.all()).contains(bad, "Permission denied");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void verifyLooksAtTheOthersAndFailsForThese(boolean sftp) throws IOException {
        prepare(sftp);
        Files.delete(repository.resolve(good).resolve("b.full"));

        Said verify = run("verify", "--depth", "hash");

        assertThat(verify.exitCode()).as(verify.all()).isEqualTo(1);
        assertThat(verify.all())
                .contains(good + ": 1 backup is good")
                .contains(bad + ": it can't be read: ", "Permission denied")
                .contains(moved + ": it can't be read: it is a symbolic link that leads nowhere")
                .contains("loop: it can't be read")
                .contains("5 datasets verified, 4 with problems");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void backupSendsWhatTheOthersNeedAndFailsForThese(boolean sftp) throws IOException {
        prepare(sftp);
        for (String dataset : List.of(good, bad, moved)) {
            lab.pool().snapshot(dataset, "b");
        }

        Said backup = run(backupOfAll());

        assertThat(backup.exitCode()).as(backup.all()).isEqualTo(1);
        assertThat(backup.all())
                .contains(good + ": @b, incremental from @a")
                .containsPattern(bad + ": .*Permission denied")
                .containsPattern(moved + ": .*symbolic link that leads nowhere")
                .contains("1 backup, ", "2 failed");
    }
}

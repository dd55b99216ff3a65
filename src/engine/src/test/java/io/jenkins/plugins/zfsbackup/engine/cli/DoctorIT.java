package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.Programs;
import io.jenkins.plugins.zfsbackup.engine.testing.TalkingServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code doctor} tells what a backup would find, and changes nothing. */
class DoctorIT {

    private static Lab lab;

    @BeforeAll
    static void build() {
        lab = new Lab(256);
    }

    @AfterAll
    static void tearDown() {
        lab.close();
    }

    private static Said doctor(String url, String... more) {
        return lab.run(Lab.arguments(List.of("doctor", lab.pool().name()), lab.access(url), List.of(more)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void leavesNothingBehindWhereNothingWasStoredYet(boolean overSftp) throws Exception {
        Path repository = lab.repository();
        String url =
                overSftp ? lab.server().url(repository) : repository.toUri().toString();

        Said missing = doctor(url);
        assertThat(missing.exitCode()).as(missing.all()).isZero();
        assertThat(missing.all()).contains("can be written to", "nothing stored yet");
        assertThat(repository).doesNotExist();

        Files.createDirectory(repository);
        Said empty = doctor(url);
        assertThat(empty.exitCode()).as(empty.all()).isZero();
        try (Stream<Path> left = Files.list(repository)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void endsWithOneLineThatSaysWhetherAllIsWell() throws Exception {
        String dataset = lab.dataset();
        lab.pool().snapshot(dataset, "a");
        Path repository = lab.repository();
        assertThat(lab.run(lab.backup(dataset, repository)).exitCode()).isZero();
        String[] keys = {
            "--recipient",
            lab.gpg().publicKey().toString(),
            "--sign-with",
            lab.gpg().secretKey().toString()
        };

        Said well = doctor(lab.server().url(repository), keys);
        Said noted = doctor(lab.server().url(repository));
        Said bad = doctor(lab.server().url(lab.folder().resolve("no/such")), keys);

        assertThat(well.exitCode()).as(well.all()).isZero();
        assertThat(last(well)).isEqualTo(lab.pool().name() + ": all is well");
        assertThat(well.out().lines())
                .anyMatch(
                        line -> line.matches("ok   repository: sftp://\\S+ can be written to, [0-9.]+ [KMGT]?i?B free,"
                                + " repository [0-9a-f]{12}"))
                .anyMatch(line -> line.startsWith(
                        "ok   storage: only the account that stores can read what is stored; files are replaced"))
                .anyMatch(line -> line.startsWith("ok   marks: backups go on from these holds and bookmarks: "));
        assertThat(last(noted)).isEqualTo(lab.pool().name() + ": all is well, but look at what is marked note above");
        assertThat(bad.exitCode()).as(bad.all()).isEqualTo(2);
        assertThat(last(bad)).isEqualTo(lab.pool().name() + ": 1 thing is wrong, marked BAD above");
    }

    private static String last(Said said) {
        List<String> lines = said.out().lines().toList();
        return lines.get(lines.size() - 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void listsUnfinishedUploadsOfDatasetsThatHaveLeftWithTheCommandThatRemovesThem(boolean overSftp) throws Exception {
        String dataset = lab.dataset();
        lab.pool().snapshot(dataset, "a");
        Path repository = lab.repository();
        assertThat(lab.run(lab.backup(dataset, repository)).exitCode()).isZero();
        Path gone = repository.resolve(lab.pool().name()).resolve("for mer/deep/.x.full.partial-0123456789ab");
        Path legacy = repository.resolve("old/.elabfs-old.partial-0123456789ab");
        Path here = repository.resolve(dataset).resolve(".b.from.a.partial-0123456789ab");
        Path others = repository.resolve("otherpool/home/.x.full.partial-0123456789ab");
        for (Path each : List.of(gone, legacy.getParent(), here, others)) {
            Files.createDirectories(each);
        }
        Files.write(gone.resolve("00001.zfs.zst.gpg"), new byte[3 << 20]);
        Files.writeString(gone.resolve(".resume.json-0123"), "{}");
        Files.write(legacy, new byte[1 << 20]);
        Files.createSymbolicLink(repository.resolve("loop"), Path.of("loop"));
        String url =
                overSftp ? lab.server().url(repository) : repository.toUri().toString();

        Said doctor = doctor(url);

        assertThat(doctor.exitCode()).as(doctor.all()).isZero();
        assertThat(doctor.all())
                .contains("note leftovers: " + lab.pool().name()
                        + "/for mer/deep is not in the pool any more, and 3.00 MiB")
                .contains("note leftovers: " + lab.pool().name()
                        + "/elabfs-old is not in the pool any more, and 1.00 MiB")
                .contains("note leftovers: loop can't be read: it is a symbolic link that leads nowhere")
                .contains("3 places in the repository")
                .doesNotContain("otherpool", dataset + " is not in the pool");
        doctor.out()
                .lines()
                .filter(line -> line.strip().startsWith("Remove it: "))
                .forEach(line -> {
                    String command = line.strip().substring("Remove it: ".length());
                    Programs.succeed(
                            lab.folder(),
                            Map.of(),
                            "bash",
                            "-c",
                            command.replace(
                                    "sftp -b -",
                                    "sftp -q -i " + lab.server().identity() + " -o UserKnownHostsFile="
                                            + lab.server().knownHosts("ed25519") + " -b -"));
                });
        assertThat(gone).doesNotExist();
        assertThat(legacy).doesNotExist();
        assertThat(here).exists();
        assertThat(others).exists();
        Files.delete(repository.resolve("loop"));
        assertThat(doctor(url).all()).contains("ok   leftovers: nothing unfinished");
    }

    @Test
    void saysWhatAnswersWhereNoSftpServerIs() {
        try (TalkingServer server = new TalkingServer(out -> {
            out.write("220 mail.example.org ESMTP\r\n".getBytes(StandardCharsets.US_ASCII));
            out.close();
        })) {
            Said said = doctor("sftp://me@127.0.0.1:" + server.port() + "/r");

            assertThat(said.exitCode()).as(said.all()).isEqualTo(2);
            assertThat(said.all()).contains("BAD  repository: ", "no SSH server: it said \"220 mail.example.org ESMTP");
        }
    }

    @Test
    void saysHowBackupsWouldBeProtected() {
        String url = lab.server().url(lab.repository());
        String recipient = lab.gpg().publicKey().toString();

        assertThat(doctor(url).all()).contains("note keys: no recipient was given", "--recipient", "--no-encryption");
        assertThat(doctor(url, "--no-encryption").all()).contains("ok   keys: not encrypted, not signed");
        assertThat(doctor(url, "--recipient", recipient).all()).contains("ok   keys: encrypted to ", ", not signed");
        assertThat(doctor(
                                url,
                                "--recipient",
                                recipient,
                                "--sign-with",
                                lab.gpg().secretKey().toString())
                        .all())
                .contains("ok   keys: encrypted to ", ", signed by ");
        Said both = doctor(url, "--recipient", recipient, "--no-encryption");
        assertThat(both.exitCode()).isEqualTo(2);
        assertThat(both.all()).contains("BAD  keys", "contradict each other");
    }
}

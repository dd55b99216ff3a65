package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.TalkingServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
        String url = overSftp ? lab.server().url(repository) : repository.toUri().toString();

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
        assertThat(doctor(url, "--recipient", recipient, "--sign-with", lab.gpg().secretKey().toString()).all())
                .contains("ok   keys: encrypted to ", ", signed by ");
        Said both = doctor(url, "--recipient", recipient, "--no-encryption");
        assertThat(both.exitCode()).isEqualTo(2);
        assertThat(both.all()).contains("BAD  keys", "contradict each other");
    }
}

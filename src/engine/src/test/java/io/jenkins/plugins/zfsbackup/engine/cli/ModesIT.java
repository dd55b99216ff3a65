package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.OpenSshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is stored is its owner's alone, whatever the umask of the engine or of the server. */
class ModesIT {

    private static Lab lab;
    private static OpenSshServer open;

    @BeforeAll
    static void build() {
        lab = new Lab(256);
        open = OpenSshServer.start(lab.folder().resolve("open-sshd"), "ForceCommand internal-sftp -u 0");
    }

    @AfterAll
    static void tearDown() {
        open.close();
        lab.close();
    }

    @ParameterizedTest
    @CsvSource({"file, 0, native", "file, 022, flat-gpg", "file, 0777, native", "sftp, 022, native", "sftp, 0, flat-gpg"
    })
    void allDirectoriesAndFilesAreTheOwnersAlone(String kind, String umask, String layout) throws IOException {
        String dataset = lab.dataset();
        lab.pool().write(dataset, "file", 100_000, 1);
        lab.pool().snapshot(dataset, "a");
        Path repository = lab.repository();
        List<String> backup = lab.backup(dataset, repository, "--layout", layout);
        String url = kind.equals("file") ? repository.toUri().toString() : open.url(repository);
        backup.set(backup.indexOf("--repo") + 1, url);
        backup.set(backup.indexOf("--identity") + 1, open.identity().toString());
        backup.set(
                backup.indexOf("--known-hosts") + 1, open.knownHosts("ed25519").toString());

        Said said = lab.start(List.of("sh", "-c", "umask " + umask + "; exec \"$@\"", "sh"), backup)
                .await();

        assertThat(said.exitCode()).as(said.all()).isZero();
        try (Stream<Path> all = Files.walk(repository)) {
            for (Path each : all.toList()) {
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(each));
                assertThat(mode).as(each.toString()).isEqualTo(Files.isDirectory(each) ? "rwx------" : "rw-------");
            }
        }
        lab.pool().zfs("set", "zfsbackup:enabled=false", dataset);
    }
}

package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.zfsbackup.keys.OpenSshKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SSH keys that are made here, as a real {@code ssh-keygen} sees them, and the other way round. */
class OpenSshKeyTest {

    @TempDir
    private Path folder;

    private static String firstTwoWords(String line) {
        String[] words = line.strip().split(" ");
        return words[0] + " " + words[1];
    }

    @Test
    void sshKeygenReadsAKeyThatIsMadeHere() throws Exception {
        // Comments of several lengths, as the padding goes by them.
        for (String comment : new String[] {"", "Jenkins", "ZFS Backup of Jenkins at lab.example"}) {
            String key = OpenSshKey.newEd25519(comment);
            Path file = Files.createFile(
                    folder.resolve("key" + comment.length()),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, key);

            String line =
                    Programs.run("ssh-keygen", "-y", "-f", file.toString()).strip();
            assertEquals(Optional.of(firstTwoWords(line)), OpenSshKey.publicLine(key));
            assertTrue(line.endsWith(comment), line);
        }
        assertNotEquals(OpenSshKey.newEd25519(""), OpenSshKey.newEd25519(""));
    }

    @Test
    void thePublicLineOfEachKeyOfOpenSshIsKnownWithoutItsPassphrase() throws Exception {
        for (String[] kind :
                new String[][] {{"ed25519", ""}, {"ed25519", "secret"}, {"rsa", "secret"}, {"ecdsa", ""}}) {
            Path file = folder.resolve(kind[0] + kind[1]);
            Programs.run("ssh-keygen", "-q", "-t", kind[0], "-N", kind[1], "-f", file.toString());
            String line = firstTwoWords(Files.readString(folder.resolve(file.getFileName() + ".pub")));
            assertEquals(Optional.of(line), OpenSshKey.publicLine(Files.readString(file)));
        }
    }

    @Test
    void aKeyInAnotherFormOrADamagedOneHasNoPublicLine() throws Exception {
        Path pem = folder.resolve("pem");
        Programs.run("ssh-keygen", "-q", "-t", "rsa", "-m", "PEM", "-N", "", "-f", pem.toString());
        assertEquals(Optional.empty(), OpenSshKey.publicLine(Files.readString(pem)));
        assertEquals(Optional.empty(), OpenSshKey.publicLine(""));
        String begin = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
        String end = "\n-----END OPENSSH PRIVATE KEY-----\n";
        for (String content : new String[] {"AAAA", "====", "b3BlbnNzaC1rZXktdjEA", "b3BlbnNzaC1rZXktdjEA/////w=="}) {
            assertEquals(Optional.empty(), OpenSshKey.publicLine(begin + content + end), content);
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.FileTrees;
import io.jenkins.plugins.zfsbackup.engine.testing.Pause;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a run that was killed has left on the server is taken over only as far as it still is what that run had sent.
 */
class ResumeIT {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static Lab lab;

    @BeforeAll
    static void build() {
        lab = new Lab(1024);
    }

    @AfterAll
    static void tearDown() {
        lab.close();
    }

    /** A dataset whose first backup was killed when some of its volumes were stored and noted. */
    private record Killed(String dataset, Path repository) {

        static Killed inMidBackup() throws IOException {
            String dataset = lab.dataset();
            lab.pool().write(dataset, "raw", 60_000_000, dataset.hashCode());
            lab.pool().snapshot(dataset, "a");
            Killed killed = new Killed(dataset, lab.repository());
            CommandProcess running =
                    lab.start(List.of(), lab.backup(dataset, killed.repository, "--memory", "12M", "--limit", "10M"));
            while (running.alive() && killed.notedVolumes().size() < 2) {
                Pause.briefly();
            }
            running.signal("KILL");
            running.await();
            assertThat(lab.published(killed.repository, dataset)).isEmpty();
            return killed;
        }

        private List<Path> note() {
            return lab.leftovers(repository).stream()
                    .filter(name -> name.endsWith("/resume.json"))
                    .map(repository::resolve)
                    .toList();
        }

        Path partial() {
            return note().get(0).getParent();
        }

        List<Path> notedVolumes() throws IOException {
            if (note().isEmpty()) {
                return List.of();
            }
            JsonNode volumes = JSON.readTree(note().get(0).toFile()).path("volumes");
            return volumes.findValuesAsText("name").stream()
                    .map(partial()::resolve)
                    .toList();
        }

        Said again() {
            return lab.run(lab.backup(dataset, repository, "--memory", "12M"));
        }

        void isStoredWholeAndComesBack() {
            assertThat(lab.published(repository, dataset)).containsExactly("a.full");
            assertThat(lab.leftovers(repository)).isEmpty();
            Said verified = lab.run(lab.read(repository, "verify", "--depth", "content"));
            assertThat(verified.exitCode()).as(verified.all()).isZero();
        }
    }

    @Test
    void volumesThatAreWholeAreNotSentAgain() throws IOException {
        Killed killed = Killed.inMidBackup();
        Path first = killed.notedVolumes().get(0);
        Object inode = Files.getAttribute(first, "unix:ino");

        Said again = killed.again();

        assertThat(again.exitCode()).as(again.all()).isZero();
        assertThat(again.all())
                .contains("an earlier run left")
                .contains("read back")
                .doesNotContain("sent again because");
        killed.isStoredWholeAndComesBack();
        Path published =
                killed.repository().resolve(killed.dataset()).resolve("a.full").resolve(first.getFileName());
        assertThat(Files.getAttribute(published, "unix:ino")).isEqualTo(inode);
    }

    @Test
    void aVolumeOfZerosOfEqualSizeIsFoundAndSentAgain() throws IOException {
        Killed killed = Killed.inMidBackup();
        Path volume = killed.notedVolumes().get(0);
        Files.write(volume, new byte[(int) Files.size(volume)]);

        Said again = killed.again();

        assertThat(again.exitCode()).as(again.all()).isZero();
        assertThat(again.all()).contains(volume.getFileName().toString()).contains("sent again because");
        killed.isStoredWholeAndComesBack();
    }

    @Test
    void aVolumeWithOneByteChangedIsFoundAndSentAgain() throws IOException {
        Killed killed = Killed.inMidBackup();
        List<Path> volumes = killed.notedVolumes();
        Path volume = volumes.get(volumes.size() - 1);
        byte[] bytes = Files.readAllBytes(volume);
        bytes[bytes.length - 1] ^= 1;
        Files.write(volume, bytes);

        Said again = killed.again();

        assertThat(again.exitCode()).as(again.all()).isZero();
        assertThat(again.all()).contains("sent again because");
        killed.isStoredWholeAndComesBack();
    }

    @Test
    void twoVolumesThatChangedPlacesAreSentAgain() throws IOException {
        Killed killed = Killed.inMidBackup();
        List<Path> volumes = killed.notedVolumes();
        Path aside = volumes.get(0).resolveSibling("aside");
        Files.move(volumes.get(0), aside);
        Files.move(volumes.get(1), volumes.get(0));
        Files.move(aside, volumes.get(1));

        Said again = killed.again();

        assertThat(again.exitCode()).as(again.all()).isZero();
        killed.isStoredWholeAndComesBack();
    }

    @Test
    void aForgedNoteHasNoForeignFileSigned() throws Exception {
        Killed killed = Killed.inMidBackup();
        Path volume = killed.notedVolumes().get(0);
        byte[] foreign = "what somebody else has put there".getBytes(StandardCharsets.UTF_8);
        Files.write(volume, foreign);
        Path note = killed.partial().resolve("resume.json");
        ObjectNode json = (ObjectNode) JSON.readTree(note.toFile());
        for (JsonNode each : json.path("volumes")) {
            if (each.path("name").asText().equals(volume.getFileName().toString())) {
                ((ObjectNode) each)
                        .put("storedBytes", foreign.length)
                        .put(
                                "storedSha256",
                                HexFormat.of()
                                        .formatHex(MessageDigest.getInstance("SHA-256")
                                                .digest(foreign)));
            }
        }
        Files.writeString(note, json.toString());

        Said again = killed.again();

        assertThat(again.exitCode()).as(again.all()).isZero();
        assertThat(again.all()).contains("are sent again").doesNotContain("read back");
        killed.isStoredWholeAndComesBack();
    }

    @Test
    void theNoteOfAnotherMachineCountsForNothing() throws IOException {
        Killed killed = Killed.inMidBackup();
        Path key = lab.folder().resolve(".cache/zfs-backup/known/machine.key");
        assertThat(Files.getPosixFilePermissions(key)).hasSize(2);
        Files.delete(key);

        Said again = killed.again();

        assertThat(again.exitCode()).as(again.all()).isZero();
        assertThat(again.all()).contains("are sent again").doesNotContain("read back");
        killed.isStoredWholeAndComesBack();
    }

    @Test
    void notesMovedFromOneDatasetToAnotherCountForNothing() throws IOException {
        Killed killed = Killed.inMidBackup();
        String other = lab.dataset();
        lab.pool().write(other, "raw", 60_000_000, killed.dataset().hashCode());
        lab.pool().snapshot(other, "a");
        Path moved = killed.repository().resolve(other).resolve(killed.partial().getFileName());
        Files.createDirectories(moved.getParent());
        try (Stream<Path> files = Files.list(killed.partial())) {
            Files.createDirectory(moved);
            for (Path file : files.toList()) {
                Files.copy(file, moved.resolve(file.getFileName()));
            }
        }

        Said said = lab.run(lab.backup(other, killed.repository(), "--memory", "12M"));

        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(said.all()).doesNotContain("read back");
        assertThat(lab.published(killed.repository(), other)).containsExactly("a.full");
        FileTrees.delete(killed.repository().resolve(killed.dataset()));
        Said verified = lab.run(lab.read(killed.repository(), "verify", "--depth", "content"));
        assertThat(verified.exitCode()).as(verified.all()).isZero();
    }
}

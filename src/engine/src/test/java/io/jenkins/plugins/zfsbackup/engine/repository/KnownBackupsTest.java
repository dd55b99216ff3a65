package io.jenkins.plugins.zfsbackup.engine.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.repository.KnownBackups.Known;
import io.jenkins.plugins.zfsbackup.engine.storage.StoredFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownBackupsTest {

    private static final String ID = "0123456789ab";

    @TempDir
    private Path folder;

    private final List<String> notes = new ArrayList<>();

    private KnownBackups backups() {
        return new LocalState(folder.resolve("known"), notes::add).backups();
    }

    private static Known known(String id) {
        return new Known(
                Manifests.full("tank/home", "monday", 70, 7).summary(id),
                1_700_000_000L,
                new Known.Stamp(123, 1_600_000_000L));
    }

    @Test
    void givesBackWhatItRemembersForEachRepositoryAndDataset() {
        Known full = known("monday.full");
        backups().remember(ID, "tank/home", List.of(full));
        backups().remember(ID, "tank/home/below", List.of());

        assertThat(backups().of(ID, "tank/home")).isEqualTo(Map.of("monday.full", full));
        assertThat(backups().of(ID, "tank/home/below")).isEmpty();
        assertThat(backups().of("ba9876543210", "tank/home")).isEmpty();
        assertThat(notes).isEmpty();
    }

    @Test
    void countsOnlyWhileTheDirectoryIsUnchanged() {
        Known full = known("monday.full");

        assertThat(full.isStill(new StoredFile("monday.full", true, 0, Instant.ofEpochSecond(1_700_000_000L))))
                .isTrue();
        assertThat(full.isStill(new StoredFile("monday.full", true, 0, Instant.ofEpochSecond(1_700_000_001L))))
                .isFalse();
    }

    @Test
    void whatIsCutAnywhereIsForgottenNotBelieved() throws IOException {
        Known full = known("monday.full");
        backups().remember(ID, "tank/home", List.of(full));
        Path file;
        try (Stream<Path> files = Files.walk(folder)) {
            file = files.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            assertThat(backups().of(ID, "tank/home")).isEmpty();
        }
        assertThat(notes).isEmpty();
    }

    @Test
    void aPlaceThatCanNotBeWrittenIsSaidOnceAndNothingFails() throws IOException {
        Files.writeString(folder.resolve("known"), "a file where the directory should be");
        KnownBackups backups = backups();

        backups.remember(ID, "tank/home", List.of(known("monday.full")));
        backups.remember(ID, "tank/other", List.of());

        assertThat(backups.of(ID, "tank/home")).isEmpty();
        assertThat(notes).hasSize(1);
        assertThat(notes.get(0)).contains(folder.toString());
    }
}

package io.jenkins.plugins.zfsbackup.engine.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.repository.Manifests;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScriptBackupsTest {

    private static final int HISTORY = 40_000;

    private static ScriptFile file(String snapshot, Optional<String> base) {
        String name = "home@" + snapshot + base.map(from -> ".from." + from).orElse(".full") + ".zfs.gpg";
        return new ScriptFile(
                new ScriptName(new FlatGpg(), "home", snapshot, base), name, 10, Instant.parse("2014-08-01T00:00:00Z"));
    }

    private static String name(int i) {
        return String.format("n%06d", i);
    }

    /** Each file builds on the one whose name comes after it, and their times tell nothing. */
    private static List<ScriptFile> againstTheirNames() {
        List<ScriptFile> files = new ArrayList<>();
        for (int i = 0; i < HISTORY; i++) {
            files.add(file(name(i), i == HISTORY - 1 ? Optional.empty() : Optional.of(name(i + 1))));
        }
        return files;
    }

    @Test
    void aLongHistoryIsPutInOrderQuickly() {
        List<StoredBackup> manifested = IntStream.range(0, HISTORY)
                .mapToObj(i -> Manifests.full("base/home", "x" + name(i), 1, 1).summary("x" + name(i) + ".full"))
                .toList();

        List<StoredBackup> backups = assertTimeoutPreemptively(
                Duration.ofSeconds(15), () -> new ScriptBackups(againstTheirNames(), Map.of(), manifested).backups());

        assertThat(backups.get(0).snapshot().name()).isEqualTo(name(HISTORY - 1));
        assertThat(backups.get(HISTORY - 1).snapshot().name()).isEqualTo(name(0));
    }
}

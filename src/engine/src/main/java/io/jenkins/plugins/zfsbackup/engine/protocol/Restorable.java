package io.jenkins.plugins.zfsbackup.engine.protocol;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A snapshot that can be restored.
 *
 * @param snapshot its name
 * @param created when it was made, UTC; empty if not known
 * @param perhapsNewer the names of backups that can't be used, and of which nothing shows that they are older
 */
public record Restorable(String snapshot, Optional<Instant> created, List<String> perhapsNewer) {
    public Restorable {
        snapshot = Absent.text(snapshot);
        created = Absent.value(created);
        perhapsNewer = Absent.list(perhapsNewer);
    }
}

package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The names of the snapshots that are stored of a dataset. One name may be that of several, and one snapshot may have
 * several.
 */
public final class StoredNames {

    /** By name, then by guid. */
    private final Map<String, Map<Long, SnapshotId>> named = new HashMap<>();

    /** @param backups what is stored under one dataset's name, in any order */
    public StoredNames(Collection<StoredBackup> backups) {
        for (StoredBackup backup : backups) {
            for (SnapshotId id : backup.brings()) {
                named.computeIfAbsent(id.name(), name -> new LinkedHashMap<>()).putIfAbsent(id.guid(), id);
            }
        }
    }

    /** All snapshots that a reference may mean, oldest first. */
    public List<SnapshotId> meant(SnapshotReference reference) {
        return named.getOrDefault(reference.name(), Map.of()).values().stream()
                .filter(reference::means)
                .sorted(SnapshotId.byAge())
                .toList();
    }

    /** What to call a stored snapshot, so that no other is meant: its name, with the guid where another has it too. */
    public String unique(SnapshotId id) {
        return named.getOrDefault(id.name(), Map.of()).size() > 1 ? id.nameAndGuid() : id.name();
    }
}

package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What new backups of a dataset are called, beside those that are there. A snapshot's name may come twice: it was
 * destroyed and taken anew, renamed, or is of another dataset that had the same name. The first one stored keeps the
 * plain name; each later one carries its guid.
 *
 * <p>A base is called as the repository knows it, whatever it is called on the pool meanwhile: so the names alone lead
 * from backup to backup.
 */
public final class BackupNames {

    private final Set<String> taken = new HashSet<>();
    /** The guids of the snapshots that have a name. */
    private final Map<String, Set<Long>> guids = new HashMap<>();
    /** What snapshots are called, by their guids. */
    private final Map<Long, Called> called = new HashMap<>();

    private long sequence;

    /**
     * What a stored snapshot is called.
     *
     * @param name its own name
     * @param label how the names of backups call it
     */
    private record Called(String name, String label) {}

    /**
     * @param listing what is there, whether it can be used or not
     * @param matched the same backups, as far as they can be used, with the guids that the pool tells
     */
    public BackupNames(Listing listing, Collection<StoredBackup> matched) {
        listing.backups().forEach(backup -> taken.add(backup.id()));
        listing.damaged().forEach(backup -> taken.add(backup.id()));
        sequence = listing.backups().stream()
                .mapToLong(StoredBackup::sequence)
                .max()
                .orElse(0);
        // What was published in no order came first, and is only what the pool takes it for.
        List<StoredBackup> inOrder = Stream.concat(
                        matched.stream().filter(backup -> backup.sequence() == 0),
                        listing.backups().stream().filter(backup -> backup.sequence() > 0))
                .sorted(Comparator.comparingLong(StoredBackup::sequence))
                .toList();
        inOrder.forEach(backup -> call(backup.snapshot(), label(backup.id(), backup.snapshot())));
        inOrder.forEach(backup -> backup.snapshots().forEach(id -> call(id, BackupName.plain(id))));
    }

    private static String label(String backup, SnapshotId snapshot) {
        return BackupName.tellsGuid(backup, snapshot) ? BackupName.withGuid(snapshot) : BackupName.plain(snapshot);
    }

    private void call(SnapshotId id, String label) {
        guids.computeIfAbsent(id.name(), name -> new HashSet<>()).add(id.guid());
        called.putIfAbsent(id.guid(), new Called(id.name(), label));
    }

    /** The snapshot under the name by which it is stored; as it is if it is not stored. */
    public SnapshotId asStored(SnapshotId id) {
        Called known = called.get(id.guid());
        return known == null ? id : id.called(known.name());
    }

    /** Those of the snapshots whose names another stored snapshot has. */
    public List<SnapshotId> twice(List<SnapshotId> ids) {
        return ids.stream().filter(id -> !isAlone(id)).toList();
    }

    private boolean isAlone(SnapshotId id) {
        return guids.getOrDefault(id.name(), Set.of()).stream().allMatch(guid -> guid == id.guid());
    }

    /**
     * Gives a new backup its name and takes it.
     *
     * @param snapshot the snapshot it leads to, called as in the stream
     * @param base called as {@link #asStored} calls it
     */
    public String next(SnapshotId snapshot, Optional<SnapshotId> base) {
        String name = name(label(snapshot), snapshot, base);
        String unique = BackupName.withGuid(snapshot);
        if (taken.contains(name)) {
            name = name(unique, snapshot, base);
        }
        for (int again = 2; taken.contains(name); again++) {
            name = name(unique + "~" + again, snapshot, base);
        }
        taken.add(name);
        call(snapshot, label(name, snapshot));
        return name;
    }

    private String name(String label, SnapshotId snapshot, Optional<SnapshotId> base) {
        String name = BackupName.backup(label, base.map(this::label));
        boolean plain = label.equals(BackupName.plain(snapshot));
        return BackupName.fits(name)
                ? name
                : BackupName.backup(plain ? BackupName.withGuid(snapshot) : label, base.map(BackupName::withGuid));
    }

    private String label(SnapshotId id) {
        Called known = called.get(id.guid());
        if (known != null && known.name().equals(id.name())) {
            return known.label();
        }
        return isAlone(id) ? BackupName.plain(id) : BackupName.withGuid(id);
    }

    /** The next backup's place in the order of publication. */
    public long nextSequence() {
        sequence = Math.min(sequence + 1, Manifest.LAST_SEQUENCE);
        return sequence;
    }
}

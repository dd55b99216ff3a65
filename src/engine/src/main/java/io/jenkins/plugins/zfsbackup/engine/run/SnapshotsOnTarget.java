package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The snapshots of the dataset that a restore receives into, by name, as they come to be. On the source a name may have
 * been given up by one snapshot and taken by another: destroyed and taken anew, or moved on by a rotation. On the
 * target the earlier one gives way by a new name before the later one comes.
 */
final class SnapshotsOnTarget {

    /** Between a snapshot's name and its guid, once it has given way. */
    static final String MOVED = ".guid-";

    private final DatasetName target;
    private final boolean made;
    private final Set<Long> stored = new HashSet<>();
    private final Map<String, Long> guids = new HashMap<>();

    /**
     * @param there the target as it is before the restore; empty if the restore makes it
     * @param stored what is stored of the dataset: only these snapshots are renamed on a target that was there before
     */
    SnapshotsOnTarget(DatasetName target, Optional<Dataset> there, Collection<StoredBackup> stored) {
        this.target = target;
        this.made = there.isEmpty();
        stored.stream().flatMap(StoredBackup::snapshots).forEach(id -> this.stored.add(id.guid()));
        there.stream().flatMap(each -> each.snapshots().stream()).forEach(each -> guids.put(each.name(), each.guid()));
    }

    /**
     * A snapshot that gives way.
     *
     * @param from its full name before
     * @param to its full name after
     */
    record Renaming(String from, String to) {}

    /**
     * What has to give way before these can be received. They count as received from here on.
     *
     * @throws UsageException if a snapshot would have to give way that this dataset's backups know nothing of
     */
    List<Renaming> makeWay(List<SnapshotId> coming) throws UsageException {
        List<Renaming> renamings = new ArrayList<>();
        for (SnapshotId id : coming) {
            Long other = guids.get(id.name());
            if (other != null && other != id.guid()) {
                requireOurs(id, other);
                String free = freeName(id.name(), other);
                renamings.add(new Renaming(target + "@" + id.name(), target + "@" + free));
                guids.put(free, other);
            }
            guids.put(id.name(), id.guid());
        }
        return renamings;
    }

    private void requireOurs(SnapshotId coming, long other) throws UsageException {
        if (!made && !stored.contains(other)) {
            throw new UsageException(
                    "restoring into " + target,
                    "it has a snapshot @" + coming.name()
                            + " that is not stored, and another one of that name is to be received",
                    "Rename it: zfs rename '" + target + "@" + coming.name() + "' NEWNAME. Then run again.");
        }
    }

    private String freeName(String name, long guid) {
        String suffix = MOVED + Long.toUnsignedString(guid);
        int room = DatasetName.MAX_LENGTH - target.value().length() - 1 - suffix.length();
        return name.substring(0, Math.min(name.length(), Math.max(1, room))) + suffix;
    }
}

package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * Keeps datasets apart that had the same name one after the other: a dataset that was destroyed, or renamed, and
 * another one that was made under its name. Backups belong to one lineage if they are of one dataset, by its guid, or
 * name a snapshot that is the same, by its guid: a dataset that was restored goes on with the lineage it was restored
 * from.
 *
 * <p>What nothing tells the dataset of, such as the files of old scripts, and shares no snapshot with what is known,
 * could be anybody's, and counts with each lineage.
 */
public final class Lineages {

    private final List<StoredBackup> backups;
    private final Groups groups = new Groups();
    /** The groups of which the dataset is known. */
    private final Map<Node, StoredBackup> known = new LinkedHashMap<>();

    /** A dataset or a snapshot: their guids are drawn independently, and could be equal. */
    private record Node(boolean dataset, long guid) {}

    /** @param backups what is stored under one dataset's name, in any order */
    public Lineages(Collection<StoredBackup> backups) {
        this.backups = List.copyOf(backups);
        for (StoredBackup backup : this.backups) {
            Node node = node(backup);
            backup.snapshots().forEach(id -> groups.join(node, new Node(false, id.guid())));
            if (backup.datasetGuid() != 0) {
                groups.join(node, new Node(true, backup.datasetGuid()));
            }
        }
        for (StoredBackup backup : this.backups) {
            if (backup.datasetGuid() != 0) {
                known.merge(groups.of(node(backup)), backup, (a, b) -> later(a, b) ? a : b);
            }
        }
    }

    private static Node node(StoredBackup backup) {
        return new Node(false, backup.snapshot().guid());
    }

    private static boolean later(StoredBackup a, StoredBackup b) {
        return Comparator.comparingLong(StoredBackup::sequence)
                        .thenComparing(StoredBackup::snapshot, SnapshotId.byAge())
                        .compare(a, b)
                > 0;
    }

    /** How many lineages are known. */
    public int size() {
        return known.size();
    }

    /** The backups of the lineage that was published to last. */
    public List<StoredBackup> current() {
        Optional<StoredBackup> last = known.values().stream().reduce((a, b) -> later(a, b) ? a : b);
        return last.map(each -> with(Set.of(groups.of(node(each))))).orElse(backups);
    }

    /** The backups that are not {@link #current()}. */
    public List<StoredBackup> earlier() {
        Set<StoredBackup> current = Set.copyOf(current());
        return backups.stream().filter(backup -> !current.contains(backup)).toList();
    }

    /**
     * The backups that a dataset goes on with: those of it, and of what it shares a snapshot with.
     *
     * @param dataset its guid
     * @param snapshots the guids of what it has, snapshots and bookmarks
     */
    public List<StoredBackup> of(long dataset, LongStream snapshots) {
        Set<Node> its = new HashSet<>();
        its.add(groups.of(new Node(true, dataset)));
        snapshots.forEach(guid -> its.add(groups.of(new Node(false, guid))));
        return with(its);
    }

    private List<StoredBackup> with(Set<Node> wanted) {
        return backups.stream()
                .filter(backup -> {
                    Node group = groups.of(node(backup));
                    return wanted.contains(group) || !known.containsKey(group);
                })
                .toList();
    }

    /**
     * The era of a dataset's snapshots beside those that are stored: a dataset of which nothing is stored is the
     * youngest.
     *
     * @param dataset its guid
     * @param stored what is stored under its name
     */
    public static int era(long dataset, Collection<StoredBackup> stored) {
        return stored.stream()
                .filter(backup -> backup.datasetGuid() == dataset)
                .map(backup -> backup.snapshot().era())
                .findFirst()
                .orElseGet(() -> 1
                        + stored.stream()
                                .mapToInt(each -> each.snapshot().era())
                                .max()
                                .orElse(0));
    }

    /** Disjoint sets, each called by one of its members. */
    private static final class Groups {
        private final Map<Node, Node> parents = new HashMap<>();

        Node of(Node node) {
            List<Node> path = new ArrayList<>();
            Node at = node;
            for (Node above = parents.get(at); above != null; above = parents.get(at)) {
                path.add(at);
                at = above;
            }
            for (Node each : path) {
                parents.put(each, at);
            }
            return at;
        }

        void join(Node a, Node b) {
            Node one = of(a);
            Node other = of(b);
            if (!one.equals(other)) {
                parents.put(one, other);
            }
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.Kind;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * The ways through a dataset's backups to each of its snapshots. Snapshots are the nodes, known by guid; a backup is an
 * edge from its base to its snapshot, as long as its stored bytes. What needs the fewest bytes from storage is
 * Dijkstra's shortest path.
 */
public final class RestorePaths {

    /** Stands for an empty target: no snapshot has guid 0. */
    private static final long NOTHING = 0;

    private final List<StoredBackup> backups;
    private final Map<Long, SnapshotId> snapshots = new LinkedHashMap<>();
    private final Map<Long, List<StoredBackup>> leadingFrom = new HashMap<>();
    private final Paths fromNothing;

    /** @param backups what is stored of one dataset, in any order */
    public RestorePaths(Collection<StoredBackup> backups) {
        this.backups = backups.stream()
                .sorted(Comparator.comparing(StoredBackup::snapshot, Source.order()))
                .toList();
        for (StoredBackup backup : this.backups) {
            backup.between().forEach(id -> snapshots.putIfAbsent(id.guid(), id));
            snapshots.put(backup.snapshot().guid(), backup.snapshot());
            leadingFrom.computeIfAbsent(from(backup), key -> new ArrayList<>()).add(backup);
        }
        this.fromNothing = paths(Set.of(NOTHING));
    }

    private static long from(StoredBackup backup) {
        return backup.kind() == Kind.FULL ? NOTHING : backup.base().map(SnapshotId::guid).orElse(NOTHING);
    }

    /** All snapshots that any backup leads to, oldest first. */
    public List<SnapshotId> snapshots() {
        return snapshots.values().stream().sorted(Source.order()).toList();
    }

    /** The snapshot with this guid as the repository names it, if it can be restored from nothing. */
    public Optional<SnapshotId> restorable(long guid) {
        return fromNothing.reaches(guid) ? Optional.ofNullable(snapshots.get(guid)) : Optional.empty();
    }

    /** As {@link #restorable}, for a snapshot that a further incremental stream can be received on. */
    Optional<SnapshotId> basis(long guid) {
        return fromNothing.endsAt(guid) ? Optional.ofNullable(snapshots.get(guid)) : Optional.empty();
    }

    /** The newest snapshot that can be restored from nothing. */
    public Optional<SnapshotId> newest() {
        return snapshots().stream()
                .filter(id -> fromNothing.reaches(id.guid()))
                .reduce((older, newer) -> newer);
    }

    /** The cheapest chain from nothing; empty if there is none. */
    public Optional<List<StoredBackup>> chain(long guid) {
        return fromNothing.to(guid);
    }

    /**
     * The cheapest chain onto a target.
     *
     * @param guid the snapshot to restore
     * @param newestOnTarget the target's newest snapshot, the only one it can receive on without losing anything
     * @return no backups if that is the snapshot already; empty if no chain leads there
     */
    public Optional<List<StoredBackup>> chainOnto(long guid, long newestOnTarget) {
        return paths(Set.of(newestOnTarget)).to(guid);
    }

    /**
     * Why a snapshot can't be restored, naming the missing link, and what can be restored instead.
     *
     * @param guid of a snapshot for which {@link #chain} is empty
     */
    public String whyNot(long guid) {
        Set<Long> seen = new HashSet<>();
        Set<String> missing = new java.util.TreeSet<>();
        collectMissing(guid, seen, missing);
        String link = missing.isEmpty()
                ? "no backup leads to it"
                : "its chain needs " + String.join(" or ", missing) + ", at which no stored backup ends";
        return link + nearest(guid);
    }

    private void collectMissing(long guid, Set<Long> seen, Set<String> missing) {
        if (!seen.add(guid)) {
            return;
        }
        for (StoredBackup backup : backups) {
            boolean leadsThere = backup.snapshot().guid() == guid
                    || backup.between().stream().anyMatch(id -> id.guid() == guid);
            if (leadsThere && backup.base().isPresent()) {
                SnapshotId base = backup.base().get();
                if (backups.stream().anyMatch(each -> each.snapshot().guid() == base.guid())) {
                    collectMissing(base.guid(), seen, missing);
                } else {
                    missing.add("@" + base.name() + " (the base of " + backup.id() + ")");
                }
            }
        }
    }

    private String nearest(long guid) {
        List<SnapshotId> all = snapshots();
        Optional<SnapshotId> before = Optional.empty();
        Optional<SnapshotId> after = Optional.empty();
        boolean passed = false;
        for (SnapshotId id : all) {
            if (id.guid() == guid) {
                passed = true;
            } else if (fromNothing.reaches(id.guid())) {
                if (!passed) {
                    before = Optional.of(id);
                } else if (after.isEmpty()) {
                    after = Optional.of(id);
                }
            }
        }
        if (before.isEmpty() && after.isEmpty()) {
            return "; no other snapshot of this dataset can be restored either";
        }
        return "; the nearest that can be restored: "
                + before.map(id -> "@" + id.name()).orElse("")
                + (before.isPresent() && after.isPresent() ? " before and " : before.isPresent() ? " before" : "")
                + after.map(id -> "@" + id.name() + " after").orElse("");
    }

    private Paths paths(Set<Long> starts) {
        Map<Long, Step> ends = new HashMap<>();
        Map<Long, Step> passed = new HashMap<>();
        PriorityQueue<Map.Entry<Long, Long>> queue = new PriorityQueue<>(Map.Entry.comparingByKey());
        for (long start : starts) {
            queue.add(Map.entry(0L, start));
        }
        while (!queue.isEmpty()) {
            Map.Entry<Long, Long> next = queue.remove();
            long node = next.getValue();
            if (!starts.contains(node) && next.getKey() > ends.get(node).cost()) {
                continue;
            }
            for (StoredBackup backup : leadingFrom.getOrDefault(node, List.of())) {
                // One byte more for each backup: of two chains with equal bytes the one with fewer files wins.
                Step step = new Step(next.getKey() + backup.storedBytes() + 1, backup);
                backup.between().forEach(id -> better(passed, id.guid(), step));
                long end = backup.snapshot().guid();
                if (!starts.contains(end) && better(ends, end, step)) {
                    queue.add(Map.entry(step.cost(), end));
                }
            }
        }
        return new Paths(starts, ends, passed);
    }

    private static boolean better(Map<Long, Step> steps, long node, Step step) {
        Step known = steps.get(node);
        if (known != null && known.cost() <= step.cost()) {
            return false;
        }
        steps.put(node, step);
        return true;
    }

    /** The last backup on the way to a snapshot, and the bytes of the whole way. */
    private record Step(long cost, StoredBackup backup) {}

    /**
     * The shortest ways from some starts to everywhere. A package brings the snapshots it passes, but leaves its target
     * at its end: no chain goes on from one that is only passed.
     */
    private record Paths(Set<Long> starts, Map<Long, Step> ends, Map<Long, Step> passed) {

        boolean endsAt(long guid) {
            return starts.contains(guid) || ends.containsKey(guid);
        }

        boolean reaches(long guid) {
            return endsAt(guid) || passed.containsKey(guid);
        }

        Optional<List<StoredBackup>> to(long guid) {
            if (!reaches(guid)) {
                return Optional.empty();
            }
            LinkedList<StoredBackup> chain = new LinkedList<>();
            long node = guid;
            if (!starts.contains(node) && cost(passed, node) < cost(ends, node)) {
                StoredBackup last = passed.get(node).backup();
                chain.addFirst(last);
                node = from(last);
            }
            while (!starts.contains(node)) {
                StoredBackup backup = ends.get(node).backup();
                chain.addFirst(backup);
                node = from(backup);
            }
            return Optional.of(List.copyOf(chain));
        }

        private static long cost(Map<Long, Step> steps, long node) {
            Step step = steps.get(node);
            return step == null ? Long.MAX_VALUE : step.cost();
        }
    }
}

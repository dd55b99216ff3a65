package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
 *
 * <p>All ways are searched once, when this is made, in time that grows with the number of backups and snapshots times
 * its logarithm; what is asked then is answered in time that grows with the answer. Sizes come from manifests that may
 * say anything: sums stop at {@link Long#MAX_VALUE}, a negative size counts as none, and the search ends whatever they
 * are.
 */
public final class RestorePaths {

    /** Stands for an empty target: no snapshot has guid 0. */
    private static final long NOTHING = 0;

    private final List<StoredBackup> backups;
    private final Map<Long, List<StoredBackup>> leadingFrom = new HashMap<>();
    private final Map<Long, SnapshotId> byGuid = new LinkedHashMap<>();
    private final List<SnapshotId> snapshots;
    private final Paths fromNothing;
    /** Made when somebody asks; the answer is the same whoever makes it. */
    private volatile MissingLinks missing;

    /** @param backups what is stored of one dataset, in any order */
    public RestorePaths(Collection<StoredBackup> backups) {
        this(backups, (Checkpoint<RuntimeException>) () -> {});
    }

    private <E extends Exception> RestorePaths(Collection<StoredBackup> backups, Checkpoint<E> checkpoint) throws E {
        this.backups = backups.stream()
                .sorted(Comparator.comparing(StoredBackup::snapshot, Source.order()))
                .toList();
        for (StoredBackup backup : this.backups) {
            backup.between().forEach(id -> byGuid.putIfAbsent(id.guid(), id));
            byGuid.put(backup.snapshot().guid(), backup.snapshot());
            leadingFrom.computeIfAbsent(from(backup), key -> new ArrayList<>()).add(backup);
        }
        this.snapshots = byGuid.values().stream().sorted(Source.order()).toList();
        this.fromNothing = search(NOTHING, checkpoint);
    }

    /**
     * As the constructor, for a run that can be stopped.
     *
     * @param checkpoint is passed again and again during the search; what it throws ends it
     */
    public static <E extends Exception> RestorePaths of(Collection<StoredBackup> backups, Checkpoint<E> checkpoint)
            throws E {
        return new RestorePaths(backups, checkpoint);
    }

    /** Where a search can be ended from outside. */
    @FunctionalInterface
    public interface Checkpoint<E extends Exception> {
        /** Throws if the search is not wanted any more. */
        void pass() throws E;
    }

    /**
     * The cheapest way to a snapshot from nothing. Its backups are {@code last}, the one {@linkplain #before before}
     * that, and so on.
     *
     * @param last the backup that is received last
     * @param backups how many there are
     * @param storedBytes of all of them; {@link Long#MAX_VALUE} if that is not enough to tell
     */
    public record Way(StoredBackup last, int backups, long storedBytes) {}

    private static long from(StoredBackup backup) {
        return backup.kind() == Kind.FULL
                ? NOTHING
                : backup.base().map(SnapshotId::guid).orElse(NOTHING);
    }

    /** All snapshots that any backup leads to, oldest first. */
    public List<SnapshotId> snapshots() {
        return snapshots;
    }

    /** The snapshot with this guid as the repository names it, if it can be restored from nothing. */
    public Optional<SnapshotId> restorable(long guid) {
        return fromNothing.reaches(guid) ? Optional.ofNullable(byGuid.get(guid)) : Optional.empty();
    }

    /** As {@link #restorable}, for a snapshot that a further incremental stream can be received on. */
    Optional<SnapshotId> basis(long guid) {
        return fromNothing.endsAt(guid) ? Optional.ofNullable(byGuid.get(guid)) : Optional.empty();
    }

    /** The newest snapshot that can be restored from nothing. */
    public Optional<SnapshotId> newest() {
        for (int i = snapshots.size() - 1; i >= 0; i--) {
            if (fromNothing.reaches(snapshots.get(i).guid())) {
                return Optional.of(snapshots.get(i));
            }
        }
        return Optional.empty();
    }

    /** The cheapest chain from nothing; empty if there is none. */
    public Optional<List<StoredBackup>> chain(long guid) {
        return fromNothing.to(guid);
    }

    /** The cheapest chain from nothing, without naming each of its backups; empty if there is none. */
    public Optional<Way> way(long guid) {
        return fromNothing.last(guid).map(step -> new Way(step.backup(), step.backups(), step.storedBytes()));
    }

    /**
     * The backup that a restore receives before this one, as the last one of the cheapest way to its base.
     *
     * @return empty for a full backup, and where nothing leads to its base
     */
    public Optional<StoredBackup> before(StoredBackup backup) {
        return Optional.ofNullable(fromNothing.ends().get(from(backup))).map(Step::backup);
    }

    /** All backups on the cheapest ways to these snapshots, each once; none for those that can't be restored. */
    public Set<StoredBackup> links(Collection<Long> guids) {
        Set<StoredBackup> links = new LinkedHashSet<>();
        for (long guid : guids) {
            Optional<StoredBackup> next = fromNothing.last(guid).map(Step::backup);
            while (next.isPresent() && links.add(next.get())) {
                next = before(next.get());
            }
        }
        return links;
    }

    /**
     * The cheapest chain onto a target.
     *
     * @param guid the snapshot to restore
     * @param newestOnTarget the target's newest snapshot, the only one it can receive on without losing anything
     * @return no backups if that is the snapshot already; empty if no chain leads there
     */
    public Optional<List<StoredBackup>> chainOnto(long guid, long newestOnTarget) {
        return search(newestOnTarget, (Checkpoint<RuntimeException>) () -> {}).to(guid);
    }

    /**
     * Why a snapshot can't be restored, naming the missing links, and what can be restored instead.
     *
     * @param guid of a snapshot for which {@link #chain} is empty
     */
    public String whyNot(long guid) {
        return missing().of(guid);
    }

    /** As {@link #whyNot}, without what can be restored instead. */
    public String missing(long guid) {
        return missing().link(guid);
    }

    private MissingLinks missing() {
        if (missing == null) {
            missing = new MissingLinks(backups, snapshots, fromNothing::reaches);
        }
        return missing;
    }

    private <E extends Exception> Paths search(long start, Checkpoint<E> checkpoint) throws E {
        Map<Long, Step> ends = new HashMap<>();
        Map<Long, Step> passed = new HashMap<>();
        PriorityQueue<Node> queue = new PriorityQueue<>(Comparator.comparingLong(Node::cost));
        queue.add(new Node(0, 0, start));
        while (!queue.isEmpty()) {
            checkpoint.pass();
            Node next = queue.remove();
            if (next.guid() != start && next.cost() > ends.get(next.guid()).cost()) {
                continue;
            }
            for (StoredBackup backup : leadingFrom.getOrDefault(next.guid(), List.of())) {
                Step step = Step.onto(next, backup);
                backup.between().forEach(id -> better(passed, id.guid(), step));
                long end = backup.snapshot().guid();
                if (end != start && better(ends, end, step)) {
                    queue.add(new Node(step.cost(), step.backups(), end));
                }
            }
        }
        return new Paths(start, ends, passed);
    }

    private static boolean better(Map<Long, Step> steps, long guid, Step step) {
        Step known = steps.get(guid);
        if (known != null && known.cost() <= step.cost()) {
            return false;
        }
        steps.put(guid, step);
        return true;
    }

    /** A snapshot in the queue, with what it costs to get there by so many backups. */
    private record Node(long cost, int backups, long guid) {}

    /**
     * The last backup on the way to a snapshot.
     *
     * @param cost the bytes of the whole way, and one more for each backup: of two ways with equal bytes the one with
     *     fewer files wins
     * @param backups how many the whole way has
     */
    private record Step(long cost, int backups, StoredBackup backup) {

        /**
         * No step is free, so that none is ever better for going round in a circle, even where the sum can't grow any
         * more.
         */
        static Step onto(Node before, StoredBackup backup) {
            long own = Math.min(Math.max(0, backup.storedBytes()), Long.MAX_VALUE - 1) + 1;
            long cost = before.cost() > Long.MAX_VALUE - own ? Long.MAX_VALUE : before.cost() + own;
            return new Step(cost, before.backups() + 1, backup);
        }

        long storedBytes() {
            return cost == Long.MAX_VALUE ? cost : cost - backups;
        }
    }

    /**
     * The shortest ways from a start to everywhere. A package brings the snapshots it passes, but leaves its target
     * at its end: no chain goes on from one that is only passed.
     */
    private record Paths(long start, Map<Long, Step> ends, Map<Long, Step> passed) {

        boolean endsAt(long guid) {
            return guid == start || ends.containsKey(guid);
        }

        boolean reaches(long guid) {
            return endsAt(guid) || passed.containsKey(guid);
        }

        /** The last step of the cheapest way; empty at the start, and where no way leads. */
        Optional<Step> last(long guid) {
            Step ending = ends.get(guid);
            Step passing = guid == start ? null : passed.get(guid);
            boolean passingIsCheaper = passing != null && (ending == null || passing.cost() < ending.cost());
            return Optional.ofNullable(passingIsCheaper ? passing : ending);
        }

        Optional<List<StoredBackup>> to(long guid) {
            if (!reaches(guid)) {
                return Optional.empty();
            }
            LinkedList<StoredBackup> chain = new LinkedList<>();
            Step next = last(guid).orElse(null);
            while (next != null) {
                chain.addFirst(next.backup());
                next = ends.get(from(next.backup()));
            }
            return Optional.of(List.copyOf(chain));
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.stream.Stream;

/**
 * Why snapshots can't be restored: which bases their chains lack. A missing base is told to all that builds on it, and
 * no snapshot is told more than a few, so that all reasons together take time in proportion to the number of backups.
 */
final class MissingLinks {

    /** How many missing bases a reason names. */
    private static final int NAMED = 3;

    private final Map<Long, List<String>> named = new HashMap<>();
    private final Set<Long> more = new HashSet<>();
    private final Set<Long> led = new HashSet<>();
    private final Map<Long, Nearest> nearest = new HashMap<>();
    private Optional<SnapshotId> newest = Optional.empty();

    /** What can be restored instead. */
    private record Nearest(Optional<SnapshotId> before, Optional<SnapshotId> after) {}

    /**
     * @param backups all that is stored of the dataset
     * @param snapshots all that the backups lead to, oldest first
     * @param restorable says of a guid whether that snapshot can be restored
     */
    MissingLinks(List<StoredBackup> backups, List<SnapshotId> snapshots, LongPredicate restorable) {
        Set<Long> ends = new HashSet<>();
        Map<Long, List<StoredBackup>> leadingFrom = new HashMap<>();
        for (StoredBackup backup : backups) {
            ends.add(backup.snapshot().guid());
            targets(backup).forEach(led::add);
            backup.base()
                    .ifPresent(base -> leadingFrom
                            .computeIfAbsent(base.guid(), key -> new ArrayList<>())
                            .add(backup));
        }
        backups.stream()
                .filter(backup -> backup.base().isPresent()
                        && !ends.contains(backup.base().get().guid()))
                .sorted(Comparator.comparing(MissingLinks::link))
                .forEach(backup -> tell(link(backup), backup, leadingFrom));
        findNearest(snapshots, restorable);
    }

    private static String link(StoredBackup backup) {
        return "@" + backup.base().orElseThrow().name() + " (the base of " + backup.id() + ")";
    }

    private static Stream<Long> targets(StoredBackup backup) {
        return Stream.concat(Stream.of(backup.snapshot()), backup.between().stream())
                .map(SnapshotId::guid);
    }

    private void tell(String link, StoredBackup first, Map<Long, List<StoredBackup>> leadingFrom) {
        Deque<StoredBackup> next = new ArrayDeque<>(List.of(first));
        while (!next.isEmpty()) {
            StoredBackup backup = next.remove();
            targets(backup).forEach(guid -> {
                // Whoever was told goes on to tell what builds on it; a circle comes back to somebody who knows.
                if (add(guid, link) && guid == backup.snapshot().guid()) {
                    next.addAll(leadingFrom.getOrDefault(guid, List.of()));
                }
            });
        }
    }

    private boolean add(long guid, String link) {
        List<String> links = named.computeIfAbsent(guid, key -> new ArrayList<>(NAMED));
        if (links.contains(link)) {
            return false;
        }
        if (links.size() < NAMED) {
            return links.add(link);
        }
        return more.add(guid);
    }

    private void findNearest(List<SnapshotId> snapshots, LongPredicate restorable) {
        Map<Long, Optional<SnapshotId>> before = new HashMap<>();
        Optional<SnapshotId> last = Optional.empty();
        for (SnapshotId id : snapshots) {
            before.put(id.guid(), last);
            last = restorable.test(id.guid()) ? Optional.of(id) : last;
        }
        newest = last;
        Optional<SnapshotId> next = Optional.empty();
        for (int i = snapshots.size() - 1; i >= 0; i--) {
            SnapshotId id = snapshots.get(i);
            nearest.put(id.guid(), new Nearest(before.get(id.guid()), next));
            next = restorable.test(id.guid()) ? Optional.of(id) : next;
        }
    }

    /** The reason for one snapshot that can't be restored, and the nearest that can. */
    String of(long guid) {
        return link(guid) + nearest(nearest.getOrDefault(guid, new Nearest(newest, Optional.empty())));
    }

    /** The reason alone. */
    String link(long guid) {
        if (!led.contains(guid)) {
            return "no backup leads to it";
        }
        List<String> links = named.getOrDefault(guid, List.of());
        return links.isEmpty()
                ? "the backups that lead to it build on each other in a circle"
                : "its chain needs " + String.join(" or ", links) + (more.contains(guid) ? " or others" : "")
                        + ", to which no backup leads that could be used";
    }

    private static String nearest(Nearest nearest) {
        String before = nearest.before().map(id -> "@" + id.name() + " before").orElse("");
        String after = nearest.after().map(id -> "@" + id.name() + " after").orElse("");
        if (before.isEmpty() && after.isEmpty()) {
            return "; no other snapshot of this dataset can be restored either";
        }
        String both = before.isEmpty() || after.isEmpty() ? "" : " and ";
        return "; the nearest that can be restored: " + before + both + after;
    }
}

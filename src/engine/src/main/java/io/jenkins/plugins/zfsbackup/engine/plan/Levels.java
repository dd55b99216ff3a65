package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One full backup, then incremental ones in levels: a period's first snapshot builds on the newest earlier one that began
 * a period at least as long. So a restore goes month by month, then week by week, then day by day.
 *
 * @param periods from the longest to the shortest, at least one
 */
public record Levels(List<Period> periods) implements Policy {

    public Levels {
        periods = List.copyOf(periods);
        if (periods.isEmpty() || !periods.equals(periods.stream().sorted().distinct().toList())) {
            throw new IllegalArgumentException("periods go from the longest to the shortest, each once");
        }
    }

    @Override
    public SendPlan plan(Source source, List<StoredBackup> stored) {
        RestorePaths paths = new RestorePaths(stored);
        List<String> notes = new ArrayList<>();
        List<Base> bases = Common.all(source, paths);
        List<SnapshotId> timeline = Timeline.of(source, paths);
        Map<Long, Integer> levels = levels(timeline);
        Optional<Base> newest = Common.newest(source, paths, notes);
        List<SendStep> steps = new ArrayList<>();
        for (SnapshotId snapshot : Common.newerThan(source, newest)) {
            Optional<Base> base = base(snapshot, bases, timeline, levels, notes);
            steps.add(base.map(b -> SendStep.incremental(b, snapshot)).orElseGet(() -> SendStep.full(snapshot)));
            bases.add(Base.snapshot(snapshot));
        }
        return SendPlan.of(steps, notes, stored);
    }

    private static Optional<Base> base(
            SnapshotId snapshot,
            List<Base> bases,
            List<SnapshotId> timeline,
            Map<Long, Integer> levels,
            List<String> notes) {
        int level = levels.get(snapshot.guid());
        Optional<SnapshotId> meant = timeline.stream()
                .filter(id -> Source.order().compare(id, snapshot) < 0 && levels.get(id.guid()) <= level)
                .reduce((older, newer) -> newer);
        if (meant.isEmpty()) {
            return Optional.empty();
        }
        // The one that is meant, or the nearest older one that both sides still have.
        Optional<Base> base = bases.stream()
                .filter(each -> Source.order().compare(each.id(), meant.get()) <= 0)
                .reduce((older, newer) -> newer);
        if (base.isEmpty() || base.get().id().guid() != meant.get().guid()) {
            notes.add("@" + snapshot.name() + " should build on @" + meant.get().name() + ", which both sides don't have any more; "
                    + base.map(b -> "it builds on @" + b.id().name()).orElse("it is a full backup"));
        }
        return base;
    }

    /** For each snapshot the index of the longest period that it begins; as many as there are periods if it begins none. */
    private Map<Long, Integer> levels(List<SnapshotId> timeline) {
        Map<Long, Integer> levels = new HashMap<>();
        timeline.forEach(snapshot -> levels.put(snapshot.guid(), periods.size()));
        for (int level = periods.size() - 1; level >= 0; level--) {
            int coarse = level;
            Firsts.of(timeline, periods.get(level)::start).forEach(first -> levels.put(first.guid(), coarse));
        }
        return levels;
    }

    @Override
    public Set<Long> futureBases(List<StoredBackup> stored) {
        RestorePaths paths = new RestorePaths(stored);
        List<SnapshotId> timeline = paths.snapshots();
        Map<Long, Integer> levels = levels(timeline);
        Set<Long> guids = new HashSet<>(Common.newestStored(paths));
        for (int level = 0; level < periods.size(); level++) {
            int coarse = level;
            timeline.stream()
                    .filter(id -> levels.get(id.guid()) <= coarse)
                    .reduce((older, newer) -> newer)
                    .ifPresent(id -> guids.add(id.guid()));
        }
        return guids;
    }
}

package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One full backup, then incremental ones in levels: a period's first snapshot builds on the newest earlier one that
 * began a period at least as long. So a restore goes month by month, then week by week, then day by day.
 *
 * @param periods from the longest to the shortest, at least one
 */
public record Levels(List<Period> periods) implements Policy {

    public Levels {
        periods = List.copyOf(periods);
        if (periods.isEmpty()
                || !periods.equals(periods.stream().sorted().distinct().toList())) {
            throw new IllegalArgumentException("periods go from the longest to the shortest, each once");
        }
    }

    @Override
    public SendPlan plan(Source source, List<StoredBackup> stored) {
        RestorePaths paths = new RestorePaths(stored);
        List<String> notes = new ArrayList<>();
        List<Base> bases = CommonBases.all(source, paths);
        Map<Long, SnapshotId> meant = meant(Timeline.of(source, paths));
        Optional<Base> newest = CommonBases.newest(source, paths, notes);
        List<SendStep> steps = new ArrayList<>();
        for (SnapshotId snapshot : CommonBases.newerThan(source, newest)) {
            Optional<Base> base = Optional.ofNullable(meant.get(snapshot.guid()))
                    .flatMap(wanted -> base(snapshot, wanted, bases, notes));
            steps.add(base.map(b -> SendStep.incremental(b, snapshot)).orElseGet(() -> SendStep.full(snapshot)));
            bases.add(Base.snapshot(snapshot));
        }
        return SendPlan.of(steps, notes, stored);
    }

    /** The one that is meant, or the nearest older one that both sides still have. */
    private static Optional<Base> base(SnapshotId snapshot, SnapshotId meant, List<Base> bases, List<String> notes) {
        Optional<Base> base = CommonBases.upTo(bases, meant);
        if (base.isEmpty() || base.get().id().guid() != meant.guid()) {
            notes.add("@" + snapshot.name() + " should build on @" + meant.name()
                    + ", which both sides don't have any more; "
                    + base.map(b -> "it builds on @" + b.id().name()).orElse("it is a full backup"));
        }
        return base;
    }

    /** For each snapshot the newest older one that began a period at least as long; none for those that have none. */
    private Map<Long, SnapshotId> meant(List<SnapshotId> timeline) {
        Map<Long, Integer> levels = levels(timeline);
        Map<Long, SnapshotId> meant = new HashMap<>();
        // For each level the newest snapshot so far that began a period at least as long.
        List<SnapshotId> newest = new ArrayList<>(Collections.nCopies(periods.size() + 1, null));
        int counted = 0;
        for (SnapshotId snapshot : timeline) {
            // What was made in the same transaction is not older.
            while (Source.order().compare(timeline.get(counted), snapshot) < 0) {
                SnapshotId older = timeline.get(counted);
                Collections.fill(newest.subList(levels.get(older.guid()), newest.size()), older);
                counted++;
            }
            SnapshotId wanted = newest.get(levels.get(snapshot.guid()));
            if (wanted != null) {
                meant.put(snapshot.guid(), wanted);
            }
        }
        return meant;
    }

    /**
     * For each snapshot the index of the longest period that it begins; as many as there are periods if it begins none.
     */
    private Map<Long, Integer> levels(List<SnapshotId> timeline) {
        Map<Long, Integer> levels = new HashMap<>();
        timeline.forEach(snapshot -> levels.put(snapshot.guid(), periods.size()));
        for (int level = periods.size() - 1; level >= 0; level--) {
            int coarse = level;
            PeriodStarts.of(timeline, periods.get(level)::start).forEach(first -> levels.put(first.guid(), coarse));
        }
        return levels;
    }

    @Override
    public FutureBases bases(List<StoredBackup> stored) {
        return FutureBases.firsts(
                periods.stream()
                        .<Function<SnapshotId, LocalDateTime>>map(period -> period::start)
                        .toList(),
                stored);
    }
}

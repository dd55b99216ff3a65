package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.protocol.KeepRule;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which of many snapshots to keep: what any rule keeps stays, and the newest always. Of a period it is the first one
 * that stays, because that is what the policies build on.
 *
 * @param last so many of the newest
 * @param periods the first one of each of so many of the newest periods that have any
 * @param within all that are younger than the newest by no more than this
 */
public record KeepRules(int last, Map<Period, Integer> periods, Optional<Duration> within) {

    private static final Map<String, Period> PERIODS = Map.of(
            "hourly", Period.HOUR,
            "daily", Period.DAY,
            "weekly", Period.WEEK,
            "monthly", Period.MONTH,
            "yearly", Period.YEAR);

    public KeepRules {
        periods = Map.copyOf(periods);
        if (last <= 0 && periods.isEmpty() && within.isEmpty()) {
            throw new IllegalArgumentException("no rule at all would keep nothing");
        }
    }

    /**
     * Reads {@code last=7,daily=14,weekly=8,monthly=12,yearly=5,within=30d}, each at most once; also {@code hourly},
     * and {@code h} and {@code w} for hours and weeks.
     *
     * @throws UsageException if it is anything else
     */
    public static KeepRules parse(String text) throws UsageException {
        int last = 0;
        Map<Period, Integer> periods = new EnumMap<>(Period.class);
        Optional<Duration> within = Optional.empty();
        for (KeepRule rule : rules(text)) {
            if (rule.name().equals(KeepRule.WITHIN)) {
                within = Optional.of(duration(rule.count(), rule.unit()));
            } else if (PERIODS.containsKey(rule.name())) {
                periods.put(PERIODS.get(rule.name()), rule.count());
            } else {
                last = rule.count();
            }
        }
        return new KeepRules(last, periods, within);
    }

    private static List<KeepRule> rules(String text) throws UsageException {
        try {
            return KeepRule.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    "reading what to keep, " + text,
                    Reason.of(e),
                    "Write e.g. last=7,daily=14,weekly=8,monthly=12,yearly=5,within=30d; hourly is there too.");
        }
    }

    private static Duration duration(int count, String unit) {
        return switch (unit) {
            case "h" -> Duration.ofHours(count);
            case "d" -> Duration.ofDays(count);
            default -> Duration.ofDays(7L * count);
        };
    }

    /**
     * Those that no rule keeps, oldest first.
     *
     * @param snapshots of one dataset, in any order
     */
    public List<SnapshotId> expired(List<SnapshotId> snapshots) {
        List<SnapshotId> timeline = snapshots.stream().sorted(Source.order()).toList();
        Set<SnapshotId> kept = new HashSet<>(newest(timeline, Math.max(1, last)));
        periods.forEach((period, count) -> kept.addAll(newest(PeriodStarts.of(timeline, period::start), count)));
        if (within.isPresent() && !timeline.isEmpty()) {
            // Not from now on: a notebook that was off for a month has lost nothing by that.
            Instant from = timeline.get(timeline.size() - 1).created().minus(within.get());
            timeline.stream().filter(id -> !id.created().isBefore(from)).forEach(kept::add);
        }
        return timeline.stream().filter(id -> !kept.contains(id)).toList();
    }

    private static List<SnapshotId> newest(List<SnapshotId> timeline, int count) {
        return timeline.subList(Math.max(0, timeline.size() - count), timeline.size());
    }
}

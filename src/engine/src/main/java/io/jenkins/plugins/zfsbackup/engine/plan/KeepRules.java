package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which of many snapshots to keep: what any rule keeps stays, and the newest always. Of a period it is the first one
 * that stays, because that is what the policies build on.
 *
 * @param last so many of the newest
 * @param periods the first one of each of so many of the newest periods that have any
 * @param within all that are younger than the newest by no more than this
 */
public record KeepRules(int last, Map<Period, Integer> periods, Optional<Duration> within) {

    private static final Pattern COUNT = Pattern.compile("(last|hourly|daily|weekly|monthly|yearly)=([1-9]\\d{0,5})");
    private static final Pattern WITHIN = Pattern.compile("within=([1-9]\\d{0,5})([hdw])");
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
        Set<String> names = new HashSet<>();
        for (String rule : text.toLowerCase(Locale.ROOT).split(",", -1)) {
            Matcher count = COUNT.matcher(rule.strip());
            Matcher age = WITHIN.matcher(rule.strip());
            if (!names.add(rule.strip().split("=", 2)[0])) {
                throw wrong(text, rule.strip() + " is there twice");
            }
            if (count.matches() && count.group(1).equals("last")) {
                last = Integer.parseInt(count.group(2));
            } else if (count.matches()) {
                periods.put(PERIODS.get(count.group(1)), Integer.valueOf(count.group(2)));
            } else if (age.matches()) {
                within = Optional.of(duration(Integer.parseInt(age.group(1)), age.group(2)));
            } else {
                throw wrong(text, "'" + rule.strip() + "' is no rule");
            }
        }
        return new KeepRules(last, periods, within);
    }

    private static Duration duration(int count, String unit) {
        return switch (unit) {
            case "h" -> Duration.ofHours(count);
            case "d" -> Duration.ofDays(count);
            default -> Duration.ofDays(7L * count);
        };
    }

    private static UsageException wrong(String text, String said) {
        return new UsageException(
                "reading what to keep, " + text,
                said,
                "Write e.g. last=7,daily=14,weekly=8,monthly=12,yearly=5,within=30d; hourly is there too.");
    }

    /**
     * Those that no rule keeps, oldest first.
     *
     * @param snapshots of one dataset, in any order
     */
    public List<SnapshotId> expired(List<SnapshotId> snapshots) {
        List<SnapshotId> timeline = snapshots.stream().sorted(Source.order()).toList();
        Set<SnapshotId> kept = new HashSet<>(newest(timeline, Math.max(1, last)));
        periods.forEach((period, count) -> kept.addAll(newest(Firsts.of(timeline, period::start), count)));
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

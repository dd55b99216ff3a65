package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Every snapshot, within a month from the one before. A month's first snapshot as a full backup, and also from the
 * first one of the last month that had any: so that older full backups and dailies can be deleted, and the history that
 * stays has a snapshot for each month.
 *
 * @param byName take the month from the date in a snapshot's name, where there is one, instead of its creation
 */
public record Monthly(boolean byName) implements Policy {

    private static final Pattern DATE =
            Pattern.compile("(?<!\\d)(\\d{4})(-?)(0[1-9]|1[0-2])\\2(0[1-9]|[12]\\d|3[01])(?!\\d)");

    @Override
    public SendPlan plan(Source source, List<StoredBackup> stored) {
        RestorePaths paths = new RestorePaths(stored);
        List<String> notes = new ArrayList<>();
        List<Base> bases = CommonBases.all(source, paths);
        List<SnapshotId> firsts = firsts(Timeline.of(source, paths));
        Set<SnapshotId> isFirst = Set.copyOf(firsts);
        Optional<Base> newest = CommonBases.newest(source, paths, notes);
        List<SendStep> steps = new ArrayList<>();
        newest.filter(base -> base.bookmark().isEmpty())
                .filter(base -> isHalfStored(base.id(), stored))
                .ifPresent(base -> bridge(base.id(), bases, firsts, steps, notes));
        for (SnapshotId snapshot : CommonBases.newerThan(source, newest)) {
            Optional<Base> before = CommonBases.last(bases);
            if (before.isEmpty() || isFirst.contains(snapshot)) {
                steps.add(SendStep.full(snapshot));
                bridge(snapshot, bases, firsts, steps, notes);
            } else {
                steps.add(SendStep.incremental(before.get(), snapshot));
            }
            bases.add(Base.snapshot(snapshot));
        }
        return SendPlan.of(steps, notes, stored);
    }

    /** A run may have ended between a month's full backup and the incremental one beside it. */
    private static boolean isHalfStored(SnapshotId snapshot, List<StoredBackup> stored) {
        List<StoredBackup> leadingThere = stored.stream()
                .filter(each -> each.snapshot().guid() == snapshot.guid())
                .toList();
        return !leadingThere.isEmpty() && leadingThere.stream().allMatch(each -> each.kind() == Kind.FULL);
    }

    /** The incremental stream from the first snapshot of the last month that had any. */
    private void bridge(
            SnapshotId snapshot, List<Base> bases, List<SnapshotId> firsts, List<SendStep> steps, List<String> notes) {
        Optional<SnapshotId> meant = lastMonthsFirst(snapshot, firsts);
        if (meant.isEmpty()) {
            return;
        }
        Optional<Base> base = CommonBases.upTo(bases, meant.get());
        if (base.isEmpty() || base.get().id().guid() != meant.get().guid()) {
            notes.add("@" + snapshot.name() + " should also be stored from @"
                    + meant.get().name()
                    + ", which both sides don't have any more; "
                    + base.map(b -> "it is stored from @" + b.id().name()).orElse("the full backup stands alone"));
        }
        base.ifPresent(b -> steps.add(SendStep.incremental(b, snapshot)));
    }

    private Optional<SnapshotId> lastMonthsFirst(SnapshotId snapshot, List<SnapshotId> firsts) {
        List<SnapshotId> older =
                CommonBases.beginning(firsts, id -> Source.order().compare(id, snapshot) < 0);
        // No two of them begin the same month.
        boolean own = CommonBases.last(older)
                .filter(id -> month(id).equals(month(snapshot)))
                .isPresent();
        return CommonBases.last(own ? older.subList(0, older.size() - 1) : older);
    }

    private List<SnapshotId> firsts(List<SnapshotId> timeline) {
        return PeriodStarts.of(timeline, this::month);
    }

    private YearMonth month(SnapshotId snapshot) {
        Matcher date = DATE.matcher(snapshot.name());
        return byName && date.find()
                ? YearMonth.of(Integer.parseInt(date.group(1)), Integer.parseInt(date.group(3)))
                : YearMonth.from(Period.MONTH.start(snapshot));
    }

    @Override
    public FutureBases bases(List<StoredBackup> stored) {
        return FutureBases.firsts(List.<Function<SnapshotId, YearMonth>>of(this::month), stored);
    }
}

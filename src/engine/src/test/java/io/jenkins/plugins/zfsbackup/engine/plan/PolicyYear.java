package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a policy makes of a year: plans each night as the engine would, and counts what that stores and what a restore
 * takes.
 */
final class PolicyYear {

    static final int DAYS = 365;
    private static final Instant BEGIN = Instant.parse("2025-01-01T00:00:00Z");
    private static final long MIB_PER_GIB = 1024;

    /**
     * A dataset whose files are rewritten in place. A part of it, the hot one, takes most of the writing, at spots that
     * come by chance: so the same block is often written twice, and an incremental stream has it once.
     *
     * @param hot GiB of the hot part
     * @param hotPerDay GiB that are written to it in a day
     * @param cold GiB of the rest
     * @param coldPerDay GiB that are written to that in a day
     */
    record Model(double hot, double hotPerDay, double cold, double coldPerDay) {

        static final Model OF_THE_PAGE = new Model(5, 0.8, 95, 0.2);

        double full() {
            return hot + cold;
        }

        /** GiB of a stream over a time: the blocks that are expected to be hit at least once. */
        double incremental(Duration time) {
            double days = time.toMinutes() / (24.0 * 60);
            return hit(hot, hotPerDay * days) + hit(cold, coldPerDay * days);
        }

        private static double hit(double size, double written) {
            return size * (1 - Math.exp(-written / size));
        }
    }

    /** How often snapshots are taken, and which of their backups are kept in the long run. */
    enum Schedule {
        DAILY(24, "daily=30,monthly=12"),
        HOURLY(1, "hourly=48,daily=30,monthly=12");

        private final int hours;
        final String keep;

        Schedule(int hours, String keep) {
            this.hours = hours;
            this.keep = keep;
        }
    }

    /**
     * What came out.
     *
     * @param backups how many are stored after the year, and of how many GiB
     * @param thinned how many are left with the schedule's rules, and of how many GiB
     * @param meanFiles backups that a restore needs, over all snapshots
     * @param mostFiles the most that any needs
     * @param mostGib the most that any reads
     */
    record Figures(
            int backups, double gib, int thinned, double thinnedGib, double meanFiles, int mostFiles, double mostGib) {}

    private final Model model;
    private final Policy policy;
    private final Schedule schedule;

    PolicyYear(Model model, Policy policy, Schedule schedule) {
        this.model = model;
        this.policy = policy;
        this.schedule = schedule;
    }

    Figures run() throws Exception {
        List<StoredBackup> stored = List.of();
        List<SnapshotId> here = new ArrayList<>();
        for (int hour = 0; hour < DAYS * 24; hour += schedule.hours) {
            here.add(new SnapshotId("s" + hour, 1000 + hour, 1000 + hour, BEGIN.plus(Duration.ofHours(hour))));
            if ((hour + schedule.hours) % 24 == 0) {
                SendPlan plan = policy.plan(new Source(here, List.of()), stored);
                stored = Stream.concat(
                                stored.stream(), plan.after(List.of()).stream().map(this::sized))
                        .toList();
                // What a later run can't need any more, as if it had expired.
                Set<Long> bases = policy.futureBases(stored);
                here.removeIf(id -> !bases.contains(id.guid()));
            }
        }
        return figures(stored);
    }

    /** A package holds a stream for each snapshot. */
    private StoredBackup sized(StoredBackup backup) {
        double gib = model.full();
        if (backup.base().isPresent()) {
            gib = 0;
            SnapshotId from = backup.base().get();
            List<SnapshotId> ends = new ArrayList<>(backup.between());
            ends.add(backup.snapshot());
            for (SnapshotId to : ends) {
                gib += model.incremental(Duration.between(from.created(), to.created()));
                from = to;
            }
        }
        long mib = Math.round(gib * MIB_PER_GIB);
        return new StoredBackup(
                backup.id(), backup.kind(), backup.snapshot(), backup.base(), backup.between(), mib, mib, 1);
    }

    private Figures figures(List<StoredBackup> stored) throws Exception {
        RestorePaths paths = new RestorePaths(stored);
        List<SnapshotId> points = paths.snapshots();
        long files = 0;
        int most = 0;
        long mostMib = 0;
        for (SnapshotId point : points) {
            List<StoredBackup> chain = paths.chain(point.guid()).orElseThrow();
            files += chain.size();
            most = Math.max(most, chain.size());
            mostMib = Math.max(mostMib, mib(chain));
        }
        List<StoredBackup> thinned = thinned(stored, points);
        return new Figures(
                stored.size(),
                gib(mib(stored)),
                thinned.size(),
                gib(mib(thinned)),
                (double) files / points.size(),
                most,
                gib(mostMib));
    }

    private static long mib(List<StoredBackup> backups) {
        return backups.stream().mapToLong(StoredBackup::storedBytes).sum();
    }

    private static double gib(long mib) {
        return (double) mib / MIB_PER_GIB;
    }

    /**
     * What is left when all goes that no kept restore point needs, beginning with the largest that there is another way
     * around.
     */
    private List<StoredBackup> thinned(List<StoredBackup> stored, List<SnapshotId> points) throws Exception {
        Set<Long> kept = points.stream().map(SnapshotId::guid).collect(Collectors.toSet());
        KeepRules.parse(schedule.keep).expired(points).forEach(id -> kept.remove(id.guid()));
        List<StoredBackup> rest = leadingTo(kept, stored);
        Map<Long, Long> ways = stored.stream()
                .collect(Collectors.groupingBy(backup -> backup.snapshot().guid(), Collectors.counting()));
        List<StoredBackup> largestFirst = rest.stream()
                .filter(backup -> ways.get(backup.snapshot().guid()) > 1)
                .sorted(Comparator.comparing(StoredBackup::storedBytes).reversed())
                .toList();
        for (StoredBackup backup : largestFirst) {
            List<StoredBackup> without =
                    rest.stream().filter(each -> each != backup).toList();
            RestorePaths paths = new RestorePaths(without);
            if (kept.stream().allMatch(guid -> paths.restorable(guid).isPresent())) {
                rest = leadingTo(kept, without);
            }
        }
        return rest;
    }

    private static List<StoredBackup> leadingTo(Set<Long> kept, List<StoredBackup> backups) {
        Set<Long> needed = new HashSet<>(kept);
        LinkedList<StoredBackup> leading = new LinkedList<>();
        List<StoredBackup> newestFirst = backups.stream()
                .sorted(Comparator.comparing(StoredBackup::snapshot, Source.order())
                        .reversed())
                .toList();
        for (StoredBackup backup : newestFirst) {
            boolean wanted = needed.contains(backup.snapshot().guid())
                    || backup.between().stream().anyMatch(id -> needed.contains(id.guid()));
            if (wanted) {
                leading.addFirst(backup);
                backup.base().ifPresent(base -> needed.add(base.guid()));
            }
        }
        return List.copyOf(leading);
    }
}

package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The stored snapshots that later streams will start from: the newest that can be restored, and what the policy builds
 * on beyond that. Kept up to date while a run stores one backup after the other, each in a time that does not grow with
 * what is stored.
 */
public final class FutureBases {

    /** As many periods as a policy tells apart, from the longest to the shortest. */
    private final Supplier<List<PeriodStarts<?>>> periods;

    private final Reach reach = new Reach();
    /** In the order in which they came, which counts among those made in the same transaction. */
    private final Map<Long, SnapshotId> snapshots = new LinkedHashMap<>();

    private List<PeriodStarts<?>> firsts;
    /** The newest snapshot that began each of the periods, as long as {@code behind} is empty. */
    private List<Optional<SnapshotId>> newestFirsts;
    /** The newest of all snapshots that are counted in {@code firsts}. */
    private Optional<SnapshotId> last = Optional.empty();

    private FutureBases(Supplier<List<PeriodStarts<?>>> periods, List<StoredBackup> stored) {
        this.periods = periods;
        stored.stream()
                .sorted(Comparator.comparing(StoredBackup::snapshot, Source.order()))
                .forEach(this::know);
        count();
    }

    /** Only the newest. */
    static FutureBases newest(List<StoredBackup> stored) {
        return new FutureBases(List::of, stored);
    }

    /**
     * The newest, and of each period the newest snapshot that began it or a longer one.
     *
     * @param periods from the longest to the shortest: what all snapshots of one stretch of that period have in common
     */
    static <T extends Comparable<? super T>> FutureBases firsts(
            List<Function<SnapshotId, T>> periods, List<StoredBackup> stored) {
        return new FutureBases(
                () -> periods.stream().<PeriodStarts<?>>map(PeriodStarts::new).toList(), stored);
    }

    /** Says that a backup was stored. */
    public void add(StoredBackup backup) {
        Optional<SnapshotId> before = last;
        List<SnapshotId> fresh = know(backup);
        fresh.sort(Source.order());
        boolean ahead = fresh.isEmpty() || before.isEmpty() || Source.order().compare(before.get(), fresh.get(0)) < 0;
        if (ahead) {
            fresh.forEach(this::count);
        } else {
            count();
        }
    }

    /** The snapshots of a backup that were not known before. */
    private List<SnapshotId> know(StoredBackup backup) {
        reach.add(backup);
        List<SnapshotId> fresh = new ArrayList<>();
        for (SnapshotId id : Reach.leadsTo(backup)) {
            if (snapshots.putIfAbsent(id.guid(), id) == null) {
                fresh.add(id);
            }
        }
        // Its own backup knows a snapshot better than a package that passes it.
        snapshots.put(backup.snapshot().guid(), backup.snapshot());
        return fresh;
    }

    private void count() {
        firsts = periods.get();
        newestFirsts = new ArrayList<>(
                firsts.stream().map(each -> Optional.<SnapshotId>empty()).toList());
        last = Optional.empty();
        snapshots.values().stream().sorted(Source.order()).forEach(this::count);
    }

    private void count(SnapshotId snapshot) {
        for (int i = 0; i < firsts.size(); i++) {
            if (firsts.get(i).begins(snapshot)) {
                newestFirsts.set(i, Optional.of(snapshot));
            }
        }
        last = Optional.of(snapshot);
    }

    /** Their guids. */
    public Set<Long> guids() {
        Set<Long> guids = new HashSet<>();
        reach.newest().ifPresent(id -> guids.add(id.guid()));
        Optional<SnapshotId> newest = Optional.empty();
        for (Optional<SnapshotId> first : newestFirsts) {
            if (first.isPresent() && (newest.isEmpty() || Source.order().compare(newest.get(), first.get()) < 0)) {
                newest = first;
            }
            newest.ifPresent(id -> guids.add(id.guid()));
        }
        return guids;
    }
}

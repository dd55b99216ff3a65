package io.jenkins.plugins.zfsbackup.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Planning and searching take time in proportion to what there is: a snapshot an hour makes ten thousand in fourteen
 * months. Twice as many are tried, each in a time that suffices a hundredfold; what grows with the square takes
 * minutes.
 */
class LongHistoryTest {

    private static final int HISTORY = 20_000;
    private static final Duration ENOUGH = Duration.ofSeconds(15);
    private static final List<SnapshotId> SNAPSHOTS = IntStream.range(0, HISTORY)
            .mapToObj(i -> new SnapshotId(
                    "hourly-" + i,
                    1_000_000L + i,
                    10L + i,
                    Instant.parse("2019-01-01T00:30:00Z").plus(Duration.ofHours(i))))
            .toList();

    static List<Policy> policies() {
        return EveryPlanTest.policies();
    }

    private static StoredBackup full(int to) {
        return new StoredBackup(to + ".full", Kind.FULL, SNAPSHOTS.get(to), Optional.empty(), List.of(), 100, 100, 1);
    }

    private static StoredBackup incremental(int from, int to) {
        return new StoredBackup(
                to + ".from." + from,
                Kind.INCREMENTAL,
                SNAPSHOTS.get(to),
                Optional.of(SNAPSHOTS.get(from)),
                List.of(),
                10,
                10,
                1);
    }

    /** Each snapshot from the one before it; without the first one, which is full. */
    private static List<StoredBackup> incrementals() {
        return IntStream.range(1, HISTORY).mapToObj(i -> incremental(i - 1, i)).toList();
    }

    private static List<StoredBackup> chain() {
        List<StoredBackup> chain = new ArrayList<>(incrementals());
        chain.add(full(0));
        return chain;
    }

    private static Source withBookmarks() {
        return new Source(
                List.of(),
                SNAPSHOTS.stream()
                        .map(id -> new Bookmarked("mark-" + id.name(), id))
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("policies")
    void theFirstPlanForALongHistoryIsQuick(Policy policy) {
        Source source = new Source(SNAPSHOTS, List.of());

        SendPlan plan = assertTimeoutPreemptively(ENOUGH, () -> policy.plan(source, List.of()));

        assertThat(plan.steps()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("policies")
    void aPlanOnALongHistoryIsQuick(Policy policy) {
        Source source = new Source(SNAPSHOTS, withBookmarks().bookmarks());
        List<StoredBackup> stored = chain();

        assertTimeoutPreemptively(ENOUGH, () -> {
            policy.plan(source, stored);
            policy.plan(withBookmarks(), stored);
            policy.plan(source, stored.subList(0, HISTORY / 2));
        });
    }

    @ParameterizedTest
    @MethodSource("policies")
    void whatLaterStreamsStartFromIsKnownQuicklyAfterEachBackup(Policy policy) {
        FutureBases bases = policy.bases(List.of());

        assertTimeoutPreemptively(ENOUGH, () -> {
            bases.add(full(0));
            for (StoredBackup backup : incrementals()) {
                bases.add(backup);
                assertThat(bases.guids()).contains(backup.snapshot().guid());
            }
        });

        assertThat(bases.guids()).isEqualTo(policy.futureBases(chain()));
    }

    @Test
    void whatExpiresOfALongHistoryIsFoundQuickly() {
        Set<Long> own = new HashSet<>(SNAPSHOTS.stream().map(SnapshotId::guid).toList());
        List<StoredBackup> stored = chain();
        Source source = new Source(SNAPSHOTS, List.of());

        List<SnapshotId> expired = assertTimeoutPreemptively(
                ENOUGH,
                () -> new SnapshotRetention(new KeepRules(48, java.util.Map.of(), Optional.empty()), new Forever(false))
                        .expired(source, own, stored));

        assertThat(expired).hasSize(HISTORY - 48);
    }

    @Test
    void everyRestorePointOfALongChainTellsItsWayQuickly() {
        RestorePaths paths = new RestorePaths(chain());

        assertTimeoutPreemptively(ENOUGH, () -> {
            for (int i = 0; i < HISTORY; i++) {
                RestorePaths.Way way = paths.way(SNAPSHOTS.get(i).guid()).orElseThrow();
                assertThat(way.backups()).isEqualTo(i + 1);
                assertThat(way.storedBytes()).isEqualTo(100 + 10L * i);
            }
        });
        assertThat(paths.chain(SNAPSHOTS.get(HISTORY - 1).guid()).orElseThrow()).hasSize(HISTORY);
    }

    @Test
    void everyRestorePointOfALongBrokenChainTellsItsReasonQuickly() {
        List<StoredBackup> broken = new ArrayList<>(incrementals());
        broken.remove(HISTORY / 2);
        RestorePaths paths = new RestorePaths(broken);

        assertTimeoutPreemptively(ENOUGH, () -> {
            for (SnapshotId id : SNAPSHOTS.subList(1, HISTORY)) {
                paths.whyNot(id.guid());
            }
        });
        assertThat(paths.whyNot(SNAPSHOTS.get(HISTORY - 1).guid()))
                .startsWith("its chain needs @hourly-" + (HISTORY / 2 + 1) + " (the base of " + (HISTORY / 2 + 2)
                        + ".from.");
    }

    @Test
    void aSnapshotWithManyBrokenWaysNamesSomeOfThem() {
        List<StoredBackup> ways = IntStream.range(0, HISTORY - 2)
                .mapToObj(i -> incremental(i, HISTORY - 2))
                .collect(java.util.stream.Collectors.toCollection(ArrayList::new));
        ways.add(incremental(HISTORY - 2, HISTORY - 1));
        RestorePaths paths = new RestorePaths(ways);

        String why = assertTimeoutPreemptively(
                ENOUGH, () -> paths.whyNot(SNAPSHOTS.get(HISTORY - 1).guid()));

        assertThat(why)
                .startsWith("its chain needs @hourly-")
                .contains(" or others")
                .hasSizeLessThan(400);
    }
}

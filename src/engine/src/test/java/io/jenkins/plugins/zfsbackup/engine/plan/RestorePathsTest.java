package io.jenkins.plugins.zfsbackup.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RestorePathsTest {

    private final Timelines t = new Timelines("a a' b b' c d e");

    private String chain(String stored, String wanted) {
        return text(new RestorePaths(t.stored(stored)).chain(t.id(wanted).guid()));
    }

    private static String text(Optional<List<StoredBackup>> chain) {
        return chain.map(list ->
                        String.join(" ", list.stream().map(StoredBackup::id).toList()))
                .orElse("none");
    }

    @Test
    void takesTheWayWithTheFewestBytes() {
        assertThat(chain("a=100 a>b=10 b>c=10 a>c=15 c=200", "c")).isEqualTo("a.full a>c");
        assertThat(chain("a=100 a>b=10 b>c=10 a>c=25 c=200", "c")).isEqualTo("a.full a>b b>c");
        assertThat(chain("a=100 a>b=10 b>c=10 a>c=25 c=20", "c")).isEqualTo("c.full");
    }

    @Test
    void ofTwoWaysWithTheSameBytesTakesTheOneWithFewerFiles() {
        assertThat(chain("a=100 a>b=10 b>c=10 a>c=20", "c")).isEqualTo("a.full a>c");
    }

    @Test
    void goesOnFromWhatTheTargetHas() {
        RestorePaths paths = new RestorePaths(t.stored("a a>b b>c"));

        assertThat(text(paths.chainOnto(t.id("c").guid(), t.id("a").guid()))).isEqualTo("a>b b>c");
        assertThat(text(paths.chainOnto(t.id("c").guid(), t.id("c").guid()))).isEmpty();
        assertThat(text(paths.chainOnto(t.id("a").guid(), t.id("c").guid()))).isEqualTo("none");
    }

    @Test
    void namesTheMissingLinkAndTheNearestThatCanBeRestored() {
        RestorePaths paths = new RestorePaths(t.stored("a b>c c>d e"));

        assertThat(paths.chain(t.id("d").guid())).isEmpty();
        assertThat(paths.whyNot(t.id("d").guid()))
                .contains("@b (the base of b>c)")
                .contains("@a before")
                .contains("@e after");
    }

    @Test
    void aPackageBringsWhatItPassesButNothingGoesOnFromThere() {
        RestorePaths paths = new RestorePaths(t.stored("a a>b+c>d c>e"));

        assertThat(text(paths.chain(t.id("c").guid()))).isEqualTo("a.full a>b+c>d");
        assertThat(paths.chain(t.id("e").guid())).isEmpty();
    }

    @Test
    void backupsThatBuildOnEachOtherInACircleLeadNowhere() {
        assertThat(chain("a>b b>a", "b")).isEqualTo("none");
    }

    @Test
    void endsAtTheSnapshotThatIsWanted() {
        assertThat(chain("a a>b b>c", "b")).isEqualTo("a.full a>b");
    }

    @Test
    void theOrderOfTheListingDoesNotMatter() {
        assertThat(chain("b>c a a>b", "c")).isEqualTo("a.full a>b b>c");
    }

    @Test
    void aTargetThatIsAheadOrStrangeCanNotBeContinued() {
        RestorePaths paths = new RestorePaths(t.stored("a a>b"));

        assertThat(text(paths.chainOnto(t.id("a").guid(), t.id("b").guid()))).isEqualTo("none");
        assertThat(text(paths.chainOnto(t.id("b").guid(), t.id("a'").guid()))).isEqualTo("none");
    }

    @Test
    void goesOnFromASnapshotThatOnlyTheTargetHas() {
        assertThat(text(new RestorePaths(t.stored("c>d"))
                        .chainOnto(t.id("d").guid(), t.id("c").guid())))
                .isEqualTo("c>d");
    }

    @Test
    void aSnapshotThatIsPassedAndAlsoStoredAloneComesTheCheaperWay() {
        assertThat(chain("a a>b>c=50 a>b=20", "b")).isEqualTo("a.full a>b");
        assertThat(chain("a a>b>c=20 a>b=50", "b")).isEqualTo("a.full a>b>c");
    }

    @Test
    void whatBuildsOnASnapshotNeedsTheDearerWayThatEndsThere() {
        assertThat(chain("a a>b>c=20 a>b=50 b>d=1", "d")).isEqualTo("a.full a>b b>d");
    }

    @Test
    void namesASnapshotThatIsOnlyPassedAsTheMissingLink() {
        assertThat(new RestorePaths(t.stored("a a>b>c b>d")).whyNot(t.id("d").guid()))
                .startsWith("its chain needs @b (the base of b>d), to which no backup leads that could be used");
    }

    @Test
    void namesEachMissingLinkOfSeveralBrokenChains() {
        assertThat(new RestorePaths(t.stored("a>c b>c")).whyNot(t.id("c").guid()))
                .contains("@a (the base of a>c) or @b (the base of b>c)")
                .endsWith("no other snapshot of this dataset can be restored either");
    }

    @Test
    void namesTheNearestOnEitherSideAlone() {
        assertThat(new RestorePaths(t.stored("a b>c")).whyNot(t.id("c").guid())).endsWith("can be restored: @a before");
        assertThat(new RestorePaths(t.stored("a>b c")).whyNot(t.id("b").guid())).endsWith("can be restored: @c after");
    }

    @Test
    void keepsTwoSnapshotsOfTheSameNameApart() {
        RestorePaths paths = new RestorePaths(t.stored("a a>b a' a'>b'"));

        assertThat(text(paths.chain(t.id("b").guid()))).isEqualTo("a.full a>b");
        assertThat(text(paths.chain(t.id("b'").guid()))).isEqualTo("a'.full a'>b'");
    }

    @Test
    void theNewestIsTheNewestThatCanBeRestored() {
        assertThat(new RestorePaths(t.stored("a a>b c>d")).newest()).contains(t.id("b"));
        assertThat(new RestorePaths(t.stored("a>b")).newest()).isEmpty();
    }

    @Test
    void sizesThatAddUpBeyondAnyStorageStillGiveAChain() {
        String huge = "=" + Long.MAX_VALUE / 2;

        assertThat(chain("a" + huge + " a>b" + huge + " b>c" + huge, "c")).isEqualTo("a.full a>b b>c");
    }

    @Test
    void sizesBeyondAnyStorageAndBelowNoneStillGiveAChainAndEndTheSearchInACircle() {
        String huge = "=" + Long.MAX_VALUE;
        String negative = "=" + Long.MIN_VALUE;

        assertThat(chain("a" + huge + " a>b" + huge + " b>c" + huge + " c>a" + huge + " c>b" + huge, "c"))
                .isEqualTo("a.full a>b b>c");
        assertThat(chain("a" + negative + " a>b" + negative + " b>a" + negative + " b>c=-1", "c"))
                .isEqualTo("a.full a>b b>c");
        assertThat(new RestorePaths(t.stored("a" + huge + " a>b" + huge))
                        .way(t.id("b").guid())
                        .orElseThrow()
                        .storedBytes())
                .isEqualTo(Long.MAX_VALUE);
        assertThat(text(new RestorePaths(t.stored("a" + huge + " a>b>c" + huge))
                        .chain(t.id("b").guid())))
                .isEqualTo("a.full a>b>c");
    }

    @Test
    void theSearchCanBeStoppedFromOutside() {
        AtomicInteger passed = new AtomicInteger();

        assertThatThrownBy(() -> RestorePaths.of(t.stored("a a>b b>c c>d d>e"), () -> {
                    if (passed.incrementAndGet() == 3) {
                        throw new InterruptedRunException("restoring", "the run was stopped", "");
                    }
                }))
                .isInstanceOf(InterruptedRunException.class);
        assertThat(passed).hasValue(3);
    }

    @Test
    void tellsTheWayBackupByBackup() {
        RestorePaths paths = new RestorePaths(t.stored("a a>b+c>d d>e b'>a'"));
        List<StoredBackup> stored = t.stored("a>b+c>d d>e a");

        assertThat(paths.way(t.id("e").guid())
                        .map(way -> way.last().id() + " " + way.backups() + " " + way.storedBytes()))
                .contains("d>e 3 120");
        assertThat(paths.way(t.id("c").guid())
                        .map(way -> way.last().id() + " " + way.backups() + " " + way.storedBytes()))
                .contains("a>b+c>d 2 110");
        assertThat(paths.before(stored.get(1)).map(StoredBackup::id)).contains("a>b+c>d");
        assertThat(paths.before(stored.get(0)).map(StoredBackup::id)).contains("a.full");
        assertThat(paths.before(stored.get(2))).isEmpty();
        assertThat(paths.way(t.id("a'").guid())).isEmpty();
        assertThat(paths.links(
                        List.of(t.id("c").guid(), t.id("e").guid(), t.id("a'").guid())))
                .extracting(StoredBackup::id)
                .containsExactlyInAnyOrder("a.full", "a>b+c>d", "d>e");
    }

    @Test
    void saysOfACircleThatItIsOne() {
        assertThat(new RestorePaths(t.stored("a>b b>a")).whyNot(t.id("b").guid()))
                .startsWith("the backups that lead to it build on each other in a circle");
    }

    /**
     * Against Bellman and Ford, with a byte for each backup: every set of them between four snapshots, where detours
     * pay.
     */
    @Test
    void everyChainIsWholeAndTheCheapestInEveryRepositoryOfFourSnapshots() {
        String[] names = {"a", "b", "c", "d"};
        List<String> all = new ArrayList<>();
        for (int to = 0; to < names.length; to++) {
            all.add(names[to] + "=" + (90 + 7 * to));
            for (int from = 0; from < to; from++) {
                all.add(names[from] + ">" + names[to] + "=" + (5 + (from * 37 + to * 23) % 41));
            }
        }
        List<StoredBackup> possible = t.stored(String.join(" ", all));
        for (int set = 0; set < 1 << possible.size(); set++) {
            int chosen = set;
            List<StoredBackup> stored = IntStream.range(0, possible.size())
                    .filter(i -> (chosen >> i & 1) == 1)
                    .mapToObj(possible::get)
                    .toList();
            RestorePaths paths = new RestorePaths(stored);
            Map<Long, Long> cheapest = cheapest(stored);
            for (String name : names) {
                long guid = t.id(name).guid();
                Optional<List<StoredBackup>> chain = paths.chain(guid);
                chain.ifPresent(each -> requireWhole(each, guid));
                assertThat(chain.map(each -> each.stream()
                                .mapToLong(b -> b.storedBytes() + 1)
                                .sum()))
                        .isEqualTo(Optional.ofNullable(cheapest.get(guid)));
            }
        }
    }

    private static Map<Long, Long> cheapest(List<StoredBackup> stored) {
        Map<Long, Long> costs = new HashMap<>(Map.of(0L, 0L));
        for (int round = 0; round < 5; round++) {
            for (StoredBackup backup : stored) {
                Long before = costs.get(backup.base().map(SnapshotId::guid).orElse(0L));
                if (before != null) {
                    costs.merge(backup.snapshot().guid(), before + backup.storedBytes() + 1, Math::min);
                }
            }
        }
        return costs;
    }

    private static void requireWhole(List<StoredBackup> chain, long guid) {
        long at = 0;
        for (StoredBackup backup : chain) {
            assertThat(backup.base().map(SnapshotId::guid).orElse(0L)).isEqualTo(at);
            at = backup.snapshot().guid();
        }
        assertThat(at).isEqualTo(guid);
    }
}

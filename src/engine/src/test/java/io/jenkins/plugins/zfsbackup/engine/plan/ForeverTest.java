package io.jenkins.plugins.zfsbackup.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForeverTest {

    private final Timelines t = new Timelines("z b d c a");
    private final Policy each = new Forever(false);
    private final Policy packed = new Forever(true);

    private String plan(Policy policy, String here, String stored) {
        return Timelines.text(policy.plan(t.here(here), t.stored(stored)));
    }

    @Test
    void twoSnapshotsOfOneNameAreToldApartByTheirTimes() {
        Timelines t = new Timelines("a b a' c");

        assertThat(new Forever(false)
                        .plan(t.here("a c"), t.stored("a a>b b>a'"))
                        .notes())
                .singleElement()
                .asString()
                .isEqualTo("the newest stored snapshot @a (made " + t.id("a'").created()
                        + ") is not here any more, so that this builds on @a (made "
                        + t.id("a").created() + ")");
    }

    @Test
    void sendsTheOldestInFullAndEachLaterOneFromTheOneBefore() {
        assertThat(plan(each, "a b c d z", "")).isEqualTo("z z>b b>d d>c c>a");
    }

    @Test
    void sendsOnlyWhatIsNewerThanTheNewestCommonSnapshot() {
        assertThat(plan(each, "z b d c", "z z>b")).isEqualTo("b>d d>c");
        assertThat(plan(each, "z b", "z z>b")).isEmpty();
    }

    @Test
    void startsFromABookmarkWhenTheSnapshotIsGone() {
        assertThat(plan(each, "#b d c", "z z>b")).isEqualTo("#b>d d>c");
        assertThat(plan(packed, "#b d c a", "z z>b")).isEqualTo("#b>d d>c>a");
    }

    @Test
    void takesTheSnapshotRatherThanItsBookmark() {
        assertThat(plan(each, "b #b d", "z z>b")).isEqualTo("b>d");
    }

    @Test
    void fallsBackToAnOlderCommonSnapshotAndSaysSo() {
        SendPlan plan = each.plan(t.here("z d"), t.stored("z z>b"));

        assertThat(Timelines.text(plan)).isEqualTo("z>d");
        assertThat(plan.notes()).singleElement().asString().contains("@b").contains("@z");
    }

    @Test
    void sendsInFullWhenNothingIsCommonAndSaysSo() {
        SendPlan plan = each.plan(t.here("d c"), t.stored("z z>b"));

        assertThat(Timelines.text(plan)).isEqualTo("d d>c");
        assertThat(plan.notes()).singleElement().asString().contains("full").contains("@b");
    }

    @Test
    void doesNotTakeAnotherSnapshotOfTheSameNameForTheSame() {
        SnapshotId impostor = new SnapshotId(
                "b", 999_999, t.id("b").createtxg() + 1, t.id("b").created());

        SendPlan plan = each.plan(new Source(List.of(t.id("z"), impostor), List.of()), t.stored("z z>b"));

        assertThat(plan.steps()).singleElement().satisfies(step -> {
            assertThat(step.snapshot()).isEqualTo(impostor);
            assertThat(step.base().orElseThrow().id()).isEqualTo(t.id("z"));
        });
    }

    @Test
    void leavesOlderSnapshotsAloneThatArePruned() {
        assertThat(plan(each, "z b d c", "z=1 z>c")).isEmpty();
    }

    @Test
    void doesNotBuildOnWhatCanNotBeRestored() {
        assertThat(plan(each, "b d c", "z b>d")).isEqualTo("b d>c");
    }

    @Test
    void packsWhatIsBetween() {
        assertThat(plan(packed, "z b d c", "")).isEqualTo("c");
        assertThat(plan(packed, "z b", "z")).isEqualTo("z>b");
        assertThat(plan(packed, "z b d c", "z")).isEqualTo("z>b+d>c");
    }

    /**
     * Schedules of FreeNAS side by side: by name, hourly-9 comes after hourly-10, and weekly ones after those of any
     * later day.
     */
    @Test
    void packsTheSnapshotsOfSeveralSchedulesInTheOrderInWhichTheyWereMade() {
        String names = "auto-20190806.0200-1w hourly-9 auto-20190806.0300-2d hourly-10 zz-by-hand"
                + " auto-20190807.0200-1w hourly-11";
        Timelines schedules = new Timelines(names);

        SendPlan first = packed.plan(schedules.here("hourly-9 zz-by-hand auto-20190806.0300-2d hourly-10"), List.of());
        SendPlan second = packed.plan(schedules.here(names), Timelines.after(List.of(), first));

        assertThat(Timelines.text(first)).isEqualTo("zz-by-hand");
        assertThat(Timelines.text(second)).isEqualTo("zz-by-hand>auto-20190807.0200-1w>hourly-11");
    }

    @Test
    void packsFromTheNewestOlderCommonSnapshotWhenTheBaseHasExpiredAndSaysSo() {
        SendPlan older = packed.plan(t.here("z d c"), t.stored("z z>b"));
        SendPlan none = packed.plan(t.here("d c"), t.stored("z z>b"));

        assertThat(Timelines.text(older)).isEqualTo("z>d>c");
        assertThat(older.notes()).singleElement().asString().contains("@b").contains("@z");
        assertThat(Timelines.text(none)).isEqualTo("c");
        assertThat(none.notes()).singleElement().asString().contains("@b").contains("full");
    }

    @Test
    void doesNotBuildOnASnapshotThatAPackageOnlyPasses() {
        assertThat(plan(each, "b a", "z z>b+d>c")).isEqualTo("b b>a");
    }

    @Test
    void aClockThatJumpsBackChangesNothing() {
        SnapshotId early = new SnapshotId("late", 77, 1_000_000, Instant.EPOCH);

        SendPlan plan = each.plan(new Source(List.of(early, t.id("z")), List.of()), t.stored("z"));

        assertThat(plan.steps()).singleElement().satisfies(step -> {
            assertThat(step.snapshot()).isEqualTo(early);
            assertThat(step.base().orElseThrow().id()).isEqualTo(t.id("z"));
        });
    }

    @Test
    void aDatasetWithoutSnapshotsNeedsNothing() {
        assertThat(plan(each, "", "")).isEmpty();
        assertThat(plan(packed, "#z", "z")).isEmpty();
    }

    @Test
    void saysNothingWhenThereIsNothingToSend() {
        assertThat(each.plan(t.here("z"), t.stored("z z>b")).notes()).isEmpty();
    }

    @Test
    void takesTheNewestOfSnapshotsAndBookmarks() {
        assertThat(plan(each, "z #b d", "z z>b")).isEqualTo("#b>d");
        assertThat(plan(each, "#z b d", "z z>b")).isEqualTo("b>d");
    }

    @Test
    void knowsABookmarkByItsGuidAndNamesItsSnapshotAsTheRepositoryDoes() {
        Base base =
                each.plan(t.here("#z b"), t.stored("z")).steps().get(0).base().orElseThrow();

        assertThat(base.bookmark()).contains("mark-z");
        assertThat(base.id()).isEqualTo(t.id("z"));
    }

    @Test
    void startsAPackageBehindTheBookmarkBecauseZfsMakesNoneFromABookmark() {
        assertThat(plan(packed, "#z b d c", "z")).isEqualTo("#z>b b>d>c");
        assertThat(plan(packed, "#z b d", "z")).isEqualTo("#z>b b>d");
        assertThat(plan(packed, "#z b", "z")).isEqualTo("#z>b");
    }

    @Test
    void buildsOnTheEndOfAPackage() {
        assertThat(plan(each, "d c", "z z>b>d")).isEqualTo("d>c");
    }

    @Test
    void leavesOutWhatIsStoredAndOnlyLacksItsBase() {
        assertThat(plan(each, "z b d", "z>b")).isEqualTo("z b>d");
        assertThat(plan(each, "z b d c", "z b>d")).isEqualTo("z>b d>c");
    }

    @Test
    void packsAnewWhatAStoredIncrementPasses() {
        assertThat(plan(packed, "#z b d c", "z b>c")).isEqualTo("#z>b b>d>c");
    }

    @Test
    void aTransactionNumberAboveTheSignedRangeIsStillTheNewest() {
        SnapshotId old = new SnapshotId("old", 1, Long.MAX_VALUE, Instant.EPOCH);
        SnapshotId fresh = new SnapshotId("fresh", 2, Long.MIN_VALUE, Instant.EPOCH);

        SendPlan plan = each.plan(new Source(List.of(fresh, old), List.of()), List.of());

        assertThat(plan.steps()).extracting(SendStep::snapshot).containsExactly(old, fresh);
    }

    @Test
    void theNewestStoredSnapshotIsTheNextBase() {
        assertThat(each.futureBases(t.stored("z z>b d>c")))
                .containsExactly(t.id("b").guid());
        assertThat(packed.futureBases(List.of())).isEmpty();
    }
}

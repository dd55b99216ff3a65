package io.jenkins.plugins.zfsbackup.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.model.Kind;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ForeverTest {

    private final Timelines t = new Timelines("z b d c a");
    private final Policy each = new Forever(false);
    private final Policy packed = new Forever(true);

    private String plan(Policy policy, String here, String stored) {
        return Timelines.text(policy.plan(t.here(here), t.stored(stored)));
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
        SnapshotId impostor = new SnapshotId("b", 999_999, t.id("b").createtxg() + 1, t.id("b").created());

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
        assertThat(plan(each, "z b d c", "z b>d")).isEqualTo("z>b b>d d>c");
    }

    @Test
    void packsWhatIsBetween() {
        assertThat(plan(packed, "z b d c", "")).isEqualTo("c");
        assertThat(plan(packed, "z b", "z")).isEqualTo("z>b");
        assertThat(plan(packed, "z b d c", "z")).isEqualTo("z>b+d>c");
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

    /** Every way in which four snapshots can be here, gone or a bookmark, with every subset of a set of backups stored. */
    @Test
    void whateverIsHereAndThereAllThatIsNewerCanBeRestoredAfterwards() {
        String[] names = {"z", "b", "d", "c"};
        String[] possible = {"z", "z>b", "b>d", "z>b>d", "b", "d>c"};
        for (int state = 0; state < 81; state++) {
            StringBuilder here = new StringBuilder();
            for (int i = 0, rest = state; i < names.length; i++, rest /= 3) {
                here.append(rest % 3 == 0 ? "" : rest % 3 == 1 ? " " + names[i] : " #" + names[i]);
            }
            for (int set = 0; set < 1 << possible.length; set++) {
                List<String> there = new ArrayList<>();
                for (int i = 0; i < possible.length; i++) {
                    if ((set >> i & 1) == 1) {
                        there.add(possible[i]);
                    }
                }
                for (Policy policy : List.of(each, packed)) {
                    check(policy, t.here(here.toString().strip()), t.stored(String.join(" ", there)));
                }
            }
        }
    }

    private static void check(Policy policy, Source here, List<StoredBackup> stored) {
        SendPlan plan = policy.plan(here, stored);
        List<StoredBackup> after = Timelines.after(stored, plan);
        RestorePaths paths = new RestorePaths(after);
        String what = policy + " of " + here + " with " + stored + " plans " + Timelines.text(plan);

        Set<Long> sent = new HashSet<>();
        for (SendStep step : plan.steps()) {
            assertThat(here.snapshots()).as(what).contains(step.snapshot());
            assertThat(sent.add(step.snapshot().guid())).as(what).isTrue();
            assertThat(paths.restorable(step.snapshot().guid())).as(what).isPresent();
            step.base().ifPresent(base -> assertBaseIsHere(base, here, what));
            assertThat(step.kind() == Kind.PACKAGE).isEqualTo(!step.between().isEmpty());
        }
        Optional<SnapshotId> newest = here.snapshots().stream().reduce((older, newer) -> newer);
        boolean olderThanWhatIsCommon = newest.isPresent()
                && here.bookmarks().stream()
                        .anyMatch(mark -> mark.id().createtxg() > newest.get().createtxg()
                                && new RestorePaths(stored).basis(mark.id().guid()).isPresent());
        assertThat(newest.isEmpty() || olderThanWhatIsCommon || paths.restorable(newest.get().guid()).isPresent())
                .as(what)
                .isTrue();
        assertThat(policy.plan(here, after).steps()).as("again: " + what).isEmpty();
    }

    private static void assertBaseIsHere(Base base, Source here, String what) {
        if (base.bookmark().isPresent()) {
            assertThat(here.bookmarks()).as(what).anyMatch(each -> each.name().equals(base.bookmark().get()));
        } else {
            assertThat(here.snapshots()).as(what).contains(base.id());
        }
    }
}

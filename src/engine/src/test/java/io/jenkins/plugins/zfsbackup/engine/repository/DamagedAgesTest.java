package io.jenkins.plugins.zfsbackup.engine.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DamagedAgesTest {

    private final List<StoredBackup> stored = new ArrayList<>();
    private final List<Listing.Damaged> damaged = new ArrayList<>();
    private final Map<String, Instant> modified = new HashMap<>();

    /** Named by a letter, made in its order. */
    private static SnapshotId id(String name) {
        return new SnapshotId(name, 1000 + name.charAt(0), name.charAt(0), Instant.ofEpochSecond(name.charAt(0)));
    }

    /** Stored at this second. */
    private void stored(String snapshot, String base, int second) {
        Optional<SnapshotId> from = base.isEmpty() ? Optional.empty() : Optional.of(id(base));
        String name = snapshot + from.map(each -> ".from." + base).orElse(".full");
        stored.add(new StoredBackup(
                name, from.isPresent() ? Kind.INCREMENTAL : Kind.FULL, id(snapshot), from, List.of(), 10, 5, 1));
        modified.put(name, Instant.ofEpochSecond(second));
    }

    private void damaged(String name, int second) {
        damaged.add(new Listing.Damaged(name, "cut", Optional.of(Instant.ofEpochSecond(second)), Optional.empty()));
    }

    private List<String> perhapsNewer(String newest) {
        return new Listing("tank/a", stored, damaged, List.of(), false, modified)
                .perhapsNewer(id(newest)).stream().map(Listing.Damaged::id).toList();
    }

    @Test
    void whatNothingTellsTheAgeOfMayBeNewer() {
        stored("a", "", 100);
        stored("b", "a", 200);
        damaged("c.from.b", 200);
        damaged("x.full", 300);
        damaged.add(new Listing.Damaged("y.full", "gone"));

        assertThat(perhapsNewer("b")).containsExactly("c.from.b", "x.full", "y.full");
    }

    @Test
    void whatOthersBuildOnIsOlder() {
        stored("c", "b", 200);
        stored("d", "", 200);
        damaged("b.from.a", 200);

        assertThat(perhapsNewer("d")).isEmpty();
    }

    @Test
    void anotherWayToTheNewestItselfIsNotNewer() {
        stored("a", "", 200);
        stored("b", "a", 200);
        damaged("b.full", 200);
        damaged("b~" + id("b").guidText() + "~2.full", 200);

        assertThat(perhapsNewer("b")).isEmpty();
    }

    @Test
    void aGuidInTheNameThatNobodyKnowsSaysNothing() {
        stored("a", "", 200);
        stored("b", "a", 200);
        damaged("a~4711.full", 200);

        assertThat(perhapsNewer("b")).containsExactly("a~4711.full");
    }

    @Test
    void aNameThatCanBeReadInTwoWaysMustBeOlderInBoth() {
        stored("a", "", 200);
        stored("b", "a", 200);
        damaged("a.from.x.from.y", 200);

        assertThat(perhapsNewer("b")).containsExactly("a.from.x.from.y");
    }

    @Test
    void whatWasChangedLastBeforeTheNewestWasStoredIsOlder() {
        stored("a", "", 100);
        stored("b", "a", 200);
        damaged("x.full", 199);

        assertThat(perhapsNewer("b")).isEmpty();
    }

    @Test
    void timesThatAreNotInTheOrderOfTheSnapshotsSayNothing() {
        stored("a", "", 300);
        stored("b", "a", 200);
        damaged("x.full", 100);

        assertThat(perhapsNewer("b")).containsExactly("x.full");
    }

    @Test
    void whatThisMachineRemembersDecides() {
        stored("b", "", 200);
        stored("d", "b", 200);
        damaged.add(new Listing.Damaged("x.full", "cut", Optional.empty(), Optional.of(id("c"))));
        damaged.add(new Listing.Damaged("y.full", "cut", Optional.empty(), Optional.of(id("e"))));

        assertThat(perhapsNewer("d")).containsExactly("y.full");
    }
}

package io.jenkins.plugins.zfsbackup.engine.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.plan.Forever;
import io.jenkins.plugins.zfsbackup.engine.plan.RestorePaths;
import io.jenkins.plugins.zfsbackup.engine.plan.Source;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ByNameTest {

    private static final Instant NOON = Instant.parse("2014-06-01T12:00:00Z");

    private static SnapshotId here(String name, long guid) {
        return new SnapshotId(name, guid, guid, NOON);
    }

    private static SnapshotId named(String name) {
        return SnapshotId.named(name, 0, Instant.EPOCH);
    }

    private static StoredBackup legacy(String name, Optional<String> base) {
        return new StoredBackup(
                name,
                base.isEmpty() ? Kind.FULL : Kind.INCREMENTAL,
                named(name),
                base.map(ByNameTest::named),
                List.of(),
                0,
                1,
                1,
                new FlatGpg().layout(),
                0,
                0);
    }

    private static ByName.Matched match(List<StoredBackup> stored, Instant storedAt, SnapshotId... here) {
        return ByName.match(stored, new Source(List.of(here), List.of()), backup -> storedAt);
    }

    @Test
    void aNameStandsForTheSnapshotThatHasIt() {
        ByName.Matched matched = match(
                List.of(legacy("a", Optional.empty()), legacy("b", Optional.of("a"))),
                NOON.plusSeconds(60),
                here("a", 1),
                here("b", 2));

        assertThat(matched.guids()).containsExactly(1L, 2L);
        assertThat(matched.stored().get(1).base().orElseThrow().guid()).isEqualTo(1);
        assertThat(new Forever(false)
                        .plan(
                                new Source(List.of(here("a", 1), here("b", 2), here("c", 3)), List.of()),
                                matched.stored())
                        .steps())
                .singleElement()
                .satisfies(step ->
                        assertThat(step.base().orElseThrow().id().name()).isEqualTo("b"));
    }

    @Test
    void whatWasStoredBeforeTheSnapshotWasMadeIsAnother() {
        ByName.Matched matched = match(List.of(legacy("a", Optional.empty())), NOON.minusSeconds(60), here("a", 1));

        assertThat(matched.guids()).isEmpty();
        assertThat(matched.stored().get(0).snapshot().guidKnown()).isFalse();
        assertThat(matched.notes()).singleElement().asString().contains("@a").contains(NOON.toString());
    }

    @Test
    void aKnownGuidIsNeverOverruledByAName() {
        StoredBackup known = new StoredBackup(
                "a", Kind.FULL, here("a", 99), Optional.empty(), List.of(), 0, 1, 1, new MemberGzip().layout(), 0, 0);

        ByName.Matched matched = match(List.of(known), NOON.plusSeconds(60), here("a", 1));

        assertThat(matched.stored()).containsExactly(known);
        assertThat(matched.guids()).isEmpty();
    }

    @Test
    void aChainWhoseBaseIsGoneFromTheSourceStaysAChain() {
        ByName.Matched matched = match(
                List.of(legacy("a", Optional.empty()), legacy("b", Optional.of("a"))),
                NOON.plusSeconds(60),
                here("b", 2));

        assertThat(new RestorePaths(matched.stored()).chain(2).orElseThrow()).hasSize(2);
    }
}

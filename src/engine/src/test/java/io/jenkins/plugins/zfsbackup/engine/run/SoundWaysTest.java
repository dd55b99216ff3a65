package io.jenkins.plugins.zfsbackup.engine.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupProblem;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SoundWaysTest {

    private final List<List<String>> looks = new ArrayList<>();

    private static SnapshotId id(int number) {
        return new SnapshotId("s" + number, 1000 + number, number, Instant.EPOCH);
    }

    private static StoredBackup full(int to, long bytes) {
        return new StoredBackup(to + ".full", Kind.FULL, id(to), Optional.empty(), List.of(), bytes, bytes, 1);
    }

    private static StoredBackup incremental(int from, int to, long bytes) {
        return new StoredBackup(
                to + ".from." + from, Kind.INCREMENTAL, id(to), Optional.of(id(from)), List.of(), bytes, bytes, 1);
    }

    private SoundWays ways(List<StoredBackup> stored, Set<String> unsound) throws IOException {
        return new SoundWays(stored, backups -> look(backups, unsound), new Cancellation(), "restoring");
    }

    private Map<String, BackupProblem> look(Collection<StoredBackup> backups, Set<String> unsound) {
        Map<String, BackupProblem> problems = new HashMap<>();
        looks.add(backups.stream().map(StoredBackup::id).toList());
        backups.stream()
                .filter(backup -> unsound.contains(backup.id()))
                .forEach(backup -> problems.put(backup.id(), new BackupProblem("cut", true)));
        return problems;
    }

    private static String text(Optional<List<StoredBackup>> chain) {
        return chain.map(each ->
                        String.join(" ", each.stream().map(StoredBackup::id).toList()))
                .orElse("none");
    }

    @Test
    void looksOnlyAtTheWayAsLongAsThatIsSound() throws IOException {
        SoundWays ways =
                ways(List.of(full(1, 100), incremental(1, 2, 10), full(2, 200), incremental(2, 3, 10)), Set.of());

        assertThat(text(ways.chain(id(2).guid()))).isEqualTo("1.full 2.from.1");
        assertThat(text(ways.chain(id(2).guid()))).isEqualTo("1.full 2.from.1");
        assertThat(looks).containsExactly(List.of("1.full", "2.from.1"));
    }

    @Test
    void takesTheNextWayWhereTheCheapestIsUnsound() throws IOException {
        SoundWays ways = ways(List.of(full(1, 100), incremental(1, 2, 10), full(2, 200)), Set.of("2.from.1"));

        assertThat(text(ways.chain(id(2).guid()))).isEqualTo("2.full");
        assertThat(ways.unsound()).containsOnlyKeys("2.from.1");
        assertThat(text(ways.chainOnto(id(2).guid(), id(1).guid()))).isEqualTo("none");
    }

    @Test
    void hasNoWayWhereAllAreUnsound() throws IOException {
        SoundWays ways = ways(List.of(full(1, 100), incremental(1, 2, 10)), Set.of("1.full"));

        assertThat(text(ways.chain(id(2).guid()))).isEqualTo("none");
        assertThat(ways.newest()).isEmpty();
    }

    @Test
    void theNumberOfLooksDoesNotGrowWithTheNumberOfUnsoundOnes() throws IOException {
        List<StoredBackup> stored = new ArrayList<>(List.of(full(0, 1_000_000)));
        Set<String> unsound = new java.util.HashSet<>();
        for (int i = 1; i < 5000; i++) {
            stored.add(full(i, 100 + i));
            stored.add(incremental(i, 9999, 1));
            unsound.add(i + ".full");
        }
        stored.add(incremental(0, 9999, 1));
        SoundWays ways = ways(stored, unsound);

        assertThat(text(ways.chain(id(9999).guid()))).isEqualTo("0.full 9999.from.0");
        assertThat(looks).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void theNewestIsTheNewestThatASoundChainLeadsTo() throws IOException {
        SoundWays ways = ways(
                List.of(full(1, 100), incremental(1, 2, 10), incremental(2, 3, 10), incremental(3, 4, 10)),
                Set.of("3.from.2"));

        assertThat(ways.newest()).contains(id(2));
    }

    @Test
    void whatIsDroppedCountsNoMore() throws IOException {
        SoundWays ways = ways(List.of(full(1, 100), incremental(1, 2, 10), full(2, 200)), Set.of());

        ways.drop("1.full", new BackupProblem("a volume has another hash", true));

        assertThat(text(ways.chain(id(2).guid()))).isEqualTo("2.full");
        assertThat(ways.unsound().get("1.full").why()).isEqualTo("a volume has another hash");
    }

    @Test
    void requiresAllThatSeveralSnapshotsNeed() throws IOException {
        SoundWays ways = ways(
                List.of(full(1, 100), incremental(1, 2, 10), incremental(2, 3, 10), full(4, 100)), Set.of("2.from.1"));

        ways.require(List.of(id(3).guid(), id(4).guid()));

        assertThat(ways.unsound()).containsOnlyKeys("2.from.1");
        assertThat(ways.backups()).extracting(StoredBackup::id).containsExactly("1.full", "3.from.2", "4.full");
    }

    @Test
    void endsWhenTheRunIsStopped() throws IOException {
        Cancellation cancellation = new Cancellation();
        SoundWays ways = new SoundWays(
                List.of(full(1, 100), full(2, 100)),
                backups -> look(backups, Set.of("1.full")),
                cancellation,
                "restoring");
        cancellation.cancel();

        assertThatThrownBy(() -> ways.chain(id(1).guid())).isInstanceOf(InterruptedRunException.class);
    }
}

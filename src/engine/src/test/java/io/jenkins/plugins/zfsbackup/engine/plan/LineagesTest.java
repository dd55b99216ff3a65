package io.jenkins.plugins.zfsbackup.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import io.jenkins.plugins.zfsbackup.engine.protocol.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LineagesTest {

    private final Timelines t = new Timelines("a b c d e f g");

    /**
     * {@code 1:a 1:a>b 2:c}: of dataset 1 a in full and b from a, then of dataset 2 c in full, published in this order.
     */
    private List<StoredBackup> stored(String backups) {
        List<StoredBackup> all = new ArrayList<>();
        for (String text : backups.split(" ")) {
            String[] parts = text.split(":");
            long dataset = Long.parseLong(parts[0]);
            StoredBackup plain = t.stored(parts[1]).get(0);
            all.add(new StoredBackup(
                    plain.id(),
                    plain.kind(),
                    plain.snapshot(),
                    plain.base(),
                    plain.between(),
                    1,
                    1,
                    1,
                    dataset == 0 ? Layout.FLAT_GPG : Layout.NATIVE,
                    dataset,
                    dataset == 0 ? 0 : all.size() + 1));
        }
        return all;
    }

    private static String ids(List<StoredBackup> backups) {
        return String.join(" ", backups.stream().map(StoredBackup::id).toList());
    }

    private String of(String stored, long dataset, String... snapshots) {
        return ids(new Lineages(stored(stored))
                .of(
                        dataset,
                        LongStream.of(List.of(snapshots).stream()
                                .mapToLong(name -> t.id(name).guid())
                                .toArray())));
    }

    @Test
    void aDatasetGoesOnWithItsOwnBackupsThoughNothingConnectsThem() {
        assertThat(of("1:a 1:a>b 2:c 1:d", 1, "d")).isEqualTo("a.full a>b d.full");
        assertThat(of("1:a 1:a>b 2:c 1:d", 2, "c")).isEqualTo("c.full");
    }

    @Test
    void aNewDatasetStartsWithNothing() {
        assertThat(of("1:a 1:a>b", 2, "c")).isEmpty();
    }

    @Test
    void aRestoredDatasetGoesOnWithWhatItWasRestoredFrom() {
        assertThat(of("1:a 1:a>b", 2, "a", "b", "c")).isEqualTo("a.full a>b");
        assertThat(of("1:a 1:a>b 2:b>c", 2, "c")).isEqualTo("a.full a>b b>c");
        assertThat(new Lineages(stored("1:a 1:a>b 2:b>c")).size()).isEqualTo(1);
    }

    @Test
    void whatNobodyKnowsTheDatasetOfCountsWithEach() {
        assertThat(of("0:a 0:a>b 1:c", 1, "c")).isEqualTo("a.full a>b c.full");
        assertThat(of("0:a 0:a>b 1:c", 2, "d")).isEqualTo("a.full a>b");
        assertThat(of("0:a 0:a>b 1:b>c", 2, "d")).isEmpty();
        assertThat(ids(new Lineages(stored("0:a 0:a>b")).current())).isEqualTo("a.full a>b");
    }

    @Test
    void theCurrentOneIsThatWhichWasPublishedToLast() {
        Lineages lineages = new Lineages(stored("1:g 2:a 2:a>b"));

        assertThat(lineages.size()).isEqualTo(2);
        assertThat(ids(lineages.current())).isEqualTo("a.full a>b");
        assertThat(ids(lineages.earlier())).isEqualTo("g.full");
        assertThat(ids(new Lineages(stored("1:a 2:b 1:a>c")).current())).isEqualTo("a.full a>c");
    }

    @Test
    void aPackageConnectsTheSnapshotsBetween() {
        assertThat(of("1:a 1:a>b+c>d", 2, "c")).isEqualTo("a.full a>b+c>d");
    }

    @Test
    void nothingStoredIsNoLineage() {
        Lineages none = new Lineages(List.of());

        assertThat(none.size()).isZero();
        assertThat(none.current()).isEmpty();
        assertThat(none.of(1, LongStream.of(1))).isEmpty();
        assertThat(Lineages.era(1, List.of())).isEqualTo(1);
    }

    @Test
    void aGuidOfADatasetIsNotTakenForThatOfASnapshot() {
        long guid = t.id("a").guid();

        assertThat(of("1:a", guid, "c")).isEmpty();
        assertThat(of(guid + ":b", 3, "a")).isEmpty();
    }

    @Test
    void aDatasetThatIsNotStoredIsYoungerThanAllThatAre() {
        SnapshotId old = t.id("g").in(2);
        List<StoredBackup> stored = List.of(new StoredBackup(
                "g.full", Kind.FULL, old, java.util.Optional.empty(), List.of(), 1, 1, 1, Layout.NATIVE, 7, 1));

        assertThat(Lineages.era(7, stored)).isEqualTo(2);
        assertThat(Lineages.era(8, stored)).isEqualTo(3);
        assertThat(SnapshotId.byAge().compare(old, t.id("a").in(3))).isNegative();
    }
}

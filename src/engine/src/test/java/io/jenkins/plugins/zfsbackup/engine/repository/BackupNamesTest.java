package io.jenkins.plugins.zfsbackup.engine.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import io.jenkins.plugins.zfsbackup.engine.protocol.Layout;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BackupNamesTest {

    private final List<StoredBackup> stored = new ArrayList<>();
    private final List<Listing.Damaged> damaged = new ArrayList<>();

    private static SnapshotId id(String name, long guid) {
        return new SnapshotId(name, guid, guid, Instant.parse("2019-08-06T02:00:00Z"));
    }

    private BackupNames names() {
        return new BackupNames(new Listing("tank/a", stored, damaged, List.of(), false, Map.of()), stored);
    }

    /** Stores a backup under the next name, and looks whether its manifest would count there; the name. */
    private String store(SnapshotId snapshot, SnapshotId... base) {
        BackupNames names = names();
        Optional<SnapshotId> from = List.of(base).stream().map(names::asStored).findFirst();
        String name = names.next(snapshot, from);
        Kind kind = from.isEmpty() ? Kind.FULL : Kind.INCREMENTAL;
        stored.add(new StoredBackup(
                name, kind, snapshot, from, List.of(), 1, 1, 1, Layout.NATIVE, 42, names.nextSequence()));
        assertThat(BackupName.isOf(name, snapshot, from)).as(name).isTrue();
        assertThat(BackupName.isBackup(name)).as(name).isTrue();
        return name;
    }

    @Test
    void aNameThatComesOnceStandsAsItIs() {
        assertThat(store(id("x", 1))).isEqualTo("x.full");
        assertThat(store(id("y", 2), id("x", 1))).isEqualTo("y.from.x");
        assertThat(store(id("z", 3), id("x", 1))).isEqualTo("z.from.x");
        assertThat(store(id("z", 3))).isEqualTo("z.full");
    }

    @Test
    void theFirstOfANameKeepsItAndEachLaterOneCarriesItsGuid() {
        assertThat(store(id("x", 1))).isEqualTo("x.full");
        assertThat(store(id("x", 2), id("x", 1))).isEqualTo("x~2.from.x");
        assertThat(store(id("x", -1), id("x", 2))).isEqualTo("x~18446744073709551615.from.x~2");
        assertThat(store(id("y", 4), id("x", 1))).isEqualTo("y.from.x");
        assertThat(store(id("x", 1), id("y", 4))).isEqualTo("x.from.y");
        assertThat(store(id("x", 2))).isEqualTo("x~2.full");
    }

    @Test
    void aBaseIsCalledAsItIsStoredWhateverItIsCalledOnThePool() {
        store(id("daily.0", 1));

        assertThat(store(id("daily.0", 2), id("daily.1", 1))).isEqualTo("daily.0~2.from.daily.0");
        assertThat(store(id("daily.0", 3), id("daily.1", 2))).isEqualTo("daily.0~3.from.daily.0~2");
        assertThat(names().asStored(id("daily.2", 2)).name()).isEqualTo("daily.0");
        assertThat(names().asStored(id("new", 9)).name()).isEqualTo("new");
    }

    @Test
    void aNameThatOnlyAPackageOrABaseHasIsTakenToo() {
        stored.add(new StoredBackup(
                "d.from.a",
                Kind.PACKAGE,
                id("d", 4),
                Optional.of(id("a", 1)),
                List.of(id("b", 2)),
                1,
                1,
                1,
                Layout.NATIVE,
                42,
                1));

        assertThat(names().next(id("b", 20), Optional.empty())).isEqualTo("b~20.full");
        assertThat(names().next(id("a", 10), Optional.empty())).isEqualTo("a~10.full");
        assertThat(names().next(id("a", 1), Optional.empty())).isEqualTo("a.full");
        assertThat(names().twice(List.of(id("b", 20), id("c", 3), id("d", 4)))).containsExactly(id("b", 20));
    }

    @Test
    void aDirectoryThatIsThereIsNeverTakenAgain() {
        store(id("x", 1));
        damaged.add(new Listing.Damaged("y.from.x", "cut"));
        damaged.add(new Listing.Damaged("z.from.x", "cut"));
        damaged.add(new Listing.Damaged("z~3.from.x", "cut"));

        assertThat(store(id("y", 2), id("x", 1))).isEqualTo("y~2.from.x");
        assertThat(store(id("z", 3), id("x", 1))).isEqualTo("z~3~2.from.x");
        assertThat(store(id("x", 1))).isEqualTo("x~1.full");
        assertThat(store(id("x", 1))).isEqualTo("x~1~2.full");
        assertThat(store(id("w", 4), id("y", 2))).isEqualTo("w.from.y~2");
    }

    @Test
    void namesOfAnyLengthFitAFileSystemAndDifferStill() {
        String longest = "x".repeat(200);
        String other = "x".repeat(199) + "y";
        store(id(longest, 1));

        String there = store(id(other, 2), id(longest, 1));
        String back = store(id(longest, 1), id(other, 2));

        assertThat(there).isNotEqualTo(back);
        for (String name : List.of(there, back)) {
            assertThat(("." + name + ".partial-0123456789ab").getBytes(StandardCharsets.UTF_8).length)
                    .isLessThanOrEqualTo(255);
        }
        assertThat(store(id(".hidden", 3))).isEqualTo("_.hidden~3.full");
    }

    @Test
    void namesThatLookLikeOthersAreNotMixedUp() {
        assertThat(store(id("a.from.b", 1))).isEqualTo("a.from.b.full");
        assertThat(store(id("b.full", 2))).isEqualTo("b.full.full");
        assertThat(store(id("a", 3), id("b.full", 2))).isEqualTo("a~3.from.b.full");
        assertThat(stored.stream().map(StoredBackup::id).distinct()).hasSize(3);
    }

    @Test
    void aManifestCountsUnderItsOwnNamesOnly() {
        SnapshotId x = id("x", 12);
        Optional<SnapshotId> base = Optional.of(id("b", 7));

        assertThat(List.of("x.from.b", "x~12.from.b", "x.from.b~7", "x~12~2.from.b~7"))
                .allMatch(name -> BackupName.isOf(name, x, base));
        assertThat(List.of(
                        "x~1.from.b",
                        "x~123.from.b",
                        "x~12~0.from.b",
                        "x~12~.from.b",
                        "x.from.b~8",
                        "x.full",
                        "y.from.b"))
                .noneMatch(name -> BackupName.isOf(name, x, base));
        assertThat(List.of("x.full", "x~12.full", "x~12~9999.full"))
                .allMatch(name -> BackupName.isOf(name, x, Optional.empty()));
        assertThat(List.of("x~12~12345.full", "x~2.full", "x.from.b"))
                .noneMatch(name -> BackupName.isOf(name, x, Optional.empty()));
    }

    @Test
    void aForgedSequenceDoesNotOverflow() {
        stored.add(new StoredBackup(
                "x.full",
                Kind.FULL,
                id("x", 1),
                Optional.empty(),
                List.of(),
                1,
                1,
                1,
                Layout.NATIVE,
                42,
                Manifest.LAST_SEQUENCE));

        assertThat(names().nextSequence()).isEqualTo(Manifest.LAST_SEQUENCE);
    }
}

package io.jenkins.plugins.zfsbackup.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.model.Bookmark;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.DatasetType;
import io.jenkins.plugins.zfsbackup.engine.model.Snapshot;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.plan.SendPlan;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import io.jenkins.plugins.zfsbackup.engine.protocol.Layout;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.LocalState;
import io.jenkins.plugins.zfsbackup.engine.repository.Manifests;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.storage.directory.DirectoryStorage;
import io.jenkins.plugins.zfsbackup.engine.zfs.Zfs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the pool's marks tell of a repository that has less than it had. Snapshots are numbers: guid and createtxg. */
class LostMarksTest {

    private static final String OURS = "0123456789ab";
    private static final String OTHERS = "ba9876543210";
    private static final DatasetName NAME = new DatasetName("tank/home");
    private static final long DATASET = 42;

    @TempDir
    private Path folder;

    private static Dataset dataset(List<Integer> snapshots, List<Bookmark> bookmarks) {
        return new Dataset(
                NAME,
                DatasetType.FILESYSTEM,
                DATASET,
                Optional.empty(),
                true,
                false,
                false,
                snapshots.stream()
                        .map(n -> new Snapshot(NAME, "s" + n, n, n, Instant.ofEpochSecond(n), false, Optional.empty()))
                        .toList(),
                bookmarks,
                0);
    }

    private static Bookmark mark(String repository, int n) {
        return new Bookmark(
                NAME, "zfsbackup-" + repository + "-" + Long.toHexString(n), n, n, Instant.ofEpochSecond(n));
    }

    private static StoredBackup stored(int n, long dataset, long createtxg) {
        SnapshotId id = new SnapshotId("s" + n, n, createtxg, Instant.ofEpochSecond(n));
        return new StoredBackup(
                "s" + n + ".full", Kind.FULL, id, Optional.empty(), List.of(), 1, 1, 1, Layout.NATIVE, dataset, n);
    }

    private static Listing listing(StoredBackup... backups) {
        return new Listing(NAME.value(), List.of(backups), List.of(), List.of(), false, Map.of());
    }

    private static List<Long> lost(Dataset dataset, Listing listing) {
        return LostState.lostMarks(OURS, dataset, listing).stream()
                .map(Bookmark::guid)
                .toList();
    }

    @Test
    void aMarkOfWhatIsNewerThanAllThatIsStoredTellsOfALoss() {
        Dataset dataset = dataset(List.of(1), List.of(mark(OURS, 1), mark(OURS, 3)));

        assertThat(lost(dataset, listing(stored(1, DATASET, 1)))).containsExactly(3L);
        assertThat(lost(dataset, listing())).containsExactly(1L, 3L);
        assertThat(lost(dataset, listing(stored(1, DATASET, 1), stored(3, DATASET, 3))))
                .isEmpty();
    }

    @Test
    void aMarkOfWhatIsOlderTellsNothing() {
        Dataset dataset = dataset(List.of(5), List.of(mark(OURS, 3), mark(OURS, 5)));

        assertThat(lost(dataset, listing(stored(5, DATASET, 5)))).isEmpty();
        assertThat(lost(dataset(List.of(), List.of(mark(OURS, 3))), listing(stored(5, DATASET, 5))))
                .isEmpty();
    }

    @Test
    void marksOfOtherRepositoriesAndOtherPeopleTellNothing() {
        Bookmark persons = new Bookmark(NAME, "mine", 9, 9, Instant.ofEpochSecond(9));

        assertThat(lost(dataset(List.of(1), List.of(mark(OTHERS, 3), persons)), listing(stored(1, DATASET, 1))))
                .isEmpty();
    }

    @Test
    void transactionGroupsOfAnotherPoolHideNoLoss() {
        Dataset restored = dataset(List.of(1), List.of(mark(OURS, 3)));

        assertThat(lost(restored, listing(stored(7, 4711, 1_000_000)))).containsExactly(3L);
    }

    @Test
    void whereSomethingCanNotBeReadNothingIsConcluded() {
        Dataset dataset = dataset(List.of(1), List.of(mark(OURS, 3)));
        Listing damaged = new Listing(
                NAME.value(),
                List.of(stored(1, DATASET, 1)),
                List.of(new Listing.Damaged("s3.from.s1", "cut")),
                List.of(),
                false,
                Map.of());
        StoredBackup byName = new StoredBackup(
                "home@s3.full.zfs.gpg",
                Kind.FULL,
                SnapshotId.named("s3", 0, Instant.EPOCH),
                Optional.empty(),
                List.of(),
                1,
                1,
                1,
                Layout.FLAT_GPG,
                0,
                0);

        assertThat(lost(dataset, damaged)).isEmpty();
        assertThat(lost(dataset, listing(byName))).isEmpty();
    }

    @Test
    void aDatasetThatMayHaveBeenRenamedIsNotSaidToBeLostForCertain() throws IOException {
        Manifests.initialize(folder.resolve("repository"));
        Repository repository = new Repository(
                new DirectoryStorage(folder.resolve("repository")),
                new LocalState(folder.resolve("state"), note -> {}));
        Dataset dataset = dataset(List.of(1), List.of(mark(OURS, 3)));
        SendPlan nothing = new SendPlan(List.of(), List.of());

        assertThat(LostState.of(repository, dataset, listing()).orElseThrow().inBackup(nothing))
                .contains("was stored in the repository")
                .contains("If the dataset was renamed, its backups are under its former name");
        assertThat(LostState.of(repository, dataset, listing(stored(7, 4711, 1)))
                        .orElseThrow()
                        .elsewhere())
                .contains("If the dataset was renamed");
        assertThat(LostState.of(repository, dataset, listing(stored(1, DATASET, 1)))
                        .orElseThrow()
                        .inBackup(nothing))
                .doesNotContain("renamed");
    }

    @Test
    void marksOfOtherRepositoriesAloneAreSaidWhereNothingIsKnownOfThisOne() throws IOException {
        Repository fresh = new Repository(
                new DirectoryStorage(folder.resolve("repository")),
                new LocalState(folder.resolve("state"), note -> {}));

        assertThat(LostState.marksOfOthers(
                                fresh, Optional.of(OURS), List.of(dataset(List.of(1), List.of(mark(OTHERS, 1)))))
                        .orElseThrow())
                .contains(OTHERS, OURS);
        assertThat(LostState.marksOfOthers(
                        fresh, Optional.empty(), List.of(dataset(List.of(1), List.of(mark(OTHERS, 1))))))
                .isPresent();
        assertThat(LostState.marksOfOthers(
                        fresh,
                        Optional.of(OURS),
                        List.of(dataset(List.of(1), List.of(mark(OTHERS, 1), mark(OURS, 1))))))
                .isEmpty();
        assertThat(LostState.marksOfOthers(fresh, Optional.of(OURS), List.of(dataset(List.of(1), List.of()))))
                .isEmpty();
    }

    /** A {@code zfs} that does nothing, and what it was asked to do. */
    private Zfs noting() throws IOException {
        Path zfs =
                Files.writeString(folder.resolve("zfs"), "#!/bin/sh\necho \"$*\" >>" + folder.resolve("asked") + "\n");
        Files.setPosixFilePermissions(zfs, PosixFilePermissions.fromString("rwxr-xr-x"));
        return new Zfs(List.of(zfs.toString()), List.of(zfs.toString()));
    }

    private List<String> asked() throws IOException {
        try (Stream<String> lines = Files.lines(folder.resolve("asked"))) {
            return lines.toList();
        }
    }

    @Test
    void theMarkOfWhatWasLostGoesOnlyWhenSomethingNewerIsStoredAndMarked() throws IOException {
        Dataset dataset = dataset(List.of(1, 4), List.of(mark(OURS, 1), mark(OURS, 3)));
        BaseMarks marks = new BaseMarks(noting(), dataset, OURS, true, Set.of(3L));

        // A run that failed has stored nothing: only what was there before is needed.
        marks.settle(Set.of());
        assertThat(asked()).singleElement().asString().contains("destroy", "#zfsbackup-" + OURS + "-1");

        marks.published();
        marks.settle(Set.of(4L));

        assertThat(asked()).hasSize(3);
        assertThat(asked().get(1)).contains("bookmark", "tank/home@s4", "#zfsbackup-" + OURS + "-4");
        assertThat(asked().get(2)).contains("destroy", "#zfsbackup-" + OURS + "-3");
    }
}

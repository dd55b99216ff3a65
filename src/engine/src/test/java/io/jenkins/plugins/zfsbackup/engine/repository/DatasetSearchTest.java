package io.jenkins.plugins.zfsbackup.engine.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.storage.directory.DirectoryStorage;
import io.jenkins.plugins.zfsbackup.engine.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whatever lies in a repository's tree, the datasets beside it are found, and it is named. */
@Timeout(60)
class DatasetSearchTest {

    @TempDir
    private Path folder;

    private Path root;

    @BeforeEach
    void makeOneDataset() throws IOException {
        root = Files.createDirectory(folder.resolve("repo"));
        backup("tank/a", "x.full");
    }

    private void backup(String dataset, String name) throws IOException {
        Files.createDirectories(root.resolve(dataset).resolve(name));
    }

    private void link(String from, String to) throws IOException {
        Files.createSymbolicLink(root.resolve(from), Path.of(to));
    }

    private DatasetTree find() throws IOException {
        return new DatasetSearch(new DirectoryStorage(root)).find();
    }

    @Test
    void aLinkToItselfIsNamedAndHidesNothing() throws IOException {
        link("loop", "loop");
        link("tank/loop", "loop");

        DatasetTree found = find();

        assertThat(found.datasets()).containsExactly("tank/a");
        assertThat(found.unreadable()).containsOnlyKeys("loop", "tank/loop");
        assertThat(found.unreadable().get("loop")).contains("symbolic link that leads nowhere");
        assertThat(found.places()).containsExactly("loop", "tank/a", "tank/loop");
    }

    @Test
    void aLinkToWhereADiskIsNotMountedIsNamed() throws IOException {
        link("tank/moved", "/nowhere/moved");
        assertThat(find().unreadable()).containsOnlyKeys("tank/moved");
    }

    @Test
    void linksThatLeadBackAreNotFollowedAroundAndAround() throws IOException {
        link("tank/here", ".");
        link("tank/up", "..");
        link("tank/out", "../..");
        link("tank/a/root", root.toString());
        backup("tank/b", "x.full");
        link("tank/a/b", "../b");
        link("tank/b/a", "../a");

        DatasetTree found = find();

        assertThat(found.datasets()).contains("tank/a", "tank/b", "tank/a/b", "tank/b/a");
        assertThat(found.unreadable())
                .containsKeys("tank/here", "tank/up", "tank/a/root", "tank/a/b/a", "tank/b/a/b", "tank/out/repo")
                .allSatisfy((place, why) -> assertThat(why).contains("leads back to a directory above it"));
    }

    @Test
    void aDatasetThatWasMovedToAnotherDiskIsFoundByItsName() throws IOException {
        Path disk = Files.createDirectories(folder.resolve("disk/moved/deep/x.full"));
        link("tank/moved", folder.resolve("disk/moved").toString());
        assertThat(disk).isDirectory();
        assertThat(find().datasets()).containsExactly("tank/a", "tank/moved/deep");
        assertThat(find().unreadable()).isEmpty();
    }

    @Test
    void aLadderOfLinksThatDoublesWithEachStepEnds() throws IOException {
        for (int i = 0; i < 20; i++) {
            Files.createDirectory(root.resolve("l" + i));
        }
        for (int i = 0; i < 19; i++) {
            link("l" + i + "/a", "../l" + (i + 1));
            link("l" + i + "/b", "../l" + (i + 1));
        }
        DatasetTree found = find();
        assertThat(found.datasets()).containsExactly("tank/a");
        assertThat(found.unreadable().values()).anyMatch(why -> why.contains("more than 1000 symbolic links"));
    }

    @Test
    void whatNoDatasetCanBeCalledIsNotLookedInto() throws IOException {
        for (String name : new String[] {"lost+found", "@eaDir", "#recycle", ".snapshot", "1st"}) {
            backup(name + "/deep", "x.full");
            link(name + "/loop", "loop");
        }
        assertThat(find().datasets()).containsExactly("tank/a");
        assertThat(find().unreadable()).isEmpty();
    }

    @Test
    void aDatasetWithNothingButABackupThatIsAFileIsThere() throws IOException {
        Files.createDirectory(root.resolve("tank/odd"));
        Files.writeString(root.resolve("tank/odd/x.full"), "no directory");
        link("tank/odd/y.from.x", "y.from.x");

        assertThat(find().datasets()).containsExactly("tank/a", "tank/odd");
        Listing listing = new Repository(new DirectoryStorage(root)).listing("tank/odd");
        assertThat(listing.damaged()).extracting(Listing.Damaged::id).containsExactlyInAnyOrder("x.full", "y.from.x");
        assertThat(listing.damaged())
                .extracting(Listing.Damaged::why)
                .anyMatch(why -> why.contains("it is a file"))
                .anyMatch(why -> why.contains("leads nowhere"));
    }

    @Test
    void aFileInThePlaceOfADatasetIsNotTakenForNothing() throws IOException {
        Files.writeString(root.resolve("tank/file"), "no directory");
        link("tank/moved", "/nowhere/moved");
        Repository repository = new Repository(new DirectoryStorage(root));
        assertThatThrownBy(() -> repository.listing("tank/file"))
                .isInstanceOf(RepositoryException.class)
                .hasMessageContaining("it is a file, not a directory");
        assertThatThrownBy(() -> repository.listing("tank/moved"))
                .isInstanceOf(RepositoryException.class)
                .hasMessageContaining("leads nowhere");
        assertThat(repository.listing("tank/file/below").backups()).isEmpty();
    }

    @Test
    void aManifestThatCanNotBeReadIsDamageOfThatBackupAlone() throws IOException {
        backup("tank/a", "y.full");
        backup("tank/a", "z.full");
        backup("tank/a", "p.full");
        Files.createDirectory(root.resolve("tank/a/x.full/manifest.json"));
        link("tank/a/y.full/manifest.json", "manifest.json");
        link("tank/a/z.full/manifest.json", "/dev/zero");
        Programs.succeed(root.resolve("tank/a/p.full"), Map.of(), "mkfifo", "manifest.json");

        Listing listing = new Repository(new DirectoryStorage(root)).listing("tank/a");

        assertThat(listing.damaged())
                .extracting(Listing.Damaged::id)
                .containsExactlyInAnyOrder("x.full", "y.full", "z.full", "p.full");
    }

    @Test
    void unfinishedUploadsAreFoundAlsoWhereNothingWasEverPublished() throws IOException {
        Files.createDirectories(root.resolve("tank/new/.x.full.partial-012345abcdef"));
        assertThat(find().datasets()).containsExactly("tank/a");
        assertThat(find().unfinished())
                .containsOnly(entry("tank/new", java.util.List.of("tank/new/.x.full.partial-012345abcdef")));
    }

    @Test
    void thousandsOfDatasetsAreFound() throws IOException {
        for (int i = 0; i < 3000; i++) {
            backup("tank/many/d" + i, "x.full");
        }
        assertThat(find().datasets()).hasSize(3001);
    }
}

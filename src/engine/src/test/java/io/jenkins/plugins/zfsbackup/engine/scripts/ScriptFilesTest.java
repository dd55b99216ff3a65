package io.jenkins.plugins.zfsbackup.engine.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import io.jenkins.plugins.zfsbackup.engine.repository.DatasetLock;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.LocalState;
import io.jenkins.plugins.zfsbackup.engine.repository.LockOwner;
import io.jenkins.plugins.zfsbackup.engine.repository.ProcessIdentity;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.directory.DirectoryStorage;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptFilesTest {

    private static final LockOwner OWNER = new LockOwner("me", "here", ProcessIdentity.current(), "run");

    private static final DatasetName HOME = new DatasetName("base/home");

    @TempDir
    private Path root;

    @TempDir
    private Path memory;

    private ScriptFiles files;
    private Repository repository;

    @BeforeEach
    void open() {
        Storage storage = new DirectoryStorage(root);
        files = new ScriptFiles(storage, Optional.empty());
        repository = repository(storage, files);
    }

    private Repository repository(Storage storage, ScriptFiles scripts) {
        return Repository.readAnew(storage, new LocalState(memory, note -> {}), scripts);
    }

    private void flat(String rest) throws IOException {
        Path file = root.resolve("home@" + rest + ".zfs.gpg");
        Files.writeString(file, "sealed");
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2014-08-01T00:00:00Z")));
    }

    /** A stream that a real ZFS made of p/lab/alice. */
    private void member(String file, String stream) throws IOException {
        Files.createDirectories(root.resolve("alice"));
        try (InputStream in = getClass().getResourceAsStream("/sendstream/" + stream + ".zfs.gz")) {
            Files.copy(in, root.resolve("alice").resolve(file));
        }
    }

    private List<String> order(String dataset) throws BackupException {
        return repository.listing(dataset).backups().stream()
                .map(StoredBackup::id)
                .toList();
    }

    @Test
    void flatFilesAreInTheOrderOfTheirChainsAndDates() throws IOException {
        flat("2014-07-01.from.2014-06-01");
        flat("2014-07-01.full");
        flat("2014-06-02.from.2014-06-01");
        flat("2014-06-01.full");
        flat("2014-07-02.from.2014-07-01");

        assertThat(order("base/home"))
                .containsExactly(
                        "home@2014-06-01.full.zfs.gpg",
                        "home@2014-06-02.from.2014-06-01.zfs.gpg",
                        "home@2014-07-01.full.zfs.gpg",
                        "home@2014-07-01.from.2014-06-01.zfs.gpg",
                        "home@2014-07-02.from.2014-07-01.zfs.gpg");
        SnapshotId first = repository.listing("base/home").backups().get(0).snapshot();
        assertThat(first.guidKnown()).isFalse();
        assertThat(first.created()).isEqualTo(Instant.parse("2014-06-01T00:00:00Z"));
    }

    @Test
    void namesWithoutADateGoByTheChainWhateverTheFilesTimesSay() throws IOException {
        flat("zebra.full");
        flat("ape.from.zebra");
        Files.setLastModifiedTime(
                root.resolve("home@ape.from.zebra.zfs.gpg"), FileTime.from(Instant.parse("2014-07-01T00:00:00Z")));

        assertThat(order("base/home")).containsExactly("home@zebra.full.zfs.gpg", "home@ape.from.zebra.zfs.gpg");
    }

    @Test
    void namesThatBuildOnEachOtherInARingStopNothing() throws IOException {
        flat("a.from.b");
        flat("b.from.a");
        flat("c.full");

        assertThat(order("base/home")).hasSize(3);
    }

    @Test
    void theGuidsOfGzipFilesAreReadFromTheirStreams() throws IOException {
        member("elabfs-alice@monday.gz", "full");
        member("elabfs-alice@monday.to.elabfs-alice@wednesday.gz", "package");

        Listing listing = repository.listing("p/elabfs-alice");

        StoredBackup full = listing.backups().get(0);
        StoredBackup packed = listing.backups().get(1);
        assertThat(repository.datasets()).containsExactly("p/elabfs-alice");
        assertThat(full.snapshot().guidKnown()).isTrue();
        assertThat(packed.base().orElseThrow().guid()).isEqualTo(full.snapshot().guid());
        assertThat(packed.kind()).isEqualTo(Kind.PACKAGE);
        assertThat(packed.between()).extracting(SnapshotId::name).containsExactly("tuesday");
        assertThat(packed.snapshot().guidKnown()).as("only its end tells").isFalse();
        assertThat(repository.listing("other/elabfs-alice").backups()).isEmpty();
    }

    @Test
    void aPackagesTargetIsKnownFromTheFileThatBuildsOnIt() throws IOException {
        member("elabfs-alice@sunday.to.elabfs-alice@monday.gz", "package");
        member("elabfs-alice@monday.to.elabfs-alice@tuesday.gz", "incremental");

        List<StoredBackup> backups = repository.listing("p/elabfs-alice").backups();

        assertThat(backups.get(0).snapshot().guid())
                .isEqualTo(backups.get(1).base().orElseThrow().guid());
        assertThat(backups.get(0).snapshot().guidKnown()).isTrue();
    }

    @Test
    void whatIsEmptyCutAtItsBeginningOrNotWhatItsNameSaysIsDamagedAndHidesNothing() throws IOException {
        member("elabfs-alice@monday.gz", "full");
        member("elabfs-alice@tuesday.gz", "incremental");
        Files.createFile(root.resolve("alice/elabfs-alice@empty.gz"));
        Files.write(root.resolve("alice/elabfs-alice@cut.gz"), new byte[] {0x1f, (byte) 0x8b, 8});

        Listing listing = repository.listing("p/elabfs-alice");

        assertThat(listing.backups()).extracting(StoredBackup::id).containsExactly("elabfs-alice@monday.gz");
        assertThat(listing.damaged())
                .extracting(Listing.Damaged::id)
                .containsExactlyInAnyOrder("elabfs-alice@tuesday.gz", "elabfs-alice@empty.gz", "elabfs-alice@cut.gz");
    }

    @Test
    void aListingThatFailsIsNeverAnEmptyOne() throws IOException {
        flat("2014-06-01.full");
        DirectoryStorage files = new DirectoryStorage(root);
        Storage failing = (Storage) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Storage.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("list") && arguments[0].equals("")) {
                        throw new RepositoryException(
                                RepositoryException.Kind.OUT_OF_REACH, "listing", "the connection was lost", "");
                    }
                    try {
                        return method.invoke(files, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });

        Repository unlucky = repository(failing, new ScriptFiles(failing, Optional.empty()));

        assertThatThrownBy(() -> unlucky.listing("base/home")).hasMessageContaining("connection was lost");
        assertThatThrownBy(unlucky::datasets).hasMessageContaining("connection was lost");
    }

    @Test
    void whatADeadRunLeftIsRemovedByTheNextOfThatDatasetOnly() throws IOException {
        Files.createFile(root.resolve(".home.partial-0123456789ab"));
        Files.createFile(root.resolve(".homes.partial-0123456789ab"));
        Files.createFile(root.resolve(".home.partial-notes.txt"));

        files.removeUnfinished(new FlatGpg(), HOME);

        assertThat(names()).containsExactlyInAnyOrder(".homes.partial-0123456789ab", ".home.partial-notes.txt");
    }

    @Test
    void onlyPeopleDeleteWhatAScriptHasStored() throws IOException {
        flat("2014-06-01.full");

        DatasetLock lock = repository.lock("base/home", OWNER, note -> {});
        assertThatThrownBy(() -> repository.delete(lock, "home@2014-06-01.full.zfs.gpg"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("by hand");

        assertThat(names()).containsExactlyInAnyOrder("home@2014-06-01.full.zfs.gpg", "base");
    }

    @Test
    void flatFilesAreOnePoolsOnceThatIsWrittenDown() throws IOException {
        flat("2014-06-01.full");
        assertThat(repository.datasets()).containsExactly("?/home");
        String id = repository.initialize();
        files.claim("tank", Set.of("other"), false);
        assertThat(repository.datasets()).containsExactly("?/home");

        files.claim("base", Set.of("home"), false);

        assertThat(repository.identity()).contains(id);
        assertThat(repository.datasets()).containsExactly("base/home");
        assertThat(repository.listing("tank/home").backups()).isEmpty();
        assertThatThrownBy(() -> files.claim("tank", Set.of("home"), true))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("base");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(root)) {
            return entries.map(path -> path.getFileName().toString()).toList();
        }
    }
}

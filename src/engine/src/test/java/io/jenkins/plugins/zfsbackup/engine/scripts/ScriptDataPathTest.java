package io.jenkins.plugins.zfsbackup.engine.scripts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.DatasetType;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.SourceException;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.plan.SendStep;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import io.jenkins.plugins.zfsbackup.engine.repository.LocalState;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.run.Cancellation;
import io.jenkins.plugins.zfsbackup.engine.run.NamedStep;
import io.jenkins.plugins.zfsbackup.engine.run.Protection;
import io.jenkins.plugins.zfsbackup.engine.run.ReadKeys;
import io.jenkins.plugins.zfsbackup.engine.run.RunControl;
import io.jenkins.plugins.zfsbackup.engine.run.SilentListener;
import io.jenkins.plugins.zfsbackup.engine.run.StreamContext;
import io.jenkins.plugins.zfsbackup.engine.run.StreamSettings;
import io.jenkins.plugins.zfsbackup.engine.run.Subset;
import io.jenkins.plugins.zfsbackup.engine.run.Transfer;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.directory.DirectoryStorage;
import io.jenkins.plugins.zfsbackup.engine.stream.StreamUpload;
import io.jenkins.plugins.zfsbackup.engine.stream.VolumeFormat;
import io.jenkins.plugins.zfsbackup.engine.stream.Watch;
import io.jenkins.plugins.zfsbackup.engine.testing.QuietWatch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptDataPathTest {

    private static final DatasetName ALICE = new DatasetName("p/elabfs-alice");
    private static final DatasetName HOME = new DatasetName("base/home");
    private static final VolumeFormat.Decrypt OPEN = message -> message;
    private static final Watch RESTORING = new QuietWatch("restoring p/elabfs-alice");

    @TempDir
    private Path root;

    @TempDir
    private Path memory;

    private ScriptFiles files;
    private Repository repository;
    private StoredBackup backup;

    @BeforeEach
    void open() {
        Storage storage = new DirectoryStorage(root);
        files = new ScriptFiles(storage, Optional.empty());
        repository = new Repository(storage, new LocalState(memory, note -> {}), files);
    }

    private static byte[] packed(String name) throws IOException {
        try (InputStream file = ScriptDataPathTest.class.getResourceAsStream("/sendstream/" + name + ".zfs.gz")) {
            return file.readAllBytes();
        }
    }

    private static byte[] raw(String name) throws IOException {
        try (InputStream stream = new GZIPInputStream(new ByteArrayInputStream(packed(name)))) {
            return stream.readAllBytes();
        }
    }

    private ScriptFile stored(byte[] content) throws IOException {
        Files.createDirectories(root.resolve("alice"));
        Files.write(root.resolve("alice/elabfs-alice@monday.gz"), content);
        backup = repository.listing("p/elabfs-alice").backups().get(0);
        return files.file(backup).orElseThrow();
    }

    private ScriptStream stream(ScriptFile file) {
        return new ScriptStream(files, file, backup, ReadKeys.NONE);
    }

    private ScriptStream.Checked check(ScriptFile file) throws IOException {
        return stream(file).read(OPEN, RESTORING, OutputStream.nullOutputStream());
    }

    private void fetch(ScriptFile file, ScriptStream.Checked checked, OutputStream sink) throws IOException {
        stream(file).fetch(checked, OPEN, RESTORING, sink);
    }

    @Test
    void everyCutOfAGzipFileIsFound() throws IOException {
        byte[] whole = packed("full");
        ScriptFile file = stored(whole);
        assertThat(check(file).stream().bytes()).isEqualTo(raw("full").length);

        for (int length = 0; length < whole.length; length++) {
            Files.write(root.resolve(file.path()), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> check(file))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("elabfs-alice@monday.gz");
        }
    }

    @Test
    void whatIsReadTheSecondTimeIsWhatWasThere() throws IOException {
        for (String name : new String[] {"full", "package"}) {
            ScriptFile listed = stored(packed("full"));
            Files.write(root.resolve(listed.path()), packed(name));
            ScriptFile file = new ScriptFile(listed.name(), listed.path(), packed(name).length, listed.modified());
            ScriptStream.Checked checked = check(file);
            ByteArrayOutputStream sink = new ByteArrayOutputStream();

            fetch(file, checked, sink);

            assertThat(sink.toByteArray()).isEqualTo(raw(name));
        }
    }

    @Test
    void aFileIsReadNoFurtherThanItWentWhenItWasListed() throws IOException {
        ScriptFile file = stored(packed("full"));
        Files.write(root.resolve(file.path()), new byte[1_000_000], StandardOpenOption.APPEND);
        ScriptFile shorter = new ScriptFile(file.name(), file.path(), file.size() / 2, file.modified());

        for (ScriptFile listed : new ScriptFile[] {file, shorter}) {
            assertThatThrownBy(() -> check(listed))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("has more than the " + listed.size() + " bytes");
        }
    }

    @Test
    void aFileThatIsAnotherTheSecondTimeDoesNotGetItsEndThrough() throws IOException {
        ScriptFile file = stored(packed("full"));
        ScriptStream.Checked checked = check(file);
        byte[] other = raw("incremental");
        ByteArrayOutputStream repacked = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(repacked)) {
            gzip.write(other);
        }
        Files.write(root.resolve(file.path()), repacked.toByteArray());
        ByteArrayOutputStream sink = new ByteArrayOutputStream();

        assertThatThrownBy(() -> fetch(file, checked, sink))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("was changed between");

        assertThat(sink.size()).isLessThanOrEqualTo(other.length - 312);
    }

    private static Transfer transfer() {
        return new RunControl(new SilentListener(), new Cancellation()).transfer("p/elabfs-alice", "monday", "looking");
    }

    @Test
    void nothingBuildsOnAStreamThatLeadsToAnotherSnapshotOfTheName() throws IOException {
        ScriptFile file = stored(packed("full"));
        assertThat(stream(file).checkStored(Subset.ALL, transfer())).isEqualTo(file.size());
        SnapshotId other = new SnapshotId("monday", backup.snapshot().guid() + 1, 1, Instant.EPOCH);
        backup = backup.withSnapshots(id -> other);

        assertThatThrownBy(() -> stream(file).checkStored(Subset.ALL, transfer()))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("leads to guid");
    }

    @Test
    void whatIsUnsignedCountsForNothingWhereSignaturesAreChecked() throws IOException {
        ScriptFile file = stored(packed("full"));
        ReadKeys signed = new ReadKeys(Optional.empty(), Optional.of((data, signature, where) -> {}), Optional.empty());

        assertThat(stream(file).problem()).isEmpty();
        assertThat(new ScriptStream(files, file, backup, signed).problem()).isPresent();
    }

    private static StreamUpload.Producer producer(byte[] stream, Optional<SourceException> end) {
        return new StreamUpload.Producer() {
            @Override
            public InputStream output() {
                return new ByteArrayInputStream(stream);
            }

            @Override
            public void finish() throws IOException {
                if (end.isPresent()) {
                    throw end.get();
                }
            }

            @Override
            public void kill() {}
        };
    }

    private ScriptBackup backup(ScriptLayout layout, DatasetName dataset) throws IOException {
        StreamSettings settings = new StreamSettings(
                null, layout.compression(), new Protection(List.of(), Optional.empty(), Optional.empty()));
        Dataset source = new Dataset(
                dataset, DatasetType.FILESYSTEM, 1, Optional.empty(), true, false, false, List.of(), List.of(), 0);
        SnapshotId monday = new SnapshotId("monday", 1, 1, Instant.EPOCH);
        NamedStep step = new NamedStep(
                new SendStep(Kind.FULL, monday, Optional.empty(), List.of()),
                Optional.empty(),
                layout.plainName(dataset, "monday", Optional.empty()),
                List.of(),
                0);
        StreamContext context = new StreamContext(source, step, List.of(), new StreamContext.Origin("", "", Map.of()));
        return new ScriptBackup(repository, settings, layout, context, new QuietWatch(context.label()));
    }

    private StoredBackup store(StreamUpload.Producer producer, ScriptBackup backup) throws IOException {
        backup.store(producer);
        return backup.publish();
    }

    private ScriptBackup upload() throws IOException {
        return backup(new MemberGzip(), ALICE);
    }

    private boolean published() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("alice"))) {
            return files.anyMatch(file -> file.toString().endsWith(".gz"));
        }
    }

    @Test
    void aWholeStreamIsStoredAsGzipWouldHaveIt() throws IOException {
        StoredBackup stored = store(producer(raw("full"), Optional.empty()), upload());

        Path file = root.resolve("alice/elabfs-alice@monday.gz");
        assertThat(Files.size(file)).isEqualTo(stored.storedBytes());
        try (InputStream content = new GZIPInputStream(Files.newInputStream(file))) {
            assertThat(content.readAllBytes()).isEqualTo(raw("full"));
        }
    }

    @Test
    void nothingIsPublishedWhenTheSenderEndsBadlyWhateverItWrote() throws IOException {
        SourceException died = new SourceException("sending p/elabfs-alice@monday", "it was killed", "Run again.");

        assertThatThrownBy(() -> store(producer(raw("full"), Optional.of(died)), upload()))
                .isSameAs(died);

        assertThat(published()).isFalse();
    }

    @Test
    void nothingIsPublishedOfAStreamThatZfsDoesNotReceive() throws IOException {
        assertThatThrownBy(() -> store(producer(raw("deduplicated"), Optional.empty()), upload()))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining(
                        "zfs send made a stream that zfs receive does not take: record 1 (BEGIN) at offset 0:"
                                + " it is dedup");

        assertThat(published()).isFalse();
    }

    @Test
    void nothingIsPublishedOfAStreamThatLacksItsEndThoughTheSenderSaysThatAllIsWell() throws IOException {
        byte[] cut = Arrays.copyOf(raw("full"), raw("full").length - 312);

        assertThatThrownBy(() -> store(producer(cut, Optional.empty()), upload()))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("the last END is missing");

        assertThat(published()).isFalse();
    }

    @Test
    void nothingIsPublishedWhenTheRunIsStopped() throws IOException {
        ScriptBackup upload = upload();
        upload.cancel();

        assertThatThrownBy(() -> store(producer(raw("full"), Optional.empty()), upload))
                .isInstanceOf(InterruptedRunException.class);

        assertThat(published()).isFalse();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(root)) {
            return entries.map(path -> path.getFileName().toString()).toList();
        }
    }

    @Test
    void anUnfinishedFileHasANameThatNeitherScriptLooksAt() throws IOException {
        byte[] whole = raw("full");
        ScriptBackup unfinished = backup(new FlatGpg(), HOME);
        unfinished.store(producer(whole, Optional.empty()));
        assertThat(names())
                .singleElement()
                .satisfies(name -> assertThat(name).startsWith(".").doesNotContain("@"));
        Path file = root.resolve(names().get(0));

        Files.write(file, Arrays.copyOf(whole, whole.length - 1));
        assertThatThrownBy(unfinished::publish)
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining((whole.length - 1) + " bytes");
        Files.write(file, whole);
        unfinished.publish();

        assertThat(names()).containsExactly("home@monday.full.zfs.gpg");
    }

    @Test
    void aFileThatTheScriptWasFasterWithIsLeftAlone() throws IOException {
        ScriptBackup unfinished = backup(new FlatGpg(), HOME);
        unfinished.store(producer(raw("full"), Optional.empty()));
        Files.writeString(root.resolve("home@monday.full.zfs.gpg"), "sealed");

        assertThatThrownBy(unfinished::publish).isInstanceOf(RepositoryException.class);

        assertThat(root.resolve("home@monday.full.zfs.gpg")).hasContent("sealed");
    }
}

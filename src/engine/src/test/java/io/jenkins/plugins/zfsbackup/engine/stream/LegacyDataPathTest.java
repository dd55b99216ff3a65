package io.jenkins.plugins.zfsbackup.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.SourceException;
import io.jenkins.plugins.zfsbackup.engine.protocol.Compression;
import io.jenkins.plugins.zfsbackup.engine.protocol.Layout;
import io.jenkins.plugins.zfsbackup.engine.repository.LegacyFile;
import io.jenkins.plugins.zfsbackup.engine.repository.LegacyLayout;
import io.jenkins.plugins.zfsbackup.engine.repository.LegacyWriter;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.storage.directory.DirectoryStorage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LegacyDataPathTest {

    private static final DatasetName ALICE = new DatasetName("p/elabfs-alice");
    private static final VolumeFormat GZIP =
            new VolumeFormat(new Compression(Compression.Method.GZIP, 6), Optional.empty());

    @TempDir
    private Path root;

    private Repository repository;

    @BeforeEach
    void open() {
        repository = new Repository(new DirectoryStorage(root));
    }

    private static byte[] packed(String name) throws IOException {
        try (InputStream file = LegacyDataPathTest.class.getResourceAsStream("/sendstream/" + name + ".zfs.gz")) {
            return file.readAllBytes();
        }
    }

    private static byte[] raw(String name) throws IOException {
        try (InputStream stream = new GZIPInputStream(new ByteArrayInputStream(packed(name)))) {
            return stream.readAllBytes();
        }
    }

    private LegacyFile stored(byte[] content) throws IOException {
        Files.createDirectories(root.resolve("alice"));
        Files.write(root.resolve("alice/elabfs-alice@monday.gz"), content);
        return repository.listing("p/elabfs-alice").legacy().get("elabfs-alice@monday.gz");
    }

    private LegacyDownload download() {
        return new LegacyDownload(repository, message -> message, "restoring p/elabfs-alice", bytes -> {});
    }

    @Test
    void everyCutOfAGzipFileIsFound() throws IOException {
        byte[] whole = packed("full");
        LegacyFile file = stored(whole);
        assertThat(download().check(file).stream().bytes()).isEqualTo(raw("full").length);

        for (int length = 0; length < whole.length; length++) {
            Files.write(root.resolve(file.path()), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> download().check(file))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("elabfs-alice@monday.gz");
        }
    }

    @Test
    void whatIsReadTheSecondTimeIsWhatWasThere() throws IOException {
        for (String name : new String[] {"full", "package"}) {
            LegacyFile listed = stored(packed("full"));
            Files.write(root.resolve(listed.path()), packed(name));
            LegacyFile file = new LegacyFile(listed.name(), listed.path(), packed(name).length, listed.modified());
            LegacyDownload.Checked checked = download().check(file);
            ByteArrayOutputStream sink = new ByteArrayOutputStream();

            download().fetch(checked, sink);

            assertThat(sink.toByteArray()).isEqualTo(raw(name));
        }
    }

    @Test
    void aFileIsReadNoFurtherThanItWentWhenItWasListed() throws IOException {
        LegacyFile file = stored(packed("full"));
        Files.write(root.resolve(file.path()), new byte[1_000_000], StandardOpenOption.APPEND);
        LegacyFile shorter = new LegacyFile(file.name(), file.path(), file.size() / 2, file.modified());

        for (LegacyFile listed : new LegacyFile[] {file, shorter}) {
            assertThatThrownBy(() -> download().check(listed))
                    .isInstanceOf(IntegrityException.class)
                    .hasMessageContaining("has more than the " + listed.size() + " bytes");
        }
    }

    @Test
    void aFileThatIsAnotherTheSecondTimeDoesNotGetItsEndThrough() throws IOException {
        LegacyFile file = stored(packed("full"));
        LegacyDownload.Checked checked = download().check(file);
        byte[] other = raw("incremental");
        ByteArrayOutputStream repacked = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(repacked)) {
            gzip.write(other);
        }
        Files.write(root.resolve(file.path()), repacked.toByteArray());
        ByteArrayOutputStream sink = new ByteArrayOutputStream();

        assertThatThrownBy(() -> download().fetch(checked, sink))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("was changed between");

        assertThat(sink.size()).isLessThanOrEqualTo(other.length - 312);
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

    private LegacyUpload.Stored store(StreamUpload.Producer producer, LegacyUpload upload) throws IOException {
        LegacyWriter writer = repository.begin(LegacyLayout.of(Layout.MEMBER_GZIP), ALICE, "monday", Optional.empty());
        LegacyUpload.Stored stored = upload.store(producer, writer.write());
        writer.publish(stored.storedBytes());
        return stored;
    }

    private static LegacyUpload upload() {
        return new LegacyUpload(GZIP, Pace.UNLIMITED, "storing p/elabfs-alice@monday", bytes -> {});
    }

    private boolean published() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("alice"))) {
            return files.anyMatch(file -> file.toString().endsWith(".gz"));
        }
    }

    @Test
    void aWholeStreamIsStoredAsGzipWouldHaveIt() throws IOException {
        LegacyUpload.Stored stored = store(producer(raw("full"), Optional.empty()), upload());

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
        LegacyUpload upload = upload();
        upload.cancel();

        assertThatThrownBy(() -> store(producer(raw("full"), Optional.empty()), upload))
                .isInstanceOf(InterruptedRunException.class);

        assertThat(published()).isFalse();
    }
}

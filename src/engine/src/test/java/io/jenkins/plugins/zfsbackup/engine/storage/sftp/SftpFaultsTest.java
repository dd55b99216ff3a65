package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException.Kind;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.Upload;
import io.jenkins.plugins.zfsbackup.engine.testing.FaultyServer;
import io.jenkins.plugins.zfsbackup.engine.testing.Pause;
import io.jenkins.plugins.zfsbackup.engine.testing.SlowLink;
import io.jenkins.plugins.zfsbackup.engine.testing.SshKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong on the way and on bad servers. */
@Timeout(120)
class SftpFaultsTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(500);

    @TempDir
    private Path folder;

    private final FaultyServer server = new FaultyServer();
    private final ExecutorService others = Executors.newCachedThreadPool();
    private byte[] key;

    @BeforeEach
    void prepare() throws IOException {
        key = SshKeys.make(folder.resolve("key")).secret();
        Files.createDirectory(server.root().resolve("r"));
    }

    @AfterEach
    void stop() {
        others.shutdownNow();
        server.close();
    }

    private Sftp sftp() {
        return Sftp.to("lab", server.port(), "/r", key, server.knownHost());
    }

    private Sftp sftp(SlowLink link) {
        return Sftp.to("lab", link.port(), "/r", key, server.knownHost(link.port()));
    }

    @Test
    void aBareFailureOfAServerThatTellsNoFreeSpaceSaysThatItMayBeFull() throws IOException {
        try (Storage storage = sftp().open()) {
            server.fillDisk();
            assertThat(fails(Kind.FAILED, () -> write(storage, "a", new byte[3_000_000])))
                    .hasMessageContaining("full disk")
                    .hasMessageContaining("writing a");
            assertThat(storage.list("")).isPresent();
        }
    }

    @Test
    void aServerThatRenamesOnlyToFreeNamesIsReplacedOnAllTheSame() throws IOException {
        server.forgetExtensions();
        try (Storage storage = sftp().open()) {
            write(storage, "old", new byte[] {1});
            write(storage, "new", new byte[] {2});
            fails(Kind.EXISTS, () -> storage.rename("new", "old"));
            storage.replace("new", "old");
            assertThat(server.root().resolve("r/old")).hasBinaryContent(new byte[] {2});
            fails(Kind.MISSING, () -> storage.replace("no", "old"));
            assertThat(server.root().resolve("r/old")).hasBinaryContent(new byte[] {2});
            assertThat(storage.capabilities())
                    .anyMatch(line -> line.startsWith("the server can't replace a file in one step"));
            assertThat(storage.free()).isEmpty();
        }
    }

    @Test
    void aServerThatSetsNoModesIsFineAndSaidToBeSo() throws IOException {
        server.refuseModes();
        try (Storage storage = sftp().open()) {
            storage.makeDirectory("d");
            write(storage, "d/a", new byte[] {1});
            int before = server.requests();
            write(storage, "d/b", new byte[] {1});
            assertThat(server.requests() - before).isLessThanOrEqualTo(6);
            assertThat(storage.capabilities())
                    .anyMatch(line -> line.startsWith("other users of the server may be able to read"));
        }
        assertThat(server.root().resolve("r/d/b")).hasBinaryContent(new byte[] {1});
    }

    @Test
    void anAuthorityForAnUnknownHostIsToldOfInTheRefusal() throws IOException {
        String authority = "@cert-authority * " + server.knownHost().split(" ", 2)[1];
        try (Storage storage = sftp().knowing(authority).open()) {
            assertThat(fails(Kind.REFUSED, () -> storage.list("")))
                    .hasMessageContaining("is not known in known_hosts")
                    .hasMessageContaining("@cert-authority")
                    .hasMessageContaining("takes no host certificates");
        }
    }

    @Test
    void aServerThatAllowsOneChannelOnAConnectionIsEnough() throws Exception {
        server.limitChannels(1);
        try (Storage storage = sftp().limits(1, LONG, LONG).open();
                Upload upload = storage.write("a")) {
            upload.write(1);
            Future<?> listed = others.submit(() -> storage.list(""));
            upload.finish();
            listed.get();
        }
        assertThat(server.logins()).isEqualTo(1);
    }

    @Test
    void idleConnectionsThatAreClosedAreReplacedSilently() throws IOException {
        try (Storage storage = sftp().open()) {
            write(storage, "a", new byte[] {1});
            server.closeConnections();
            assertThat(storage.list("").orElseThrow()).hasSize(1);
            server.closeConnections();
            write(storage, "b", new byte[] {1});
        }
    }

    @Test
    void anUploadThatIsCutFailsAsOutOfReachAndTheNextTryGoesThrough() throws IOException {
        try (Storage storage = sftp().open()) {
            server.cutWrites(1_000_000, 1);
            byte[] bytes = random(5_000_000);
            fails(Kind.OUT_OF_REACH, () -> write(storage, "a", bytes));
            storage.deleteFile("a");
            write(storage, "a", bytes);
            assertThat(server.root().resolve("r/a")).hasBinaryContent(bytes);
        }
    }

    @Test
    void aDownloadThatIsCutGoesOnFromWhereItWas() throws IOException {
        byte[] bytes = random(9_000_000);
        Files.write(server.root().resolve("r/a"), bytes);
        try (Storage storage = sftp().open()) {
            server.cutReads(2_000_000, 3);
            assertThat(read(storage, "a")).isEqualTo(bytes);
            assertThat(server.logins()).isGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void aDownloadThatIsCutForGoodIsOutOfReachAndNeverAShortFile() throws IOException {
        Files.write(server.root().resolve("r/a"), random(9_000_000));
        try (SlowLink link = new SlowLink(server.port(), Duration.ZERO);
                Storage storage = sftp(link).limits(1, LONG, SHORT).open();
                InputStream in = storage.read("a")) {
            assertThat(in.readNBytes(100_000)).hasSize(100_000);
            link.close();
            fails(Kind.OUT_OF_REACH, in::readAllBytes);
        }
    }

    @Test
    void aFileThatChangesWhileTheConnectionIsLostIsNotPiecedTogether() throws IOException {
        Path file = Files.write(server.root().resolve("r/a"), random(9_000_000));
        try (Storage storage = sftp().open();
                InputStream in = storage.read("a")) {
            in.readNBytes(100_000);
            server.closeConnections();
            Files.write(file, random(9_000_001));
            assertThat(fails(Kind.FAILED, in::readAllBytes)).hasMessageContaining("changed");
        }
    }

    @Test
    void aRenameWhoseAnswerIsLostIsFoundDone() throws IOException {
        try (Storage storage = sftp().open()) {
            storage.makeDirectory("partial");
            server.cutAfterRename();
            storage.rename("partial", "done");
            assertThat(server.root().resolve("r/done")).isDirectory();
            assertThat(server.renames()).isEqualTo(1);
        }
    }

    @Test
    void aServerThatAnswersNothingMoreIsGivenUpThoughItsSshSideLives() throws IOException {
        try (Storage storage = sftp().limits(1, SHORT, Duration.ofSeconds(1)).open()) {
            storage.list("");
            server.stall();
            assertThat(fails(Kind.OUT_OF_REACH, () -> storage.list(""))).hasMessageContaining("nothing moved");
        }
    }

    @Test
    void aPeerThatTakesNothingMoreDoesNotHoldAWriterForEver() throws IOException {
        try (SlowLink link = new SlowLink(server.port(), Duration.ZERO);
                Storage storage = sftp(link).limits(1, SHORT, SHORT).open();
                Upload upload = storage.write("a")) {
            upload.write(random(300_000));
            link.freeze();
            assertThat(fails(Kind.OUT_OF_REACH, () -> {
                        byte[] bytes = random(1_000_000);
                        for (int i = 0; i < 100; i++) {
                            upload.write(bytes);
                        }
                    }))
                    .hasMessageContaining("nothing moved");
        }
    }

    @Test
    void aCallerThatThinksForLongIsNoStall() throws Exception {
        try (Storage storage = sftp().limits(1, SHORT, SHORT).open();
                Upload upload = storage.write("a")) {
            upload.write(random(300_000));
            // A second connection that does stall: when it has been given up, the first has been quiet for as long.
            try (FaultyServer other = new FaultyServer();
                    Storage stalled = Sftp.to("lab", other.port(), "/", key, other.knownHost())
                            .limits(1, SHORT.multipliedBy(3), Duration.ZERO)
                            .open()) {
                stalled.list("");
                other.stall();
                fails(Kind.OUT_OF_REACH, () -> stalled.list(""));
            }
            upload.write(random(300_000));
            assertThat(upload.finish()).isEqualTo(600_000);
        }
    }

    @Test
    void closingFreesAllWhoWait() throws Exception {
        try (SlowLink link = new SlowLink(server.port(), Duration.ZERO)) {
            Storage storage = sftp(link).limits(1, LONG, LONG).open();
            Upload upload = storage.write("a");
            link.freeze();
            Future<?> writer = others.submit(() -> {
                while (true) {
                    upload.write(new byte[1 << 20]);
                }
            });
            Future<?> reader = others.submit(() -> storage.list(""));
            link.cut();
            storage.close();
            assertThatThrownBy(writer::get).isInstanceOf(ExecutionException.class);
            assertThatThrownBy(reader::get).isInstanceOf(ExecutionException.class);
            assertThatThrownBy(() -> storage.list("")).isInstanceOf(RepositoryException.class);
        }
    }

    @Test
    void closingFreesWhoWaitsForAChannelThatDoesNotCome() throws Exception {
        server.forgetChannels();
        Storage storage = sftp().limits(1, LONG, LONG).open();
        Future<?> reader = others.submit(() -> storage.list(""));
        while (server.forgottenChannels() == 0) {
            Pause.briefly();
        }

        storage.close();

        // Far less than the wait for the first channel, which is a part of LONG.
        assertThatThrownBy(() -> reader.get(5, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
    }

    @Test
    void anInterruptEndsAWaitForTheServer() throws Exception {
        try (Storage storage = sftp().limits(1, LONG, LONG).open()) {
            storage.list("");
            server.stall();
            int before = server.requests();
            Thread[] waiting = new Thread[1];
            java.util.concurrent.CountDownLatch begun = new java.util.concurrent.CountDownLatch(1);
            Future<?> call = others.submit(() -> {
                waiting[0] = Thread.currentThread();
                begun.countDown();
                return storage.list("");
            });
            begun.await();
            while (server.requests() == before) {
                Pause.briefly();
            }
            waiting[0].interrupt();
            assertThatThrownBy(call::get).hasCauseInstanceOf(InterruptedRunException.class);
        }
    }

    @Test
    void smallCallsTakeFewRoundTrips() throws IOException {
        Files.write(server.root().resolve("r/a"), new byte[100]);
        try (Storage storage = sftp().limits(1, LONG, LONG).open()) {
            storage.list("");
            assertThat(requests(() -> storage.list(""))).isLessThanOrEqualTo(5);
            assertThat(requests(() -> storage.stat("a"))).isEqualTo(1);
            assertThat(requests(() -> storage.rename("a", "b"))).isLessThanOrEqualTo(4);
            assertThat(requests(() -> storage.replace("b", "c"))).isEqualTo(1);
            // One of them for the mode of the file.
            assertThat(requests(() -> write(storage, "d", new byte[100]))).isLessThanOrEqualTo(7);
        }
    }

    @Test
    void oneThreadUsesOneConnection() throws IOException {
        try (Storage storage = sftp().open()) {
            for (int i = 0; i < 5; i++) {
                write(storage, "f" + i, new byte[100_000]);
                read(storage, "f" + i);
                storage.list("");
            }
        }
        assertThat(server.logins()).isLessThanOrEqualTo(2);
    }

    private int requests(ThrowingCallable work) {
        int before = server.requests();
        assertThat(org.assertj.core.api.Assertions.catchThrowable(work)).isNull();
        return server.requests() - before;
    }

    private static RepositoryException fails(Kind kind, ThrowingCallable work) {
        RepositoryException[] found = new RepositoryException[1];
        assertThatThrownBy(work).isInstanceOfSatisfying(RepositoryException.class, e -> {
            assertThat(e.kind()).as("%s", e.getMessage()).isEqualTo(kind);
            found[0] = e;
        });
        return found[0];
    }

    private static void write(Storage storage, String path, byte[] bytes) throws IOException {
        try (Upload upload = storage.write(path)) {
            upload.write(bytes);
            upload.finish();
        }
    }

    private static byte[] read(Storage storage, String path) throws IOException {
        try (InputStream in = storage.read(path)) {
            return in.readAllBytes();
        }
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}

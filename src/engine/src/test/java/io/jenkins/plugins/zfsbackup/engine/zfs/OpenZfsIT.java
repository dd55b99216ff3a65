package io.jenkins.plugins.zfsbackup.engine.zfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.zfsbackup.engine.model.Bookmark;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.DatasetType;
import io.jenkins.plugins.zfsbackup.engine.model.Snapshot;
import io.jenkins.plugins.zfsbackup.engine.model.SourceException;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.testing.RealPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What OpenZFS does and zfs-fuse doesn't. */
@Tag("openzfs")
class OpenZfsIT {

    private static final Set<SendFlag> PLAIN = Set.of();
    private static final long MIB = 1 << 20;

    private final Zfs zfs = Zfs.direct();
    private final Relay relay = new Relay(zfs);
    private RealPool pool;

    @BeforeEach
    void createPool() {
        pool = RealPool.create(512);
    }

    @AfterEach
    void destroyPool() {
        pool.close();
    }

    @Test
    void findsAllThatOpenZfsCanDo() throws IOException {
        Capabilities capabilities = zfs.capabilities(pool.name());

        assertThat(capabilities.zfsVersion()).contains("zfs-").contains("zfs-kmod-");
        assertThat(capabilities.poolVersion()).isEqualTo("features");
        assertThat(capabilities.sendFlags()).containsExactlyInAnyOrder(SendFlag.values());
        assertThat(List.of(
                        capabilities.bookmarks(),
                        capabilities.holdsListed(),
                        capabilities.estimates(),
                        capabilities.atomicSnapshots(),
                        capabilities.receiveProperties()))
                .containsOnly(true);
    }

    @Test
    void findsNoBookmarksInAPoolWithoutTheFeature() throws IOException {
        // A pool as old tools left it: only zpool upgrade would turn features on.
        Path disk = Files.createFile(pool.home().resolve("old-disk"));
        Files.write(disk, new byte[(int) (64 * MIB)]);
        String old = pool.name() + "old";
        pool.zpool("create", "-d", "-o", "cachefile=none", "-m", "none", old, disk.toString());
        try {
            assertThat(zfs.capabilities(old).bookmarks()).isFalse();
        } finally {
            pool.zpool("destroy", old);
        }
    }

    @Test
    void bringsAZvolBack() throws IOException {
        String disk = pool.name() + "/disk";
        pool.zfs("create", "-V", "16M", disk);
        byte[] blocks = new byte[(int) (4 * MIB)];
        new Random(1).nextBytes(blocks);
        pool.writeBlocks(disk, blocks);
        String snapshot = pool.snapshot(disk, "s");
        String copy = pool.name() + "/copy";

        relay.copy(SendRequest.full(snapshot, all()), copy);

        assertThat(dataset(copy).type()).isEqualTo(DatasetType.VOLUME);
        assertThat(pool.readBlocks(copy, 4)).isEqualTo(blocks);
    }

    @Test
    void goesOnFromABookmarkAfterItsSnapshotIsGone() throws IOException {
        String home = pool.dataset("home");
        pool.write(home, "old", MIB, 1);
        String first = pool.snapshot(home, "1");
        String copy = pool.name() + "/copy";
        relay.copy(SendRequest.full(first, all()), copy);

        zfs.bookmark(first, home + "#zfsbackup-1");
        zfs.destroySnapshot(first);
        pool.write(home, "new", MIB, 2);
        String second = pool.snapshot(home, "2");
        relay.copy(SendRequest.incremental(home + "#zfsbackup-1", second, all()), copy);

        pool.mount(copy);
        assertThat(pool.contents(copy)).isEqualTo(pool.contents(home)).hasSize(2);
    }

    @Test
    void listsBookmarksWithTheIdentityOfTheirSnapshots() throws IOException {
        String home = pool.dataset("home");
        String first = pool.snapshot(home, "1");
        zfs.bookmark(first, home + "#b");

        Dataset dataset = dataset(home);
        Snapshot snapshot = dataset.snapshots().get(0);
        assertThat(dataset.bookmarks())
                .containsExactly(
                        new Bookmark(dataset.name(), "b", snapshot.guid(), snapshot.createtxg(), snapshot.creation()));
    }

    @Test
    void setsABookmarkOnceAndNeverMovesItToAnotherSnapshot() throws IOException {
        String home = pool.dataset("home");
        String first = pool.snapshot(home, "1");
        String second = pool.snapshot(home, "2");

        zfs.bookmark(first, home + "#b");
        zfs.bookmark(first, home + "#b");
        assertThat(failure(() -> zfs.bookmark(second, home + "#b")).said()).contains("bookmark exists");

        zfs.destroyBookmark(home + "#b");
        zfs.destroyBookmark(home + "#b");
        assertThat(zfs.exists(home + "#b")).isFalse();
    }

    @Test
    void sendsCompressedAndLargeBlocksAsTheyAre() throws IOException {
        String home = pool.name() + "/home";
        pool.zfs("create", "-o", "recordsize=1M", "-o", "compression=lz4", home);
        pool.write(home, "text", "to be or not to be, ".repeat(400_000));
        pool.write(home, "tiny", "embedded in its pointer");
        String snapshot = pool.snapshot(home, "s");
        String copy = pool.name() + "/copy";

        byte[] asTheyAre = relay.read(SendRequest.full(snapshot, all()));
        byte[] expanded = relay.read(SendRequest.full(snapshot, PLAIN));
        relay.write(asTheyAre, copy);

        assertThat(asTheyAre.length).isLessThan(expanded.length / 10);
        pool.mount(copy);
        assertThat(pool.contents(copy)).isEqualTo(pool.contents(home)).hasSize(2);
    }

    @Test
    void sendsAndRestoresAnEncryptedDatasetWithTheKeyUnavailable() throws IOException {
        Path key = pool.home().resolve("key");
        Files.writeString(key, "correct horse battery staple");
        String secret = pool.name() + "/secret";
        pool.zfs(
                "create",
                "-o",
                "encryption=on",
                "-o",
                "keyformat=passphrase",
                "-o",
                "keylocation=file://" + key,
                secret);
        pool.write(secret, "diary", MIB, 1);
        Map<String, String> contents = pool.contents(secret);
        String first = pool.snapshot(secret, "1");
        pool.write(secret, "diary", MIB, 2);
        Map<String, String> later = pool.contents(secret);
        String second = pool.snapshot(secret, "2");
        pool.zfs("unmount", secret);
        pool.zfs("unload-key", secret);
        String copy = pool.name() + "/copy";

        Set<SendFlag> flags = zfs.capabilities(pool.name()).flagsFor(dataset(secret));
        relay.copy(SendRequest.full(first, flags), copy);
        relay.copy(SendRequest.incremental(first, second, flags), copy);

        assertThat(flags).containsExactly(SendFlag.RAW);
        assertThat(dataset(copy).encrypted()).isTrue();
        assertThat(pool.zfs("get", "-H", "-o", "value", "keystatus", copy)).containsExactly("unavailable");
        pool.zfs("load-key", "-L", "file://" + key, copy);
        pool.mount(copy);
        assertThat(pool.contents(copy)).isEqualTo(later).isNotEqualTo(contents);
    }

    @Test
    void refusesToSendAnEncryptedDatasetInPlainWithoutItsKey() throws IOException {
        Path key = pool.home().resolve("key");
        Files.writeString(key, "correct horse battery staple");
        String secret = pool.name() + "/secret";
        pool.zfs(
                "create",
                "-o",
                "encryption=on",
                "-o",
                "keyformat=passphrase",
                "-o",
                "keylocation=file://" + key,
                secret);
        String snapshot = pool.snapshot(secret, "1");
        pool.zfs("unmount", secret);
        pool.zfs("unload-key", secret);

        assertThat(failure(() -> relay.read(SendRequest.full(snapshot, PLAIN))).said())
                .contains("key");
    }

    @Test
    void estimatesAStreamWithinATenth() throws IOException {
        String home = pool.dataset("home");
        pool.write(home, "one", 8 * MIB, 1);
        String first = pool.snapshot(home, "1");
        pool.write(home, "two", 4 * MIB, 2);
        String second = pool.snapshot(home, "2");

        for (SendRequest request : List.of(
                SendRequest.full(second, all()),
                SendRequest.incremental(first, second, all()),
                SendRequest.packaged(first, second, all()))) {
            double size = relay.read(request).length;
            assertThat((double) zfs.estimate(request).orElseThrow()).isBetween(size * 0.9, size * 1.1);
        }
    }

    @Test
    void listsHoldsByTag() throws IOException {
        String home = pool.dataset("home");
        String first = pool.snapshot(home, "first one");
        String second = pool.snapshot(home, "2");
        zfs.hold("zfsbackup", first);
        zfs.hold("somebody-else", first);

        assertThat(zfs.holds(List.of(first, second)))
                .containsExactlyInAnyOrder(new Hold(first, "zfsbackup"), new Hold(first, "somebody-else"));
        assertThat(zfs.holds(List.of(first, home + "@vanished"))).hasSize(2);
        assertThat(zfs.holds(List.of())).isEmpty();

        zfs.release("zfsbackup", first);
        zfs.release("somebody-else", first);
    }

    @Test
    void takesSnapshotsOfUnrelatedDatasetsAtOneInstant() throws IOException {
        String a = pool.dataset("a");
        String b = pool.dataset("b/c");

        assertThat(zfs.snapshot(List.of(a + "@s", b + "@s"), "s")).isTrue();

        assertThat(dataset(a).snapshots().get(0).createtxg())
                .isEqualTo(dataset(b).snapshots().get(0).createtxg());
        assertThat(zfs.exists(pool.name() + "/b@s")).isFalse();
    }

    @Test
    void tellsAnOrdinaryUserWhatToAllowAndThenWorksWithJustThat() throws IOException {
        String home = pool.dataset("home");
        pool.write(home, "file", MIB, 1);
        String first = pool.snapshot(home, "1");
        Zfs ordinary = new Zfs(
                List.of("runuser", "-u", "nobody", "--", "zfs"), List.of("runuser", "-u", "nobody", "--", "zpool"));
        String copy = pool.name() + "/restored/copy";

        String backup = allowed(failure(() -> ordinary.snapshot(List.of(home + "@2"), "s")));
        assertThat(allowed(failure(() -> new Relay(ordinary).read(SendRequest.full(first, PLAIN)))))
                .isEqualTo(backup);
        assertThat(allowed(failure(() -> ordinary.hold("tag", first)))).isEqualTo(backup);
        assertThat(allowed(failure(() -> ordinary.bookmark(first, home + "#1"))))
                .isEqualTo(backup);
        pool.zfs("allow", "-u", "nobody", backup, home);

        assertThat(ordinary.inventory(pool.name())).isEqualTo(zfs.inventory(pool.name()));
        assertThat(ordinary.capabilities(pool.name())).isEqualTo(zfs.capabilities(pool.name()));
        assertThat(ordinary.snapshot(List.of(home + "@2"), "s")).isTrue();
        ordinary.hold("tag", first);
        assertThat(ordinary.holds(List.of(first))).containsExactly(new Hold(first, "tag"));
        assertThat(ordinary.estimate(SendRequest.full(first, all()))).isPresent();
        byte[] stream = new Relay(ordinary).read(SendRequest.full(first, all()));
        ordinary.bookmark(first, home + "#1");
        ordinary.release("tag", first);

        pool.zfs("allow", "-u", "nobody", allowed(failure(() -> ordinary.destroyBookmark(home + "#1"))), home);
        ordinary.destroyBookmark(home + "#1");

        pool.dataset("restored");
        SourceException refused = failure(() -> new Relay(ordinary).write(stream, copy));
        pool.zfs("allow", "-u", "nobody", allowed(refused), pool.name() + "/restored");
        new Relay(ordinary).write(stream, copy);
        pool.mount(copy);
        assertThat(pool.contents(copy)).isEqualTo(pool.contents(home));
    }

    @Test
    void namesADatasetOneLevelUpForARestoreThatIsNotAllowed() throws IOException {
        byte[] stream = relay.read(SendRequest.full(pool.snapshot(pool.dataset("home"), "1"), PLAIN));
        Zfs ordinary = new Zfs(List.of("runuser", "-u", "nobody", "--", "zfs"), List.of("zpool"));

        SourceException refused = failure(() -> new Relay(ordinary).write(stream, pool.name() + "/new"));

        assertThat(refused.next()).contains("'" + pool.name() + "'");
    }

    /** The permissions in the command that the message gives. */
    private static String allowed(SourceException refused) {
        String[] words = refused.next().split(" ");
        return words[List.of(words).indexOf("-u") + 2];
    }

    private Set<SendFlag> all() {
        return EnumSet.of(SendFlag.LARGE_BLOCKS, SendFlag.COMPRESSED, SendFlag.EMBEDDED);
    }

    private Dataset dataset(String name) throws IOException {
        return zfs.dataset(new DatasetName(name)).orElseThrow();
    }

    private static SourceException failure(ThrowingCallable call) {
        SourceException failure = catchThrowableOfType(SourceException.class, call);
        assertThat(failure).isNotNull();
        return failure;
    }
}

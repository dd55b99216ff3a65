package io.jenkins.plugins.zfsbackup.engine.zfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.DatasetType;
import io.jenkins.plugins.zfsbackup.engine.model.Guid;
import io.jenkins.plugins.zfsbackup.engine.model.Snapshot;
import io.jenkins.plugins.zfsbackup.engine.model.SourceException;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.testing.RealPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every real ZFS does, from zfs-fuse on. */
class ZfsIT {

    private static final Set<SendFlag> PLAIN = Set.of();

    private final Zfs zfs = Zfs.direct();
    private final Relay relay = new Relay(zfs);
    private RealPool pool;

    @BeforeEach
    void createPool() {
        pool = RealPool.create(256);
    }

    @AfterEach
    void destroyPool() {
        pool.close();
    }

    @Test
    void listsDatasetsWithTheirSnapshots() throws IOException {
        String home = pool.dataset("home");
        String odd = pool.dataset("a b.c:d-e_f/g");
        pool.snapshot(home, "zz first");
        pool.snapshot(home, "aa.second:x");
        pool.zfs("hold", "mine", home + "@zz first");
        pool.zfs("set", "zfsbackup:enabled=false", pool.name() + "/a b.c:d-e_f");

        List<Dataset> datasets = zfs.inventory(pool.name());

        assertThat(datasets)
                .extracting(dataset -> dataset.name().value())
                .containsExactly(pool.name(), pool.name() + "/a b.c:d-e_f", odd, home);
        assertThat(datasets).extracting(Dataset::type).containsOnly(DatasetType.FILESYSTEM);
        assertThat(datasets).extracting(Dataset::enabled).containsExactly(true, false, false, true);
        assertThat(datasets.get(3).snapshots()).extracting(Snapshot::name).containsExactly("zz first", "aa.second:x");
        assertThat(datasets.get(3).snapshots()).extracting(Snapshot::held).containsExactly(true, false);
        assertThat(datasets.get(3).referenced()).isPositive();
        assertThat(Guid.format(datasets.get(3).guid()))
                .isEqualTo(pool.zfs("get", "-Hp", "-o", "value", "guid", home).get(0));
        pool.zfs("release", "mine", home + "@zz first");
    }

    @Test
    void seesWhatADatasetIsACloneOf() throws IOException {
        String template = pool.snapshot(pool.dataset("template"), "gold");
        pool.zfs("clone", template, pool.name() + "/clone");

        assertThat(dataset(pool.name() + "/clone").origin()).contains(template);
        assertThat(dataset(pool.name() + "/template").origin()).isEmpty();
        pool.destroy(pool.name() + "/clone");
    }

    @Test
    void callsZfsEquallyOftenForFewDatasetsAndMany() throws IOException {
        Path calls = pool.folder().resolve("calls");
        Zfs counted = counting("zfs", calls);
        counted.inventory(pool.name());
        List<String> forOne = Files.readAllLines(calls);

        for (int i = 0; i < 30; i++) {
            pool.dataset("d" + i);
        }
        pool.zfs("snapshot", "-r", pool.name() + "@s");
        Files.delete(calls);

        assertThat(counting("zfs", calls).inventory(pool.name())).hasSize(31);
        assertThat(Files.readAllLines(calls)).isEqualTo(forOne).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void namesThePoolsThereAreWhenThereIsNoSuchPool() {
        SourceException failure = failure(() -> zfs.inventory("nosuchpool"));

        assertThat(failure.doing()).contains("nosuchpool");
        assertThat(failure.next()).contains(pool.name());
    }

    @Test
    void looksAtOneDatasetWithoutThoseBelowIt() throws IOException {
        String home = pool.dataset("home");
        pool.dataset("home/anna");
        pool.snapshot(home, "s");

        Dataset found = zfs.dataset(new DatasetName(home)).orElseThrow();

        assertThat(found.name().value()).isEqualTo(home);
        assertThat(found.snapshots()).extracting(Snapshot::name).containsExactly("s");
        assertThat(zfs.dataset(new DatasetName(home + "/bert"))).isEmpty();
        assertThat(zfs.dataset(new DatasetName("nosuchpool/x"))).isEmpty();
    }

    @Test
    void tellsWhatExists() throws IOException {
        String home = pool.dataset("home");
        String snapshot = pool.snapshot(home, "s");

        assertThat(zfs.exists(home)).isTrue();
        assertThat(zfs.exists(snapshot)).isTrue();
        assertThat(zfs.exists(home + "@t")).isFalse();
        assertThat(zfs.exists(home + "/x")).isFalse();
        assertThat(zfs.exists("nosuchpool")).isFalse();
    }

    @Test
    void bringsADatasetBackThroughFullIncrementalAndPackagedStreams() throws IOException {
        String home = pool.dataset("home");
        pool.write(home, "one", 3_000_000, 1);
        String first = pool.snapshot(home, "1");
        pool.write(home, "sub/two", 200_000, 2);
        String second = pool.snapshot(home, "2");
        Files.delete(pool.mountPoint(home).resolve("one"));
        String third = pool.snapshot(home, "3");
        pool.write(home, "four", "the end");
        String fourth = pool.snapshot(home, "4");
        String copy = pool.name() + "/copy";

        relay.copy(SendRequest.full(first, PLAIN), copy);
        relay.copy(SendRequest.incremental(first, second, PLAIN), copy);
        relay.copy(SendRequest.packaged(second, fourth, PLAIN), copy);

        pool.mount(copy);
        assertThat(pool.contents(copy)).isEqualTo(pool.contents(home)).hasSize(2);
        assertThat(dataset(copy).snapshots())
                .extracting(Snapshot::guid)
                .containsExactlyElementsOf(
                        dataset(home).snapshots().stream().map(Snapshot::guid).toList());
        assertThat(zfs.guid(copy + "@3")).isEqualTo(zfs.guid(third));
    }

    @Test
    void leavesNothingOfAStreamThatIsCutOrChanged() throws IOException {
        String home = pool.dataset("home");
        pool.write(home, "file", 2_000_000, 1);
        byte[] stream = relay.read(SendRequest.full(pool.snapshot(home, "s"), PLAIN));
        byte[] cut = Arrays.copyOf(stream, stream.length / 2);
        byte[] changed = stream.clone();
        changed[stream.length / 2] ^= 1;
        String target = pool.name() + "/copy";

        assertThat(failure(() -> relay.write(cut, target)).doing()).contains(target);
        assertThat(failure(() -> relay.write(changed, target)).said()).contains("checksum");
        assertThat(zfs.exists(target)).isFalse();
    }

    @Test
    void endsASendInTheMiddle() throws IOException {
        String home = pool.dataset("home");
        pool.write(home, "file", 20_000_000, 1);
        String snapshot = pool.snapshot(home, "s");

        try (SendProcess send = zfs.send(SendRequest.full(snapshot, PLAIN))) {
            assertThat(send.stream().readNBytes(100_000)).hasSize(100_000);
            send.kill();

            assertThat(failure(send::finish).doing()).contains(snapshot);
        }
        zfs.destroySnapshot(snapshot);
        assertThat(zfs.exists(snapshot)).isFalse();
    }

    @Test
    void saysSoWhenTheSnapshotToSendHasVanished() throws IOException {
        String home = pool.dataset("home");

        SourceException failure = failure(() -> relay.read(SendRequest.full(home + "@gone", PLAIN)));

        assertThat(failure.said()).contains("does not exist");
        assertThat(failure.next()).contains("destroyed or renamed");
    }

    @Test
    void neitherOverwritesNorRollsBack() throws IOException {
        String home = pool.dataset("home");
        String first = pool.snapshot(home, "1");
        pool.write(home, "file", "new");
        String second = pool.snapshot(home, "2");
        String copy = pool.name() + "/copy";
        relay.copy(SendRequest.full(first, PLAIN), copy);
        pool.mount(copy);
        pool.write(copy, "local", "changed here");
        byte[] full = relay.read(SendRequest.full(first, PLAIN));
        byte[] increment = relay.read(SendRequest.incremental(first, second, PLAIN));

        assertThat(failure(() -> relay.write(full, copy)).said()).contains("exists");
        assertThat(failure(() -> relay.write(increment, copy)).said()).contains("modified");
        assertThat(pool.contents(copy)).containsOnlyKeys("local");
    }

    @Test
    void holdsAndReleasesAsOftenAsOneLikes() throws IOException {
        String snapshot = pool.snapshot(pool.dataset("home"), "s");

        zfs.hold("zfsbackup", snapshot);
        zfs.hold("zfsbackup", snapshot);
        assertThat(dataset(pool.name() + "/home").snapshots().get(0).held()).isTrue();
        assertThat(failure(() -> zfs.destroySnapshot(snapshot)).next()).contains("hold");

        zfs.release("zfsbackup", snapshot);
        zfs.release("zfsbackup", snapshot);
        assertThat(dataset(pool.name() + "/home").snapshots().get(0).held()).isFalse();

        zfs.destroySnapshot(snapshot);
        zfs.destroySnapshot(snapshot);
        zfs.release("zfsbackup", snapshot);
        assertThat(zfs.exists(snapshot)).isFalse();
    }

    @Test
    void takesSnapshotsOfAWholeSubtreeAtOneInstant() throws IOException {
        String home = pool.dataset("home");
        String anna = pool.dataset("home/anna");
        pool.dataset("other");

        assertThat(zfs.snapshot(List.of(anna + "@s", home + "@s"), "s")).isTrue();

        assertThat(zfs.inventory(home))
                .extracting(dataset -> dataset.snapshots().get(0).createtxg())
                .containsOnly(dataset(anna).snapshots().get(0).createtxg());
        assertThat(zfs.exists(pool.name() + "/other@s")).isFalse();
    }

    @Test
    void takesSnapshotsOfAnyDatasetsAndSaysWhetherAtOneInstant() throws IOException {
        String a = pool.dataset("a");
        String b = pool.dataset("b");
        pool.dataset("b/not-this-one");

        boolean atOneInstant = zfs.snapshot(List.of(a + "@s", b + "@s"), "s");

        assertThat(atOneInstant).isEqualTo(zfs.capabilities(pool.name()).atomicSnapshots());
        assertThat(zfs.exists(a + "@s")).isTrue();
        assertThat(zfs.exists(b + "@s")).isTrue();
        assertThat(zfs.exists(b + "/not-this-one@s")).isFalse();
    }

    @Test
    void knowsWhatThePoolCanDo() throws IOException {
        Capabilities capabilities = zfs.capabilities(pool.name());

        assertThat(capabilities.bookmarks()).isEqualTo(pool.hasFeature("bookmarks"));
        assertThat(capabilities.zfsVersion()).isNotBlank();
        assertThat(capabilities.poolVersion()).matches("\\d+|features");
        assertThat(failure(() -> zfs.capabilities("nosuchpool")).next()).contains(pool.name());
    }

    @Test
    void refusesNamesThatZfsDestroyWouldTakeForARange() throws IOException {
        String home = pool.dataset("home");
        String kept = pool.snapshot(home, "a");
        pool.snapshot(home, "b");

        failure(() -> zfs.destroySnapshot(home + "@a%b"));
        failure(() -> zfs.destroySnapshot(home + "@a,b"));
        failure(() -> zfs.destroySnapshot(home));

        assertThat(zfs.exists(kept)).isTrue();
    }

    /** The real programs, with each call of {@code zfs} written down. */
    private Zfs counting(String program, Path calls) throws IOException {
        Path script = pool.folder().resolve(program);
        Files.writeString(
                script,
                "#!/bin/sh\necho \"$@\" >> '" + calls + "'\nPATH=$PATH:/usr/sbin exec " + program + " \"$@\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return new Zfs(List.of(script.toString()), List.of("zpool"));
    }

    private Dataset dataset(String name) throws IOException {
        Optional<Dataset> found = zfs.inventory(pool.name()).stream()
                .filter(dataset -> dataset.name().value().equals(name))
                .findFirst();
        return found.orElseThrow();
    }

    private static SourceException failure(ThrowingCallable call) {
        SourceException failure = catchThrowableOfType(SourceException.class, call);
        assertThat(failure).isNotNull();
        return failure;
    }
}

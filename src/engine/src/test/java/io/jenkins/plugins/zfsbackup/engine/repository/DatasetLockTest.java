package io.jenkins.plugins.zfsbackup.engine.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.storage.directory.DirectoryStorage;
import io.jenkins.plugins.zfsbackup.engine.testing.HookedStorage;
import io.jenkins.plugins.zfsbackup.engine.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Of two runs one works on a dataset, whatever their clocks say, and whenever either of them is stopped. */
@Timeout(60)
class DatasetLockTest {

    private static final ProcessIdentity ELSEWHERE = new ProcessIdentity(1, "another boot", "pid:[1]", 1);
    private static final LockOwner ME = new LockOwner("root", "here", ProcessIdentity.current(), "run-1");
    private static final LockOwner OTHER = new LockOwner("you", "there", ELSEWHERE, "run-2");
    private static final LockOwner THIRD = new LockOwner("they", "there", ELSEWHERE, "run-3");

    @TempDir
    private Path folder;

    private Path dataset;
    private Repository repository;
    private final List<String> notes = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        repository = new Repository(new DirectoryStorage(folder.resolve("repo")));
        Manifests.initialize(folder.resolve("repo"));
        dataset = folder.resolve("repo/tank/a");
    }

    private DatasetLock lock(LockOwner owner) throws IOException {
        return repository.lock("tank/a", owner, notes::add);
    }

    private Path owner() {
        return dataset.resolve(".lock/owner.json");
    }

    /** Has the storage say of a file that it was changed so long ago. */
    private static void age(Path file, Duration age) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
    }

    private List<String> left() throws IOException {
        try (Stream<Path> entries = Files.list(dataset)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    private static void assertLost(DatasetLock lock) {
        assertThatThrownBy(lock::check)
                .isInstanceOf(RepositoryException.class)
                .hasMessageContaining("tank/a")
                .hasMessageContaining("this run lost the lock");
        assertThat(lock.lost()).isTrue();
    }

    @Test
    void isHeldByOneRunAtATimeAndNamesItsHolder() throws IOException {
        DatasetLock lock = lock(ME);

        assertThatThrownBy(() -> lock(OTHER))
                .isInstanceOfSatisfying(
                        RepositoryException.class, e -> assertThat(e.kind()).isEqualTo(RepositoryException.Kind.EXISTS))
                .hasMessageContaining("root on here")
                .hasMessageContaining("run-1")
                .hasMessageContaining("rm -r " + dataset.resolve(".lock"));
        lock.check();
        lock.release();
        lock(OTHER).release();
        assertThat(left()).isEmpty();
        assertThat(notes).isEmpty();
    }

    @Test
    void countsForNothingTenMinutesAfterItsLastRenewalByTheStoragesClock() throws IOException {
        DatasetLock lost = lock(OTHER);
        age(owner(), Duration.ofMinutes(9));
        assertThatThrownBy(() -> lock(ME)).hasMessageContaining("renewed 9 minutes ago by the server's clock");
        lost.check();
        age(owner(), Duration.ofMinutes(11));

        DatasetLock taken = lock(ME);

        assertThat(notes)
                .singleElement()
                .asString()
                .contains("took over the lock of you on there")
                .contains("not renewed for 11 minutes by the server's clock");
        assertLost(lost);
        lost.release();
        assertThatThrownBy(lost::check).hasMessageContaining("lost the lock to root on here");
        taken.check();
        taken.renew();
        taken.release();
        assertThat(left()).isEmpty();
    }

    @Test
    void aRenewalMakesItYoungAgain() throws IOException {
        DatasetLock lock = lock(OTHER);
        age(owner(), Duration.ofMinutes(11));

        lock.renew();

        assertThatThrownBy(() -> lock(ME)).hasMessageContaining("ago by the server's clock");
        lock.check();
    }

    @Test
    void aServerWhoseClockWasPutBackDoesNotKeepItForYears() throws IOException {
        DatasetLock lost = lock(OTHER);
        age(owner(), Duration.ofMinutes(-9));
        assertThatThrownBy(() -> lock(ME)).hasMessageContaining("renewed 0 s ago");
        age(owner(), Duration.ofDays(-3000));

        lock(ME).check();

        assertThat(notes).singleElement().asString().contains("the server's clock was 72000 hours ahead");
        assertLost(lost);
    }

    @Test
    void ofAProcessOfThisBootThatIsGoneItIsTakenOverAtOnce() throws Exception {
        Process process = new ProcessBuilder("sleep", "60").start();
        ProcessIdentity identity = ProcessIdentity.current(Path.of("/proc"), process.pid());
        lock(new LockOwner("me", "here", identity, "run-0"));
        assertThatThrownBy(() -> lock(ME)).hasMessageContaining("run-0");
        process.destroyForcibly().waitFor();

        lock(ME).release();

        assertThat(notes).singleElement().asString().contains("not running any more");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{\"user\":\"root\",\"host\":\"here\",\"pid\":4194304}", "no json", "[[", "null"})
    void withAnOwnerThatCanNotBeReadItGoesByItsAge(String content) throws IOException {
        Files.createDirectories(owner().getParent());
        Files.writeString(owner(), content);
        assertThatThrownBy(() -> lock(ME)).hasMessageContaining("can't be read").hasMessageContaining("rm -r ");
        age(owner(), Duration.ofMinutes(11));

        lock(ME).release();

        assertThat(notes).hasSize(1);
        assertThat(left()).isEmpty();
    }

    @Test
    void withoutAnOwnerItGoesByTheAgeOfTheDirectory() throws IOException {
        Files.createDirectories(dataset.resolve(".lock"));
        assertThatThrownBy(() -> lock(ME)).hasMessageContaining("rm -r " + dataset.resolve(".lock"));
        age(dataset.resolve(".lock"), Duration.ofMinutes(11));

        lock(ME).release();

        assertThat(left()).isEmpty();
    }

    @Test
    void asAFileItGoesByTheAgeOfTheFile() throws IOException {
        Files.createDirectories(dataset);
        Files.writeString(dataset.resolve(".lock"), "12345\n");
        assertThatThrownBy(() -> lock(ME)).hasMessageContaining("rm " + dataset.resolve(".lock"));
        age(dataset.resolve(".lock"), Duration.ofMinutes(11));

        lock(ME).release();

        assertThat(left()).isEmpty();
    }

    @Test
    void asSomethingThatIsNeitherItIsNamedWithTheCommandThatRemovesIt() throws IOException {
        Files.createDirectories(dataset.resolve(".lock"));
        Programs.succeed(dataset.resolve(".lock"), Map.of(), "mkfifo", "owner.json");
        assertThatThrownBy(() -> lock(ME)).hasMessageContaining("rm -r " + dataset.resolve(".lock"));
        Programs.succeed(dataset, Map.of(), "touch", "-d", "11 minutes ago", ".lock/owner.json");
        lock(ME).release();

        Files.createSymbolicLink(dataset.resolve(".lock"), Path.of(".lock"));
        assertThatThrownBy(() -> lock(ME))
                .hasMessageContaining("leads nowhere")
                .hasMessageContaining("rm " + dataset.resolve(".lock"));
    }

    @Test
    void ofManyThatFindItStaleOneGetsIt() throws Exception {
        ExecutorService runs = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 20; round++) {
                DatasetLock stale = lock(OTHER);
                age(owner(), Duration.ofMinutes(11));
                List<Future<DatasetLock>> results = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    results.add(runs.submit(() -> repository.lock("tank/a", THIRD, note -> {})));
                }
                List<DatasetLock> won = new ArrayList<>();
                for (Future<DatasetLock> result : results) {
                    try {
                        won.add(result.get());
                    } catch (java.util.concurrent.ExecutionException e) {
                        assertThat(e.getCause()).isInstanceOf(RepositoryException.class);
                    }
                }
                List<DatasetLock> held = new ArrayList<>();
                for (DatasetLock lock : won) {
                    try {
                        lock.check();
                        held.add(lock);
                    } catch (RepositoryException e) {
                        assertThat(e).hasMessageContaining("lost the lock");
                    }
                }
                assertThat(held).hasSize(1);
                assertLost(stale);
                held.get(0).release();
            }
        } finally {
            runs.shutdownNow();
        }
    }

    private HookedStorage hooked() {
        return new HookedStorage(new DirectoryStorage(folder.resolve("repo")));
    }

    private void takeOver(List<DatasetLock> taken) throws IOException {
        age(owner(), Duration.ofMinutes(11));
        taken.add(lock(THIRD));
    }

    @ParameterizedTest
    @ValueSource(strings = {"write", "read", "replace"})
    void aRunThatIsStoppedInTheMiddleOfARenewalLosesItAndHurtsNobody(String verb) throws IOException {
        HookedStorage storage = hooked();
        DatasetLock stopped = new Repository(storage.storage()).lock("tank/a", OTHER, notes::add);
        List<DatasetLock> taken = new ArrayList<>();
        storage.before(verb, () -> takeOver(taken));

        assertThatThrownBy(stopped::renew).hasMessageContaining("lost the lock to they on there");

        taken.get(0).check();
        taken.get(0).renew();
        stopped.release();
        taken.get(0).check();
        taken.get(0).release();
        assertThat(left()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "rename"})
    void aRunThatIsStoppedWhileItGivesTheLockBackHurtsNobody(String verb) throws IOException {
        HookedStorage storage = hooked();
        DatasetLock stopped = new Repository(storage.storage()).lock("tank/a", OTHER, notes::add);
        List<DatasetLock> taken = new ArrayList<>();
        storage.before(verb, () -> takeOver(taken));

        stopped.release();

        taken.get(0).check();
        taken.get(0).release();
        assertThat(left()).isEmpty();
    }

    @Test
    void aLockThatIsMovedAwayForAMomentIsNotLost() throws Exception {
        DatasetLock lock = lock(ME);
        Files.move(dataset.resolve(".lock"), dataset.resolve(".lock-stale-1"));
        ExecutorService others = Executors.newSingleThreadExecutor();
        try {
            Future<Path> putBack =
                    others.submit(() -> Files.move(dataset.resolve(".lock-stale-1"), dataset.resolve(".lock")));
            lock.check();
            putBack.get();
        } finally {
            others.shutdownNow();
        }
        lock.check();
        Files.delete(owner());
        Files.delete(dataset.resolve(".lock"));
        assertLost(lock);
    }

    private BackupWriter store(Repository with, String id, Manifest manifest) throws IOException {
        BackupWriter writer = with.begin("tank/a", id, "same");
        for (Manifest.Volume each : manifest.volumes()) {
            writer.volume(each.name(), out -> out.write(new byte[(int) each.storedBytes()]));
            writer.confirm(each);
        }
        return writer;
    }

    private static void publish(BackupWriter writer, Manifest manifest) throws IOException {
        writer.publish(manifest, ManifestJson.write(manifest), Optional.empty());
    }

    @Test
    void afterItWasTakenOverTheUploadOfTheOtherRunIsOutOfItsReach() throws IOException {
        Manifest manifest = Manifests.full("tank/a", "x", 10, 5);
        lock(OTHER);
        BackupWriter stopped = store(repository, "x.full", manifest);
        age(owner(), Duration.ofMinutes(11));
        DatasetLock taken = lock(ME);

        assertThat(repository.settled(taken).backups()).isEmpty();
        BackupWriter next = store(repository, "x.full", manifest);
        assertThatThrownBy(() -> stopped.volume("00009.zfs", out -> out.write(1)))
                .isInstanceOf(RepositoryException.class);
        stopped.abandon();
        assertThatThrownBy(() -> publish(stopped, manifest)).isInstanceOf(RepositoryException.class);
        publish(next, manifest);

        assertThat(repository.settled(taken).backups()).hasSize(1);
        taken.release();
        assertThat(left()).containsExactly("x.full");
    }

    @Test
    void whatIsPublishedJustBeforeTheOtherRunTakesTheUploadIsSeenByIt() throws IOException {
        Manifest manifest = Manifests.full("tank/a", "x", 10, 5);
        lock(OTHER);
        BackupWriter stopped = store(repository, "x.full", manifest);
        age(owner(), Duration.ofMinutes(11));
        HookedStorage storage = hooked();
        Repository others = new Repository(storage.storage());
        DatasetLock taken = others.lock("tank/a", ME, notes::add);
        storage.before("rename", () -> publish(stopped, manifest));

        Listing listing = others.settled(taken);

        assertThat(listing.backups()).hasSize(1);
        assertThat(listing.leftovers()).isEmpty();
    }

    @Test
    void withoutItNothingOfOthersIsTouched() throws IOException {
        lock(OTHER);
        BackupWriter living = store(repository, "x.full", Manifests.full("tank/a", "x", 10, 5));
        age(owner(), Duration.ofMinutes(11));
        DatasetLock lost = lock(THIRD);
        age(owner(), Duration.ofMinutes(11));
        lock(ME);

        assertThatThrownBy(() -> repository.settled(lost)).hasMessageContaining("lost the lock");
        assertThatThrownBy(() -> repository.delete(lost, "x.full")).hasMessageContaining("lost the lock");
        publish(living, Manifests.full("tank/a", "x", 10, 5));
    }
}

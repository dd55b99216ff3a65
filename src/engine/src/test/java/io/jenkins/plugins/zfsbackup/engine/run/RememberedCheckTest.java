package io.jenkins.plugins.zfsbackup.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupProblem;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.LocalState;
import io.jenkins.plugins.zfsbackup.engine.repository.ManifestJson;
import io.jenkins.plugins.zfsbackup.engine.repository.Manifests;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.directory.DirectoryStorage;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RememberedCheckTest {

    private static final String DATASET = "tank/home";
    private static final int MANY = 1000;

    @TempDir
    private Path folder;

    private final Queue<String> listed = new ConcurrentLinkedQueue<>();
    private final Queue<String> read = new ConcurrentLinkedQueue<>();
    private Path root;

    /** Six backups in a chain. */
    @BeforeEach
    void store() throws IOException {
        root = folder.resolve("repository");
        Manifests.initialize(root);
        for (int i = 0; i < 6; i++) {
            Manifest manifest = i == 0
                    ? Manifests.full(DATASET, "s0", 10, 5)
                    : Manifests.incremental(DATASET, "s" + (i - 1), "s" + i, 10, 5);
            Path backup = Files.createDirectories(root.resolve(DATASET).resolve(id(i)));
            Files.write(backup.resolve("manifest.json"), ManifestJson.write(manifest));
            Files.writeString(volume(i), "12345");
        }
    }

    private static String id(int i) {
        return i == 0 ? "s0.full" : "s" + i + ".from.s" + (i - 1);
    }

    private Path volume(int i) {
        return root.resolve(DATASET).resolve(id(i)).resolve("00001.zfs.zst.gpg");
    }

    private Repository repository() {
        DirectoryStorage files = new DirectoryStorage(root);
        Storage counting = (Storage) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Storage.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("list")) {
                        listed.add((String) arguments[0]);
                    } else if (method.getName().equals("read")) {
                        read.add((String) arguments[0]);
                    }
                    try {
                        return method.invoke(files, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        return new Repository(counting, new LocalState(folder.resolve("known"), note -> {}));
    }

    /** A run of its own, with what it finds wrong and what it asks of the storage. */
    private final class Run {
        private final Repository repository = repository();
        private final RememberedCheck check;
        private final Listing listing;

        Run(int share, Optional<ReadKeys.VerifySignature> verify, String keys) throws IOException {
            ReadKeys readKeys = new ReadKeys(Optional.empty(), verify, Optional.empty());
            check = new RememberedCheck(
                    repository, new BackupCheck(repository, readKeys), keys, share, new Cancellation());
            listing = repository.listing(DATASET);
        }

        Run(int share) throws IOException {
            this(share, Optional.empty(), "");
        }

        Map<String, BackupProblem> problems() throws IOException {
            listed.clear();
            read.clear();
            return check.problems(listing, listing.backups());
        }
    }

    private List<String> listedBackups() {
        return listed.stream()
                .map(path -> path.substring(path.lastIndexOf('/') + 1))
                .sorted()
                .toList();
    }

    @Test
    void looksAtEachBackupOnceInARun() throws IOException {
        Run run = new Run(MANY);

        assertThat(run.problems()).isEmpty();
        assertThat(listedBackups()).hasSize(6);
        assertThat(read).hasSize(6);
        assertThat(run.problems()).isEmpty();
        assertThat(listed).isEmpty();
    }

    @Test
    void readsNothingAgainOfWhatIsAsItWas() throws IOException {
        new Run(MANY).problems();

        assertThat(new Run(MANY).problems()).isEmpty();
        assertThat(listedBackups()).hasSize(6);
        assertThat(read).isEmpty();
    }

    @Test
    void findsWhatIsMissingAndWhatWasCutInItsPlace() throws IOException {
        new Run(MANY).problems();
        Files.delete(volume(1));
        Files.writeString(volume(3), "1234");

        Map<String, BackupProblem> problems = new Run(MANY).problems();

        assertThat(problems).containsOnlyKeys(id(1), id(3));
        assertThat(problems.get(id(1))).isEqualTo(new BackupProblem("volume 00001.zfs.zst.gpg is missing", true));
        assertThat(problems.get(id(3)).why()).isEqualTo("volume 00001.zfs.zst.gpg has 4 bytes instead of 5");
        assertThat(new Run(MANY).problems()).containsOnlyKeys(id(1), id(3));
    }

    @Test
    void whatIsThereAgainIsWholeAgain() throws IOException {
        Files.delete(volume(2));
        assertThat(new Run(MANY).problems()).containsOnlyKeys(id(2));
        Files.writeString(volume(2), "12345");

        assertThat(new Run(MANY).problems()).isEmpty();
    }

    @Test
    void whereThereAreVeryManyThoseThatWereSeenLongestAgoTakeTheirTurn() throws IOException {
        new Run(MANY).problems();
        Files.writeString(volume(5), "1234");
        boolean found = false;
        int runs = 0;
        while (!found) {
            found = !new Run(2).problems().isEmpty();
            assertThat(listedBackups()).hasSize(2);
            runs++;
            assertThat(runs).isLessThanOrEqualTo(3);
        }
    }

    @Test
    void whatHasChangedIsLookedAtBesideThem() throws IOException {
        new Run(MANY).problems();
        Files.delete(volume(4));
        Files.setLastModifiedTime(volume(4).getParent(), FileTime.from(Instant.parse("2031-01-01T00:00:00Z")));

        assertThat(new Run(0).problems()).containsOnlyKeys(id(4));
        assertThat(listedBackups()).containsExactly(id(4));
    }

    @Test
    void anotherKeyIsAskedAnewOfEachBackup() throws IOException {
        new Run(MANY).problems();
        ReadKeys.VerifySignature none = (data, signature, where) -> {
            throw new IntegrityException("checking", "it is by somebody else", "");
        };
        for (int i = 0; i < 6; i++) {
            Files.writeString(root.resolve(DATASET).resolve(id(i)).resolve("manifest.json.asc"), "signed");
        }

        Map<String, BackupProblem> problems = new Run(MANY, Optional.of(none), "ABCD").problems();

        assertThat(problems).hasSize(6);
        assertThat(problems.get(id(0)))
                .isEqualTo(new BackupProblem("its signature does not count: it is by somebody else", false));
        assertThat(new Run(MANY, Optional.of((data, signature, where) -> {}), "EFGH").problems())
                .isEmpty();
    }

    @Test
    void withoutAMemoryAllIsLookedAt() throws IOException {
        new Run(MANY).problems();
        Path forgotten = Files.move(folder.resolve("known"), folder.resolve("away"));

        assertThat(new Run(0).problems()).isEmpty();
        assertThat(read).hasSize(6);
        assertThat(forgotten).exists();
    }
}

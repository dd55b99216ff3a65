package io.jenkins.plugins.zfsbackup.engine.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.storage.directory.DirectoryStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepositoryTest {

    private static final LockOwner ME = new LockOwner("me", "here", ProcessIdentity.current(), "run-1");

    @TempDir
    private Path folder;

    private Path root;
    private Repository repository;

    @BeforeEach
    void open() {
        root = folder.resolve("repo");
        repository = anew();
    }

    private Repository anew() {
        return new Repository(new DirectoryStorage(root));
    }

    private static void volume(BackupWriter writer, Manifest.Volume volume) throws IOException {
        writer.volume(volume.name(), out -> out.write(new byte[(int) volume.storedBytes()]));
        writer.confirm(volume);
    }

    private static String name(String snapshot, Optional<String> base) {
        return snapshot + base.map(name -> ".from." + name).orElse(".full");
    }

    private void store(Manifest manifest) throws IOException {
        Manifests.initialize(root);
        String id = name(manifest.snapshot().name(), manifest.base().map(SnapshotId::name));
        DatasetLock lock = repository.lock(manifest.dataset(), ME, note -> {});
        BackupWriter writer = repository.begin(manifest.dataset(), id, "same");
        for (Manifest.Volume each : manifest.volumes()) {
            volume(writer, each);
        }
        writer.publish(manifest, ManifestJson.write(manifest), Optional.empty());
        lock.release();
    }

    private List<String> everything() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void listsWhatIsPublishedByDataset() throws IOException {
        store(Manifests.full("tank/a", "x", 10, 5));
        store(Manifests.incremental("tank/a", "x", "y", 10, 5));
        store(Manifests.full("tank/a/deep. er.full", "x", 10, 5));
        store(Manifests.full("tank/100%", "x", 10, 5));

        assertThat(repository.datasets()).containsExactly("tank/100%", "tank/a", "tank/a/deep. er.full");
        assertThat(repository.listing("tank/a").backups())
                .extracting(StoredBackup::id)
                .containsExactly("x.full", "y.from.x");
        assertThat(repository.listing("tank/a/deep. er.full").backups()).hasSize(1);
        assertThat(repository.listing("tank/none").backups()).isEmpty();
    }

    @Test
    void keepsItsIdentity() throws IOException {
        assertThat(repository.identity()).isEmpty();

        String id = repository.initialize();

        assertThat(repository.initialize()).isEqualTo(id);
        assertThat(anew().identity()).contains(id);
    }

    @Test
    void showsNothingOfABackupBeforeItIsPublished() throws IOException {
        repository.initialize();
        Manifest manifest = Manifests.full("tank/a", "x", 10, 5);
        DatasetLock lock = repository.lock("tank/a", ME, note -> {});
        BackupWriter writer = repository.begin("tank/a", "x.full", "same");
        volume(writer, manifest.volumes().get(0));

        assertThat(repository.datasets()).isEmpty();
        assertThat(repository.listing("tank/a").backups()).isEmpty();
        assertThat(repository.listing("tank/a").leftovers()).hasSize(1);

        writer.abandon();
        lock.release();
        assertThat(everything()).containsExactly("zfs-backup.json");
    }

    @Test
    void doesNotPublishWhatTheServerDoesNotHold() throws IOException {
        repository.initialize();
        Manifest manifest = Manifests.full("tank/a", "x", 10, 5);
        repository.lock("tank/a", ME, note -> {});
        BackupWriter writer = repository.begin("tank/a", "x.full", "same");
        volume(writer, Manifests.volume(1, 10, 4));

        assertThatThrownBy(() -> writer.publish(manifest, ManifestJson.write(manifest), Optional.empty()))
                .isInstanceOf(IntegrityException.class)
                .hasMessageContaining("holds 4 bytes")
                .hasMessageContaining("5 were sent");
        assertThat(repository.listing("tank/a").backups()).isEmpty();
    }

    @Test
    void neverPutsABackupInThePlaceOfAnother() throws IOException {
        store(Manifests.full("tank/a", "x", 10, 5));

        assertThatThrownBy(() -> store(Manifests.full("tank/a", "x", 11, 6)))
                .isInstanceOfSatisfying(
                        RepositoryException.class,
                        e -> assertThat(e.kind()).isEqualTo(RepositoryException.Kind.EXISTS));
        assertThat(repository.manifest("tank/a", "x.full").rawBytes()).isEqualTo(10);
    }

    @Test
    void oneDamagedBackupHidesNoOther() throws IOException {
        store(Manifests.full("tank/a", "x", 10, 5));
        store(Manifests.incremental("tank/a", "x", "y", 10, 5));
        Files.writeString(root.resolve("tank/a/x.full/manifest.json"), "{\"formatVersion\": ");

        Listing listing = repository.listing("tank/a");

        assertThat(listing.backups()).extracting(StoredBackup::id).containsExactly("y.from.x");
        assertThat(listing.damaged())
                .singleElement()
                .satisfies(bad -> assertThat(bad.id()).isEqualTo("x.full"));
    }

    /** What this machine knows, as long as the folder is the same. */
    private Repository on(String machine) {
        return new Repository(new DirectoryStorage(root), new LocalState(folder.resolve(machine), note -> {}));
    }

    /** A note as the machine writes it of a volume that is stored. */
    private static byte[] note(Repository machine, String dataset, String fingerprint, Manifest.Volume volume)
            throws IOException {
        return new ResumeNote(machine.initialize(), dataset, "x.full", fingerprint)
                .write(List.of(volume), machine.local().orElseThrow().key())
                .orElseThrow();
    }

    private void leave(String fingerprint, Manifest.Volume volume, byte[] note) throws IOException {
        BackupWriter dead = on("here").begin("tank/a", "x.full", fingerprint);
        volume(dead, volume);
        Files.write(partial().resolve("resume.json"), note);
    }

    @Test
    void reusesWhatADeadRunHasConfirmedAndNothingElse() throws IOException {
        repository.initialize();
        repository.lock("tank/a", ME, note -> {});
        Manifest.Volume first = Manifests.volume(1, 10, 5);
        leave("same", first, note(on("here"), "tank/a", "same", first));
        Files.write(partial().resolve("00002.zfs.zst.gpg"), new byte[3]);

        BackupWriter again = on("here").begin("tank/a", "x.full", "same");

        assertThat(again.resumableBytes()).isEqualTo(5);
        assertThat(again.noted(first.name(), 10, first.rawSha256())).contains(first);
        assertThat(again.noted(first.name(), 10, "ef".repeat(32))).isEmpty();
        assertThat(partial().resolve("00002.zfs.zst.gpg")).doesNotExist();
    }

    /** The fingerprint has the guids: a name that was given to another snapshot between the two runs does not count. */
    @Test
    void reusesWhatADeadRunHasConfirmedThoughTheSnapshotWasRenamedSince() throws IOException {
        repository.initialize();
        repository.lock("tank/a", ME, note -> {});
        Manifest.Volume first = Manifests.volume(1, 10, 5);
        leave("guid 1", first, note(on("here"), "tank/a", "guid 1", first));

        BackupWriter renamed = on("here").begin("tank/a", "y.full", "guid 1");
        long reused = renamed.resumableBytes();
        BackupWriter replaced = on("here").begin("tank/a", "x.full", "guid 2");

        assertThat(reused).isEqualTo(5);
        assertThat(replaced.resumableBytes()).isZero();
        assertThat(everything()).noneMatch(file -> file.contains("00001.zfs"));
    }

    @Test
    void snapshotsOfALaterDatasetAreYoungerWhateverTheirPoolCounts() throws IOException {
        store(Manifests.of(1, 1, Manifests.full("tank/a", "z", 10, 5)));
        store(Manifests.of(2, 2, Manifests.full("tank/a", "b", 10, 5)));
        store(Manifests.of(2, 3, Manifests.incremental("tank/a", "b", "c", 10, 5)));

        assertThat(repository.listing("tank/a").backups())
                .extracting(StoredBackup::id)
                .containsExactly("z.full", "b.full", "c.from.b");
        assertThat(repository.listing("tank/a").backups())
                .extracting(StoredBackup::sequence)
                .containsExactly(1L, 2L, 3L);
    }

    @Test
    void startsAfreshWithoutItsOwnWholeNoteOfTheSameBackup() throws IOException {
        repository.initialize();
        repository.lock("tank/a", ME, note -> {});
        Manifest.Volume volume = Manifests.volume(1, 10, 5);
        byte[] own = note(on("here"), "tank/a", "same", volume);
        byte[] longer = Arrays.copyOf(own, own.length + 1);
        Map<String, byte[]> notes = new LinkedHashMap<>();
        notes.put("other settings", note(on("here"), "tank/a", "other", volume));
        notes.put("another dataset's", note(on("here"), "tank/b", "same", volume));
        notes.put("another machine's", note(on("elsewhere"), "tank/a", "same", volume));
        notes.put(
                "no code",
                ("{\"fingerprint\":\"same\",\"volumes\":[" + ManifestJson.volume(volume) + "]}")
                        .getBytes(StandardCharsets.UTF_8));
        notes.put("longer", longer);
        for (int length = 0; length < own.length; length += 7) {
            notes.put("cut at " + length, Arrays.copyOf(own, length));
        }
        for (int at = 15; at < own.length; at += 5) {
            byte[] changed = own.clone();
            changed[at] ^= 1;
            notes.put("changed at " + at, changed);
        }
        for (Map.Entry<String, byte[]> note : notes.entrySet()) {
            leave("same", volume, note.getValue());
            Path partial = partial();

            BackupWriter again = on("here").begin("tank/a", "x.full", "same");

            assertThat(again.resumableBytes()).as(note.getKey()).isZero();
            assertThat(again.begunAnew()).as(note.getKey()).isTrue();
            assertThat(partial).doesNotExist();
            again.abandon();
        }
    }

    @Test
    void whoCanKeepNoSecretTakesNothingOverAndNotesNothing() throws IOException {
        repository.initialize();
        repository.lock("tank/a", ME, note -> {});
        Manifest.Volume volume = Manifests.volume(1, 10, 5);
        byte[] own = note(on("here"), "tank/a", "same", volume);
        Files.writeString(folder.resolve("blocked"), "a file where the folder should be");
        leave("same", volume, own);

        assertThat(on("blocked").begin("tank/a", "x.full", "same").resumableBytes())
                .isZero();
        leave("same", volume, own);
        assertThat(repository.begin("tank/a", "x.full", "same").resumableBytes())
                .isZero();
    }

    @Test
    void aSecretThatOthersCouldHaveReadIsNoneAnyMore() throws IOException {
        repository.initialize();
        repository.lock("tank/a", ME, note -> {});
        Manifest.Volume volume = Manifests.volume(1, 10, 5);
        leave("same", volume, note(on("here"), "tank/a", "same", volume));
        Path key = folder.resolve("here/machine.key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(on("here").begin("tank/a", "x.full", "same").resumableBytes())
                .isZero();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
    }

    private Path partial() throws IOException {
        try (Stream<Path> entries = Files.list(root.resolve("tank/a"))) {
            return entries.filter(entry -> entry.getFileName().toString().contains(".partial-"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void deletesABackupWhole() throws IOException {
        store(Manifests.full("tank/a", "x", 10, 5));

        DatasetLock lock = repository.lock("tank/a", ME, note -> {});
        repository.delete(lock, "x.full");
        lock.release();

        assertThat(everything()).containsExactly("zfs-backup.json");
    }

    @Test
    void finishesADeletionThatWasInterrupted() throws IOException {
        store(Manifests.full("tank/a", "x", 10, 5));
        Files.move(root.resolve("tank/a/x.full"), root.resolve("tank/a/.x.full.deleted-012345"));

        DatasetLock lock = repository.lock("tank/a", ME, note -> {});
        assertThat(repository.settled(lock).leftovers()).isEmpty();
        lock.release();

        assertThat(everything()).containsExactly("zfs-backup.json");
    }
}

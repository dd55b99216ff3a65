package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupProblem;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.storage.StoredFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Looks whether a backup is whole by listing: its manifest agrees with itself and, where there are keys to check with,
 * is signed; every file that it names is there and has the right size. What is in the files is not looked at.
 */
final class BackupCheck {

    private final Repository repository;
    private final ReadKeys readKeys;

    BackupCheck(Repository repository, ReadKeys readKeys) {
        this.repository = repository;
        this.readKeys = readKeys;
    }

    /**
     * A backup's manifest, if the backup is whole by listing.
     *
     * @param backup as it was listed
     * @throws IntegrityException if it is not, naming the first file that is not as the manifest says
     */
    Manifest manifest(String dataset, StoredBackup backup) throws IOException {
        Manifest manifest = believed(dataset, backup);
        Optional<String> wrong = wrong(manifest, repository.files(dataset, backup.id()));
        if (wrong.isPresent()) {
            throw new IntegrityException(
                    doing(dataset, backup), wrong.get(), "It can't be used as it is; bring the files back if you can.");
        }
        return manifest;
    }

    private Manifest believed(String dataset, StoredBackup backup) throws IOException {
        Manifest manifest = readKeys.manifest(repository, dataset, backup.id());
        if (!guids(manifest.summary(backup.id())).equals(guids(backup))) {
            throw new IntegrityException(
                    doing(dataset, backup), "its manifest says something else than it did a moment ago", "Run again.");
        }
        return manifest;
    }

    private String doing(String dataset, StoredBackup backup) {
        return "looking at " + repository.path(dataset, backup.id());
    }

    /** What leads where. */
    private static List<Long> guids(StoredBackup backup) {
        return Stream.of(backup.base().stream(), backup.between().stream(), Stream.of(backup.snapshot()))
                .flatMap(ids -> ids)
                .map(SnapshotId::guid)
                .toList();
    }

    private static Optional<String> wrong(Manifest manifest, List<StoredFile> files) {
        Map<String, StoredFile> byName = new HashMap<>();
        files.forEach(file -> byName.put(file.name(), file));
        List<String> wrong = new ArrayList<>();
        for (Manifest.Volume volume : manifest.volumes()) {
            StoredFile file = byName.get(volume.name());
            if (file == null || file.directory()) {
                wrong.add("volume " + volume.name() + " is missing");
            } else if (file.size() != volume.storedBytes()) {
                wrong.add("volume " + volume.name() + " has " + file.size() + " bytes instead of "
                        + volume.storedBytes());
            }
        }
        return wrong.stream()
                .findFirst()
                .map(first -> wrong.size() == 1
                        ? first
                        : first + "; of " + manifest.volumes().size() + " volumes " + wrong.size()
                                + " are not as they were stored");
    }

    /**
     * What is wrong with a backup; empty if it is whole by listing.
     *
     * @param believed gets the manifest if it counts
     */
    Optional<BackupProblem> problem(String dataset, StoredBackup backup, Consumer<Manifest> believed)
            throws BackupException {
        return problem(dataset, backup, repository.files(dataset, backup.id()), believed);
    }

    /**
     * As {@link #problem(String, StoredBackup, Consumer)}.
     *
     * @param files what is there of the backup
     */
    Optional<BackupProblem> problem(
            String dataset, StoredBackup backup, List<StoredFile> files, Consumer<Manifest> believed)
            throws BackupException {
        Manifest manifest;
        try {
            manifest = believed(dataset, backup);
        } catch (IntegrityException e) {
            return Optional.of(new BackupProblem(e.said(), false));
        } catch (BackupException e) {
            throw e;
        } catch (IOException e) {
            return Optional.of(new BackupProblem(Reason.of(e), false));
        }
        believed.accept(manifest);
        return wrong(manifest, files).map(why -> new BackupProblem(why, true));
    }
}

package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.repository.KnownBackups.Known;
import io.jenkins.plugins.zfsbackup.engine.storage.ParallelReads;
import io.jenkins.plugins.zfsbackup.engine.storage.StoredFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Reads what planning needs of the manifests of a dataset's backups. One that this machine has read before is not read
 * again as long as its directory has not been changed since, going by its time. A file that is changed in its place
 * does not change its directory's time: so of the snapshot that was stored last, up to which the dataset is said to be
 * safe, the manifest's own size and time are compared as well.
 */
final class Summaries {

    /** Snapshots within packages that the listing of a dataset keeps in memory: some hundred bytes each. */
    private static final int MOST_BETWEEN = 5 * Manifest.MOST_BETWEEN;

    private final Repository repository;
    private final ParallelReads questions;
    private final Optional<KnownBackups> memory;
    private final String repositoryId;

    /**
     * @param questions asks for many manifests at once
     * @param memory what this machine remembers; empty if nothing
     * @param repositoryId by which it is remembered
     */
    Summaries(Repository repository, ParallelReads questions, Optional<KnownBackups> memory, String repositoryId) {
        this.repository = repository;
        this.questions = questions;
        this.memory = memory;
        this.repositoryId = repositoryId;
    }

    /** What became of the look at a backup: exactly one of the two. */
    record Read(Optional<Known> known, Optional<Listing.Damaged> damage) {}

    /** @param directories of the backups */
    List<Read> of(String dataset, List<StoredFile> directories) throws BackupException {
        Map<String, Known> remembered = memory.isPresent() ? memory.get().of(repositoryId, dataset) : Map.of();
        List<Known> unchanged = new ArrayList<>();
        List<StoredFile> unknown = new ArrayList<>();
        for (StoredFile directory : directories) {
            Known known = remembered.get(directory.name());
            if (known != null && known.isStill(directory)) {
                unchanged.add(known);
            } else {
                unknown.add(directory);
            }
        }
        AtomicInteger between = new AtomicInteger();
        unchanged.forEach(known -> between.addAndGet(known.backup().between().size()));
        List<Read> read =
                new ArrayList<>(questions.ask(unknown, directory -> read(dataset, directory, remembered, between)));
        for (Set<String> changed = newestChanged(dataset, unchanged, read);
                !changed.isEmpty();
                changed = newestChanged(dataset, unchanged, read)) {
            Set<String> ids = changed;
            unchanged.removeIf(known -> ids.contains(known.backup().id()));
            read.addAll(questions.ask(
                    directories.stream()
                            .filter(directory -> ids.contains(directory.name()))
                            .toList(),
                    directory -> read(dataset, directory, remembered, between)));
        }
        unchanged.forEach(known -> read.add(new Read(Optional.of(known), Optional.empty())));
        remember(dataset, read, remembered);
        return read;
    }

    /** The remembered backups of the newest snapshot whose manifests are not the ones that were read. */
    private Set<String> newestChanged(String dataset, List<Known> unchanged, List<Read> read) throws BackupException {
        Optional<StoredBackup> newest = newest(unchanged);
        Optional<StoredBackup> newestRead =
                newest(read.stream().flatMap(each -> each.known().stream()).toList());
        Set<String> changed = new HashSet<>();
        if (newest.isEmpty() || newestRead.isPresent() && isOlder(newest.get(), newestRead.get())) {
            return changed;
        }
        for (Known known : unchanged) {
            boolean leadsThere =
                    known.backup().snapshot().guid() == newest.get().snapshot().guid();
            if (leadsThere
                    && !known.manifest()
                            .equals(repository.manifestStamp(
                                    dataset, known.backup().id()))) {
                changed.add(known.backup().id());
            }
        }
        return changed;
    }

    private static Optional<StoredBackup> newest(List<Known> known) {
        return known.stream().map(Known::backup).reduce((a, b) -> isOlder(a, b) ? b : a);
    }

    private static boolean isOlder(StoredBackup a, StoredBackup b) {
        // Of two pools' transactions, or two datasets', the order in which they were published tells.
        return Comparator.comparingLong(StoredBackup::sequence)
                        .thenComparing(StoredBackup::snapshot, SnapshotId.byAge())
                        .compare(a, b)
                < 0;
    }

    /** @param between counts the snapshots that lie in packages, which a listing has to keep in memory */
    private Read read(String dataset, StoredFile directory, Map<String, Known> remembered, AtomicInteger between)
            throws BackupException {
        String id = directory.name();
        try {
            StoredBackup backup = repository.withoutVolumes(dataset, id).summary(id);
            if (between.addAndGet(backup.between().size()) > MOST_BETWEEN) {
                throw new IntegrityException(
                        "listing what is stored of " + dataset,
                        "its packages have more than " + MOST_BETWEEN + " snapshots in them",
                        "No engine writes that many.");
            }
            Known.Stamp manifest = memory.isPresent() ? repository.manifestStamp(dataset, id) : Known.Stamp.NONE;
            return new Read(Optional.of(new Known(backup, directory, manifest)), Optional.empty());
        } catch (IntegrityException e) {
            return damaged(directory, e.said(), remembered);
        } catch (RepositoryException e) {
            if (e.outOfReach()) {
                throw e;
            }
            return damaged(directory, Repository.MANIFEST + " can't be read: " + e.said(), remembered);
        }
    }

    private static Read damaged(StoredFile directory, String why, Map<String, Known> remembered) {
        Optional<SnapshotId> snapshot = Optional.ofNullable(remembered.get(directory.name()))
                .map(known -> known.backup().snapshot());
        return new Read(
                Optional.empty(),
                Optional.of(new Listing.Damaged(directory.name(), why, Optional.of(directory.modified()), snapshot)));
    }

    private void remember(String dataset, List<Read> read, Map<String, Known> remembered) {
        if (memory.isEmpty()) {
            return;
        }
        List<Known> now = new ArrayList<>();
        for (Read each : read) {
            each.known().ifPresent(now::add);
            // What a damaged one was is still worth knowing; it is read again each time.
            each.damage()
                    .map(damage -> remembered.get(damage.id()))
                    .map(Known::toBeReadAgain)
                    .ifPresent(now::add);
        }
        if (KnownBackups.differ(remembered, now)) {
            memory.get().remember(repositoryId, dataset, now);
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.repository;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.repository.NewestStored.Seen;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Compares what a repository has with what this machine has seen of it before. Where nothing is kept on this machine,
 * nothing is found to be wrong.
 */
public final class History {

    private final Repository repository;
    private final Optional<LocalState> local;

    History(Repository repository, Optional<LocalState> local) {
        this.repository = repository;
        this.local = local;
    }

    /**
     * The newest backup of a dataset that was there, and is not there any more.
     *
     * @param dataset the dataset's name
     * @param backup the backup's name
     * @param snapshot name of the snapshot that it leads to
     * @param guid that snapshot's
     * @param file what to delete on this machine if all is as it should be
     */
    public record Lost(String dataset, String backup, String snapshot, long guid, Path file) {}

    /**
     * Whether the newest state that was seen of a dataset is gone. What stands there damaged is not gone; nor is what
     * other backups were published after, as it may have been pruned since.
     */
    public Optional<Lost> lost(Listing listing) throws BackupException {
        Optional<String> id = known();
        return id.isEmpty()
                ? Optional.empty()
                : local.get()
                        .newest()
                        .of(id.get(), listing.dataset())
                        .filter(seen -> isGone(seen, listing))
                        .map(seen -> lost(id.get(), seen));
    }

    private Optional<String> known() throws BackupException {
        return local.isPresent() ? repository.identity() : Optional.empty();
    }

    private static boolean isGone(Seen seen, Listing listing) {
        boolean there = listing.backups().stream()
                .anyMatch(backup -> backup.brings().stream().anyMatch(id -> id.guid() == seen.guid()));
        boolean damaged = listing.damaged().stream().anyMatch(each -> each.id().equals(seen.backup()));
        return !there && !damaged && newest(listing).map(StoredBackup::sequence).orElse(0L) <= seen.sequence();
    }

    private static Optional<StoredBackup> newest(Listing listing) {
        return listing.backups().stream().max(Comparator.comparingLong(StoredBackup::sequence));
    }

    private Lost lost(String id, Seen seen) {
        return new Lost(
                seen.dataset(),
                seen.backup(),
                seen.snapshot(),
                seen.guid(),
                local.get().newest().file(id, seen.dataset()));
    }

    /**
     * The datasets of which nothing at all is left.
     *
     * @param present the names of those that have something
     */
    public List<Lost> gone(Collection<String> present) throws BackupException {
        Optional<String> id = known();
        List<Lost> gone = new ArrayList<>();
        if (id.isPresent()) {
            Set<String> names = Set.copyOf(present);
            for (Seen seen : local.get().newest().all(id.get())) {
                if (!names.contains(seen.dataset())) {
                    gone.add(lost(id.get(), seen));
                }
            }
        }
        return gone;
    }

    /**
     * Another repository, or nothing, is where this machine has backed up to before.
     *
     * @param before the ids of those that were there
     * @param now the id of the one that is there
     * @param file what to delete on this machine if all is as it should be
     */
    public record Exchanged(Set<String> before, Optional<String> now, Path file) {}

    /** Whether the repository at this address is another one than before. */
    public Optional<Exchanged> exchanged() throws BackupException {
        if (local.isEmpty()) {
            return Optional.empty();
        }
        Set<String> before = local.get().addresses().at(repository.address());
        Optional<String> now = repository.identity();
        return before.isEmpty() || now.filter(before::contains).isPresent()
                ? Optional.empty()
                : Optional.of(new Exchanged(before, now, local.get().addresses().file(repository.address())));
    }

    /** Whether this machine has stored anything in this repository, or seen anything in it. */
    public boolean isNew() throws BackupException {
        Optional<String> id = known();
        return id.isEmpty() || local.get().newest().all(id.get()).isEmpty();
    }

    /** Remembers that this repository is at its address. */
    void seenHere() throws BackupException {
        if (known().isPresent()) {
            local.get().addresses().remember(repository.address(), known().get());
        }
    }

    /** Remembers what is new in a listing. */
    void seen(Listing listing) throws BackupException {
        Optional<StoredBackup> newest = newest(listing).filter(backup -> backup.sequence() > 0);
        Optional<String> id = newest.isPresent() ? known() : Optional.empty();
        if (id.isPresent()) {
            Optional<Seen> seen = local.get().newest().of(id.get(), listing.dataset());
            if (seen.isEmpty() || seen.get().sequence() < newest.get().sequence()) {
                local.get().newest().remember(id.get(), Seen.of(listing.dataset(), newest.get()));
            }
        }
    }

    /** Remembers a backup that was published just now: whatever was there before, this is the newest. */
    void published(String dataset, StoredBackup backup) throws BackupException {
        Optional<String> id = known();
        if (id.isPresent()) {
            local.get().newest().remember(id.get(), Seen.of(dataset, backup));
        }
    }
}

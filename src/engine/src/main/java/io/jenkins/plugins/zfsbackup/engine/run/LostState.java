package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Bookmark;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.Snapshot;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.plan.RestorePaths;
import io.jenkins.plugins.zfsbackup.engine.plan.SendPlan;
import io.jenkins.plugins.zfsbackup.engine.repository.History;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * A newer state of a dataset than the repository has was stored there before: the repository was put back to an older
 * state, or somebody has deleted backups. This machine's memory tells, or the pool's marks, which are set on what is
 * stored.
 *
 * @param guids of the snapshots that are known to have been stored, and are not any more
 * @param what was lost, and what is left
 * @param ifMeant what to do if all is as it should be; empty where the next backup settles it
 */
record LostState(Set<Long> guids, String what, String ifMeant) {

    /** Marks by bookmark: {@code zfsbackup-REPOSITORY-GUID}. */
    private static final Pattern MARK = Pattern.compile(Pattern.quote(BaseMarks.PREFIX) + "([0-9a-f]{12})-.*");

    LostState {
        guids = Set.copyOf(guids);
    }

    /** What is lost of a dataset, going by this machine's memory alone. */
    static Optional<LostState> of(Repository repository, Listing listing) throws BackupException {
        return repository.history().lost(listing).map(lost -> of(lost, Set.of(), left(listing.backups())));
    }

    /** What is lost of a dataset that is on this pool. */
    static Optional<LostState> of(Repository repository, Dataset dataset, Listing listing) throws BackupException {
        Optional<String> id = repository.identity();
        List<Bookmark> marks = id.isPresent() ? lostMarks(id.get(), dataset, listing) : List.of();
        Set<Long> guids = marks.stream().map(Bookmark::guid).collect(Collectors.toSet());
        String left = left(listing.backups());
        Optional<History.Lost> remembered = repository.history().lost(listing);
        if (remembered.isPresent()) {
            return Optional.of(of(remembered.get(), guids, left));
        }
        return marks.isEmpty()
                ? Optional.empty()
                : Optional.of(new LostState(
                        guids,
                        name(dataset, marks.get(marks.size() - 1))
                                + " was stored in the repository, as the pool's mark tells, and is not"
                                + " there any more; " + left + ifRenamed(dataset, listing),
                        ""));
    }

    /** A dataset takes its marks along when it is renamed, and what was stored of it stays where it is. */
    private static String ifRenamed(Dataset dataset, Listing listing) {
        return listing.backups().stream().anyMatch(backup -> backup.datasetGuid() == dataset.guid())
                ? ""
                : ". If the dataset was renamed, its backups are under its former name";
    }

    private static LostState of(History.Lost lost, Set<Long> marked, String left) {
        Set<Long> guids = new HashSet<>(marked);
        guids.add(lost.guid());
        return new LostState(
                guids,
                "@" + lost.snapshot() + " was stored in the repository, in " + lost.backup()
                        + ", and is not there any more; " + left,
                " If that was meant to be, delete " + lost.file() + " on this machine.");
    }

    private static String left(List<StoredBackup> stored) {
        return new RestorePaths(stored)
                .newest()
                .map(newest -> "the newest that is left is @" + newest.name())
                .orElse("nothing that can be restored is left of this dataset");
    }

    private static String name(Dataset dataset, Bookmark mark) {
        return dataset.snapshots().stream()
                .filter(snapshot -> snapshot.guid() == mark.guid())
                .findFirst()
                .map(snapshot -> "@" + snapshot.name())
                .orElse("a snapshot of " + mark.creation() + ", whose mark is #" + mark.name() + ",");
    }

    /**
     * The marks of this repository on what it does not have, and that is newer than all of this pool that it has;
     * oldest first. An older one may mark what was pruned since.
     */
    static List<Bookmark> lostMarks(String repositoryId, Dataset dataset, Listing listing) {
        boolean allTold = listing.damaged().isEmpty()
                && listing.backups().stream()
                        .flatMap(backup -> backup.brings().stream())
                        .allMatch(SnapshotId::guidKnown);
        if (!allTold) {
            return List.of();
        }
        Map<Long, Long> here = new HashMap<>();
        for (Bookmark bookmark : dataset.bookmarks()) {
            here.put(bookmark.guid(), bookmark.createtxg());
        }
        for (Snapshot snapshot : dataset.snapshots()) {
            here.put(snapshot.guid(), snapshot.createtxg());
        }
        Set<Long> stored = new HashSet<>();
        long newest = -1;
        for (StoredBackup backup : listing.backups()) {
            for (SnapshotId id : backup.brings()) {
                stored.add(id.guid());
                // Transaction groups of another pool are no measure for this one's.
                long own = backup.datasetGuid() == dataset.guid() ? id.createtxg() : -1;
                newest = LongStream.of(newest, own, here.getOrDefault(id.guid(), -1L))
                        .max()
                        .getAsLong();
            }
        }
        List<Bookmark> lost = new ArrayList<>();
        for (Bookmark bookmark : dataset.bookmarks()) {
            boolean ours = bookmark.name().startsWith(BaseMarks.PREFIX + repositoryId + "-");
            if (ours && !stored.contains(bookmark.guid()) && bookmark.createtxg() > newest) {
                lost.add(bookmark);
            }
        }
        return lost;
    }

    /** What to say in a backup, with what it does about it. */
    String inBackup(SendPlan plan) {
        String next;
        if (plan.steps().isEmpty()) {
            next = "There is nothing to send until the next snapshot." + ifMeant;
        } else {
            next = plan.steps()
                    .get(0)
                    .base()
                    .map(base -> "This backup goes on from @" + base.id().name() + ".")
                    .orElse("This backup begins anew, with a full one.");
        }
        return what + ". Was the repository put back to an older state, or were backups deleted? " + next;
    }

    /** What to say where nothing is backed up. */
    String elsewhere() {
        return what + ". Was the repository put back to an older state, or were backups deleted? "
                + "The next backup goes on from what is left." + ifMeant;
    }

    /**
     * What to say of datasets of which nothing is left.
     *
     * @param asked the names of those that matter; all if empty
     * @param present the names of those that have something
     */
    static List<String> gone(Repository repository, Collection<String> asked, Collection<String> present)
            throws BackupException {
        List<String> sentences = new ArrayList<>();
        for (History.Lost lost : repository.history().gone(present)) {
            if (asked.isEmpty() || asked.contains(lost.dataset())) {
                sentences.add(lost.dataset() + ": "
                        + of(lost, Set.of(), left(List.of())).elsewhere());
            }
        }
        return sentences;
    }

    /** What to say if another repository than before is at this address; empty if it is the same one, or the first. */
    static Optional<String> exchanged(Repository repository) throws BackupException {
        return repository
                .history()
                .exchanged()
                .map(found -> "this machine has backed up to the repository "
                        + String.join(" and to ", found.before()) + " in " + repository.address() + ", and now "
                        + found.now().map(id -> "the repository there is " + id).orElse("there is none")
                        + ". Look whether the right disk is mounted, and whether somebody has moved it.");
    }

    /**
     * What to say if the pool has marks of other repositories only, and nothing is known of this one.
     *
     * @param repositoryId this one's identity; empty if it is not begun yet
     */
    static Optional<String> marksOfOthers(
            Repository repository, Optional<String> repositoryId, Collection<Dataset> datasets) throws BackupException {
        Set<String> marked = new TreeSet<>();
        for (Dataset dataset : datasets) {
            for (Bookmark bookmark : dataset.bookmarks()) {
                Matcher mark = MARK.matcher(bookmark.name());
                if (mark.matches()) {
                    marked.add(mark.group(1));
                }
            }
        }
        boolean known = repositoryId.filter(marked::contains).isPresent()
                || !repository.history().isNew();
        return marked.isEmpty() || known
                ? Optional.empty()
                : Optional.of("the marks on the pool are of the repository " + String.join(" and of ", marked)
                        + ", and this one is " + repositoryId.orElse("new")
                        + ". That is as it should be if it is another one; if not, look at the address,"
                        + " and whether the disk is mounted there.");
    }
}

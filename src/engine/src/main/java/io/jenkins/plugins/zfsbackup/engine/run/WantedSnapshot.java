package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.plan.Lineages;
import io.jenkins.plugins.zfsbackup.engine.plan.RestorePaths;
import io.jenkins.plugins.zfsbackup.engine.plan.SnapshotReference;
import io.jenkins.plugins.zfsbackup.engine.plan.StoredNames;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupProblem;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Decides which snapshot a restore brings back. Without a name it is the newest, and never an older one in its place:
 * where the newest can't be had, or may be among what can't be used, the restore is refused, and says which one can be
 * had by its name.
 */
final class WantedSnapshot {

    /** How many snapshots of one name a message shows. */
    private static final int NAMED = 20;
    /** How many backups that can't be used a message shows. */
    private static final int UNUSABLE = 3;

    private final Repository repository;
    private final Listing listing;
    private final SoundWays ways;
    private final Optional<SnapshotReference> reference;
    private final boolean onlySigned;
    private final RunListener listener;
    private final String doing;

    /**
     * @param listing of the dataset; something is stored of it
     * @param ways through what is listed
     * @param reference what a person calls the snapshot; empty for the newest
     * @param onlySigned whether backups without a good signature count for nothing
     */
    WantedSnapshot(
            Repository repository,
            Listing listing,
            SoundWays ways,
            Optional<SnapshotReference> reference,
            boolean onlySigned,
            RunListener listener) {
        this.repository = repository;
        this.listing = listing;
        this.ways = ways;
        this.reference = reference;
        this.onlySigned = onlySigned;
        this.listener = listener;
        this.doing = ways.doing();
    }

    /**
     * The snapshot.
     *
     * @throws IntegrityException if the newest is asked for, and a damaged backup may be newer
     * @throws RepositoryException if there is none of that name
     * @throws UsageException if several have that name
     */
    SnapshotId find() throws IOException {
        return reference.isPresent() ? named(reference.get()) : newest();
    }

    private SnapshotId named(SnapshotReference name) throws IOException {
        List<SnapshotId> named = new StoredNames(listing.backups()).meant(name);
        if (named.size() > 1 && onlySigned) {
            named = signed(named);
        }
        if (named.isEmpty()) {
            List<SnapshotId> all = ways.paths().snapshots();
            throw new RepositoryException(
                    RepositoryException.Kind.MISSING,
                    doing,
                    "no snapshot of that name is stored; there are " + all.size() + ", from @"
                            + all.get(0).name() + " to @"
                            + all.get(all.size() - 1).name(),
                    Wording.LIST_SNAPSHOTS.text(repository.address(), listing.dataset()));
        }
        if (named.size() > 1) {
            throw ambiguous(named);
        }
        return named.get(0);
    }

    /** Those that a signed backup leads to; all if none is signed, so that the reasons are told. */
    private List<SnapshotId> signed(List<SnapshotId> named) throws IOException {
        ways.require(named.stream().map(SnapshotId::guid).toList());
        List<SnapshotId> signed = named.stream().filter(this::isBelieved).toList();
        return signed.isEmpty() ? named : signed;
    }

    private boolean isBelieved(SnapshotId id) {
        return listing.backups().stream()
                .filter(backup -> backup.brings().stream().anyMatch(each -> each.guid() == id.guid()))
                .map(backup -> Optional.ofNullable(ways.unsound().get(backup.id())))
                .anyMatch(problem -> problem.map(BackupProblem::manifestCounts).orElse(true));
    }

    private UsageException ambiguous(List<SnapshotId> named) {
        int shown = Math.min(NAMED, named.size());
        String newest = named.subList(named.size() - shown, named.size()).stream()
                .map(id -> "@" + id.nameAndGuid() + ", made " + id.created())
                .collect(Collectors.joining("; "));
        return new UsageException(
                doing,
                named.size() + " snapshots of that name are stored: " + newest
                        + (shown < named.size() ? "; and older ones, " + Wording.LIST_SHOWS.text() : ""),
                "Name one with its guid, for example: " + listing.dataset() + "@"
                        + named.get(named.size() - 1).nameAndGuid());
    }

    private SnapshotId newest() throws IOException {
        Lineages lineages = new Lineages(listing.backups());
        if (lineages.size() > 1) {
            listener.info(
                    listing.dataset() + ": " + lineages.size() + " datasets of this name are stored, one made after "
                            + "the other; this is the newest snapshot of the last one");
        }
        SnapshotId newest = lineages.current().stream()
                .flatMap(backup -> backup.brings().stream())
                .reduce((older, newer) -> SnapshotId.byAge().compare(older, newer) > 0 ? older : newer)
                .orElseThrow();
        List<Listing.Damaged> perhapsNewer = listing.perhapsNewer(newest);
        if (!perhapsNewer.isEmpty()) {
            List<String> unusable = perhapsNewer.stream()
                    .map(each -> each.id() + " (" + each.why() + ")")
                    .toList();
            throw refused(
                    few(unusable) + " can't be used, and may be newer than all that can", newestThatCanBeHad(), null);
        }
        return newest;
    }

    /**
     * Why a snapshot can't be restored.
     *
     * @param next what to do about it; empty if it is to ask for what can be restored
     * @param cause what ended the last try; null if none was made
     */
    IntegrityException noWay(SnapshotId wanted, String next, BackupException cause) throws IOException {
        List<String> unusable = new ArrayList<>();
        for (Map.Entry<String, BackupProblem> each : ways.unsound().entrySet()) {
            unusable.add(each.getKey() + " (" + each.getValue().why() + ")");
        }
        String why = unusable.isEmpty() ? "" : few(unusable) + " can't be used; ";
        if (reference.isEmpty()) {
            String missing = unusable.isEmpty() ? ": " + ways.paths().missing(wanted.guid()) : "";
            return refused(
                    why + "no " + (unusable.isEmpty() ? "" : "other ") + "way leads to the newest snapshot @"
                            + name(wanted) + missing,
                    newestThatCanBeHad(),
                    cause);
        }
        return new IntegrityException(
                doing,
                why.isEmpty()
                        ? ways.paths().whyNot(wanted.guid())
                        : why + "no other way leads to @" + name(wanted) + ": "
                                + ways.paths().whyNot(wanted.guid()),
                next.isEmpty() ? "Restore one of those, or bring back what is missing." : next,
                cause);
    }

    private IntegrityException refused(String why, Optional<SnapshotId> instead, BackupException cause) {
        return new IntegrityException(
                doing,
                why
                        + instead.map(id -> ". The newest snapshot that can be restored is @" + name(id) + ", made "
                                        + id.created())
                                .orElse("; nothing else of it can be restored either"),
                instead.map(id -> "An older state than the newest is restored only by its name: " + listing.dataset()
                                + "@" + name(id))
                        .orElse(Wording.LIST_DAMAGED.text(repository.address())),
                cause);
    }

    private String name(SnapshotId id) {
        return new StoredNames(listing.backups()).unique(id);
    }

    private Optional<SnapshotId> newestThatCanBeHad() throws IOException {
        while (true) {
            List<StoredBackup> current = new Lineages(ways.backups()).current();
            Optional<SnapshotId> newest = new RestorePaths(current).newest();
            if (newest.isEmpty()) {
                return ways.newest();
            }
            if (ways.chain(newest.get().guid()).isPresent()) {
                return newest;
            }
        }
    }

    private static String few(List<String> names) {
        String shown = String.join("; ", names.subList(0, Math.min(UNUSABLE, names.size())));
        return names.size() <= UNUSABLE ? shown : shown + " and " + (names.size() - UNUSABLE) + " more";
    }
}

package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.Bookmark;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.Snapshot;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.plan.Base;
import io.jenkins.plugins.zfsbackup.engine.plan.Bookmarked;
import io.jenkins.plugins.zfsbackup.engine.plan.ByName;
import io.jenkins.plugins.zfsbackup.engine.plan.Lineages;
import io.jenkins.plugins.zfsbackup.engine.plan.Policy;
import io.jenkins.plugins.zfsbackup.engine.plan.RestorePaths;
import io.jenkins.plugins.zfsbackup.engine.plan.SendPlan;
import io.jenkins.plugins.zfsbackup.engine.plan.Source;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * What a policy wants of a dataset, with what is stored matched against what is on the pool.
 *
 * @param plan the steps
 * @param stored what is stored of this dataset, with the guids that the pool tells
 * @param all what is stored under its name, also of earlier datasets that had it
 * @param warnings what a person should know, in sentences without the dataset's name
 */
record DatasetPlan(SendPlan plan, List<StoredBackup> stored, List<StoredBackup> all, List<String> warnings) {

    DatasetPlan {
        stored = List.copyOf(stored);
        all = List.copyOf(all);
        warnings = List.copyOf(warnings);
    }

    static DatasetPlan of(Policy policy, Dataset dataset, Listing listing) {
        Source source = source(dataset, listing.backups());
        List<String> warnings = new ArrayList<>();
        List<StoredBackup> usable = listing.backups();
        if (dataset.encrypted() && usable.stream().anyMatch(StoredBackup::legacy)) {
            // An encrypted dataset goes raw, and ZFS receives no raw stream on what was not received raw.
            usable = usable.stream().filter(backup -> !backup.legacy()).toList();
            warnings.add("the dataset is encrypted, so that nothing builds on what an old script has stored of it");
        }
        ByName.Matched matched = ByName.match(
                usable, source, backup -> listing.legacy().get(backup.id()).modified());
        List<StoredBackup> stored = ofDataset(dataset, matched.stored());
        SendPlan plan = policy.plan(source, stored);
        if (!plan.steps().isEmpty()) {
            warnings.addAll(matched.notes());
            if (stored.size() < matched.stored().size() && stored.stream().allMatch(StoredBackup::legacy)) {
                warnings.add("what is stored under this name is of another dataset, which was destroyed or renamed."
                        + " It stays; "
                        + "this dataset's backups are stored beside it, beginning with a full one");
            }
        }
        plan.steps().stream()
                .flatMap(step -> step.base().stream())
                .map(Base::id)
                .filter(base -> matched.guids().contains(base.guid()))
                .distinct()
                .forEach(base -> warnings.add("@" + base.name() + " was matched by its name alone: the file that an old"
                        + " script has stored of it does not tell its guid without the decryption key"));
        warnings.addAll(plan.notes());
        for (Listing.Damaged each : listing.damaged()) {
            warnings.add("backup " + each.id() + " in the repository can't be used: " + each.why());
        }
        return new DatasetPlan(plan, stored, matched.stored(), warnings);
    }

    /** Of what is stored under a dataset's name, what is of this dataset. */
    static List<StoredBackup> ofDataset(Dataset dataset, List<StoredBackup> stored) {
        LongStream here = LongStream.concat(
                dataset.snapshots().stream().mapToLong(Snapshot::guid),
                dataset.bookmarks().stream().mapToLong(Bookmark::guid));
        return new Lineages(stored).of(dataset.guid(), here);
    }

    static Source source(Dataset dataset, List<StoredBackup> stored) {
        int era = Lineages.era(dataset.guid(), stored);
        return new Source(
                dataset.snapshots().stream().map(each -> id(each).in(era)).toList(),
                dataset.bookmarks().stream().map(each -> id(each, era)).toList());
    }

    private static SnapshotId id(Snapshot snapshot) {
        return new SnapshotId(snapshot.name(), snapshot.guid(), snapshot.createtxg(), snapshot.creation());
    }

    private static Bookmarked id(Bookmark bookmark, int era) {
        SnapshotId id = new SnapshotId(bookmark.name(), bookmark.guid(), bookmark.createtxg(), bookmark.creation());
        return new Bookmarked(bookmark.name(), id.in(era));
    }

    /**
     * What to say where nothing is to be sent because an old script has stored the newest snapshot: it is not built on,
     * and so not looked at.
     */
    Optional<String> unreadNewest(Dataset dataset) {
        List<Snapshot> snapshots = dataset.snapshots();
        return new RestorePaths(stored)
                .way(snapshots.get(snapshots.size() - 1).guid())
                .map(RestorePaths.Way::last)
                .filter(StoredBackup::legacy)
                .map(last -> "the newest snapshot was stored by an old script, in " + last.id()
                        + ", which this run did not read: " + Wording.VERIFY_TELLS_IT.text());
    }

    /** The chains of what old scripts have stored that steps build on directly. */
    List<List<StoredBackup>> legacyBases() {
        RestorePaths paths = new RestorePaths(stored);
        return plan.steps().stream()
                .flatMap(step -> step.base().stream())
                .map(base -> base.id().guid())
                .distinct()
                .filter(guid ->
                        paths.way(guid).filter(way -> way.last().legacy()).isPresent())
                .map(guid -> paths.chain(guid).orElseThrow())
                .distinct()
                .toList();
    }

    /** Whether old scripts have stored something of the dataset. */
    boolean onScripts() {
        return stored.stream().anyMatch(StoredBackup::legacy);
    }

    DatasetPlan with(List<String> more) {
        List<String> sentences = new ArrayList<>(warnings);
        sentences.addAll(more);
        return new DatasetPlan(plan, stored, all, sentences);
    }
}

package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.Bookmark;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.Snapshot;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.plan.Bookmarked;
import io.jenkins.plugins.zfsbackup.engine.plan.Lineages;
import io.jenkins.plugins.zfsbackup.engine.plan.Policy;
import io.jenkins.plugins.zfsbackup.engine.plan.SendPlan;
import io.jenkins.plugins.zfsbackup.engine.plan.Source;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What a policy wants of a dataset, with what is stored matched against what is on the pool.
 *
 * @param plan the steps
 * @param stored what is stored of this dataset, with the guids that the pool tells
 * @param all what is stored under its name, also of earlier datasets that had it
 * @param warnings what a person should know, in sentences without the dataset's name
 */
public record DatasetPlan(SendPlan plan, List<StoredBackup> stored, List<StoredBackup> all, List<String> warnings) {

    public DatasetPlan {
        stored = List.copyOf(stored);
        all = List.copyOf(all);
        warnings = List.copyOf(warnings);
    }

    static DatasetPlan of(Policy policy, Dataset dataset, Listing listing, Archive archive) {
        Source source = source(dataset, listing.backups());
        Archive.Matched matched = archive.match(dataset, source, listing);
        List<StoredBackup> stored = ofDataset(dataset, matched.stored());
        SendPlan plan = policy.plan(source, stored);
        List<String> warnings = new ArrayList<>(matched.notes().on(plan, stored));
        boolean noneForSure = stored.stream().allMatch(backup -> backup.datasetGuid() == 0);
        if (!plan.steps().isEmpty() && stored.size() < matched.stored().size() && noneForSure) {
            warnings.add("what is stored under this name is of another dataset, which was destroyed or renamed."
                    + " It stays; this dataset's backups are stored beside it, beginning with a full one");
        }
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

    /** The same with more warnings. */
    public DatasetPlan with(List<String> more) {
        List<String> sentences = new ArrayList<>(warnings);
        sentences.addAll(more);
        return new DatasetPlan(plan, stored, all, sentences);
    }
}

package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.repository.AdoptedBackups;
import io.jenkins.plugins.zfsbackup.engine.repository.DatasetTree;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.StoredFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Unfinished uploads of datasets that are not in the pool any more. The next run of a dataset carries on what an
 * earlier one has left, or removes it; of these there will be no next run.
 */
final class AbandonedUploads {

    private final Repository repository;
    private final String pool;

    AbandonedUploads(Repository repository, String pool) {
        this.repository = repository;
        this.pool = pool;
    }

    /**
     * An unfinished upload.
     *
     * @param dataset its name
     * @param place where it lies in the repository
     * @param bytes its size
     * @param locked whether there is a lock on the dataset, so that a run of another machine may be filling it
     * @param removal the command that removes it
     */
    record Upload(String dataset, String place, long bytes, boolean locked, String removal) {

        String said() {
            return dataset + " is not in the pool any more, and " + Sizes.bytes(bytes)
                    + " of a backup of it that was never finished lie in " + place
                    + (locked ? "; there is a lock, so that another machine may be at it" : "");
        }

        String mend() {
            return (locked ? "Once no run is at it, remove it: " : "Remove it: ") + removal;
        }
    }

    /**
     * Looks for them.
     *
     * @param tree what lies in the repository
     * @param present the names of all datasets of the pool, chosen or not
     */
    List<Upload> find(DatasetTree tree, Set<String> present) throws BackupException {
        List<Upload> found = new ArrayList<>();
        for (Map.Entry<String, List<String>> each : unfinished(tree).entrySet()) {
            Optional<String> dataset = ofThisPool(each.getKey());
            if (dataset.isPresent() && !present.contains(dataset.get())) {
                for (String place : each.getValue()) {
                    found.add(upload(dataset.get(), place));
                }
            }
        }
        return found;
    }

    private SortedMap<String, List<String>> unfinished(DatasetTree tree) throws BackupException {
        SortedMap<String, List<String>> all = new TreeMap<>(tree.unfinished());
        repository
                .adopted()
                .unfinished()
                .forEach((dataset, places) -> all.merge(dataset, places, (some, others) -> {
                    List<String> both = new ArrayList<>(some);
                    both.addAll(others);
                    return both;
                }));
        return all;
    }

    /** Of an adopted file nothing may tell the pool. */
    private Optional<String> ofThisPool(String dataset) {
        String[] parts = dataset.split("/", 2);
        boolean own = parts[0].equals(pool) || parts[0].equals(AdoptedBackups.UNKNOWN_POOL);
        return own ? Optional.of(parts.length == 1 ? pool : pool + "/" + parts[1]) : Optional.empty();
    }

    private Upload upload(String dataset, String place) throws BackupException {
        Storage storage = repository.storage();
        Optional<StoredFile> there = storage.stat(place);
        boolean directory = there.map(StoredFile::directory).orElse(false);
        long bytes = directory
                ? storage.list(place).orElse(List.of()).stream()
                        .mapToLong(StoredFile::size)
                        .sum()
                : there.map(StoredFile::size).orElse(0L);
        return new Upload(
                dataset, place, bytes, repository.listing(dataset).locked(), storage.removalCommand(place, directory));
    }
}

package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.plan.SendPlan;
import io.jenkins.plugins.zfsbackup.engine.plan.Source;
import io.jenkins.plugins.zfsbackup.engine.repository.DatasetLock;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import java.io.IOException;
import java.util.Collection;
import java.util.List;

/**
 * A form in which backups are stored, as a backup run sees it: what it can go on from, what its backups are called, and
 * how one comes into being. What a method does unless a form says otherwise is what the repository's own format needs.
 */
public interface Archive {

    /** Where the backups lie. */
    Repository repository();

    /** How streams are packed and moved. */
    StreamSettings settings();

    /**
     * Makes the place this pool's, as far as a place belongs to one. The repository must be initialized.
     *
     * @param datasets of the pool, those that are chosen
     * @throws UsageException if this pool can't be stored here
     */
    default void claim(String pool, Collection<Dataset> datasets) throws BackupException {}

    /** What is stored of a dataset, with the snapshots as the pool knows them. */
    default Matched match(Dataset dataset, Source source, Listing listing) {
        return new Matched(listing.backups(), (plan, stored) -> List.of());
    }

    /**
     * What can be gone on from.
     *
     * @param stored what is stored under a dataset's name
     * @param notes on it
     */
    record Matched(List<StoredBackup> stored, Notes notes) {}

    /** What a person should know about what is stored. */
    @FunctionalInterface
    interface Notes {
        /**
         * Sentences without the dataset's name.
         *
         * @param plan what is sent
         * @param stored what is stored of the dataset
         */
        List<String> on(SendPlan plan, List<StoredBackup> stored);
    }

    /**
     * Looks closely at what a plan builds on, as far as listing it does not show that it is whole.
     *
     * @return what a person should know about it, in sentences without the dataset's name
     * @throws BadBackup if something that it builds on is not whole
     */
    default List<String> checkBases(String dataset, DatasetPlan plan, RunControl control)
            throws IOException, BadBackup {
        return List.of();
    }

    /** What is stored of the lock's dataset, once what other runs have left unfinished is this one's. */
    default Listing settled(DatasetLock lock) throws BackupException {
        return repository().settled(lock);
    }

    /**
     * Whether snapshots are known again by their guids; where only their names tell, a bookmark, which has another name,
     * is of no use as a base.
     */
    default boolean tellsGuids() {
        return true;
    }

    /** Whether streams that go on from what is stored may have blocks of more than 128 KiB. */
    default boolean takesLargeBlocks(List<StoredBackup> stored) {
        return true;
    }

    /** Gives the steps of a plan their names, before the first of them is sent. */
    NamedStep.Named name(Dataset dataset, DatasetPlan plan, Listing listing);

    /** Begins a backup. The dataset's lock must be held. */
    NewBackup begin(StreamContext context, RunControl control, Transfer transfer) throws BackupException;
}

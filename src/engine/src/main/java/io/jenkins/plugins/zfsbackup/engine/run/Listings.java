package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.UnexpectedException;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.storage.ParallelReads;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a repository has of many datasets. What can't be found out of one hides nothing of the others. */
final class Listings {

    private Listings() {}

    /** What became of the look at a dataset. */
    sealed interface Looked {

        /** What is stored of it. */
        record Found(Listing listing) implements Looked {}

        /** Why nothing can be said of it. */
        record Failed(BackupException reason) implements Looked {}
    }

    static Map<String, Looked> of(Repository repository, Collection<String> datasets) throws BackupException {
        return of(repository, datasets, new Cancellation());
    }

    /**
     * Looks at the datasets side by side.
     *
     * @param cancellation ends it between two datasets
     * @return in the order of the names
     * @throws RepositoryException if the repository is out of reach
     */
    static Map<String, Looked> of(Repository repository, Collection<String> datasets, Cancellation cancellation)
            throws BackupException {
        Map<String, Looked> all = new LinkedHashMap<>();
        ParallelReads directories = new ParallelReads(repository.storage());
        for (Map.Entry<String, Looked> each : directories.ask(datasets, dataset -> {
            cancellation.check("looking at what is stored of " + dataset);
            return Map.entry(dataset, look(repository, dataset));
        })) {
            all.put(each.getKey(), each.getValue());
        }
        return all;
    }

    private static Looked look(Repository repository, String dataset) throws BackupException {
        try {
            return new Looked.Found(repository.listing(dataset));
        } catch (RepositoryException e) {
            if (e.outOfReach()) {
                throw e;
            }
            return new Looked.Failed(e);
        } catch (UnexpectedException | RuntimeException | Error e) {
            return new Looked.Failed(UnexpectedException.of("looking at what is stored of " + dataset, e));
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.repository.SideBySide;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a repository has of many datasets. */
final class Listings {

    private Listings() {}

    static Map<String, Listing> of(Repository repository, Collection<String> datasets) throws BackupException {
        return of(repository, datasets, new Cancellation());
    }

    /** @param cancellation ends it between two datasets */
    static Map<String, Listing> of(Repository repository, Collection<String> datasets, Cancellation cancellation)
            throws BackupException {
        Map<String, Listing> listings = new LinkedHashMap<>();
        SideBySide directories = new SideBySide(repository.storage());
        for (Listing listing : directories.ask(datasets, dataset -> {
            cancellation.check("looking at what is stored of " + dataset);
            return repository.listing(dataset);
        })) {
            listings.put(listing.dataset(), listing);
        }
        return listings;
    }
}

package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What a repository has of many datasets, asked side by side: over a slow link each answer is mostly waiting. */
final class Listings {

    private static final int PER_CONNECTION = 8;

    private Listings() {}

    static Map<String, Listing> of(Repository repository, Collection<String> datasets) throws BackupException {
        int threads = Math.max(1, Math.min(datasets.size(), repository.storage().connections() * PER_CONNECTION));
        ExecutorService executor = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "listing");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<CompletableFuture<Listing>> answers = new ArrayList<>();
            for (String dataset : datasets) {
                answers.add(CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return repository.listing(dataset);
                            } catch (BackupException e) {
                                throw new CompletionException(e);
                            }
                        },
                        executor));
            }
            Map<String, Listing> listings = new LinkedHashMap<>();
            for (CompletableFuture<Listing> answer : answers) {
                Listing listing = answer.join();
                listings.put(listing.dataset(), listing);
            }
            return listings;
        } catch (CompletionException e) {
            if (e.getCause() instanceof BackupException cause) {
                throw cause;
            }
            throw e;
        } finally {
            executor.shutdownNow();
        }
    }
}

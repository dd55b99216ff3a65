package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupProblem;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.repository.SeenWhole;
import io.jenkins.plugins.zfsbackup.engine.storage.ParallelReads;
import io.jenkins.plugins.zfsbackup.engine.storage.StoredFile;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A {@link BackupCheck} for runs that come every hour and rely on long chains: it remembers, on this machine, what it
 * has found whole.
 *
 * <p>Of a backup whose files have the names, sizes and times that they had when it was found whole, neither manifest
 * nor signature is read again. Even its directory is not listed in each run, where there are very many: as long as the
 * directory's own time is the same, and so no file has come or gone, those that were listed longest ago take their
 * turn.
 */
final class RememberedCheck {

    private final Repository repository;
    private final BackupCheck check;
    private final String keys;
    private final int share;
    private final Cancellation cancellation;
    private final ParallelReads questions;
    /** What was looked at in this run, by dataset. */
    private final Map<String, Set<Looked>> looked = new ConcurrentHashMap<>();

    /** A backup, and when its directory had been changed last. */
    private record Looked(String id, Instant modified) {}

    /** What came of the look at a backup: why it is unsound, or what was seen of it. */
    private record Answer(String id, Optional<BackupProblem> problem, Optional<SeenWhole> seen) {}

    /**
     * @param keys tells the keys that the check asks a signature of; empty if it asks for none
     * @param share how many directories of one dataset are listed in this run although nothing tells that they have
     *     changed
     */
    RememberedCheck(Repository repository, BackupCheck check, String keys, int share, Cancellation cancellation) {
        this.repository = repository;
        this.check = check;
        this.keys = keys;
        this.share = share;
        this.cancellation = cancellation;
        this.questions = new ParallelReads(repository.storage());
    }

    /**
     * What is wrong with some of a dataset's backups, by their ids; the others are whole by listing. What has
     * no manifest to go by is looked at by {@link Archive#checkBases}.
     *
     * @param listing of the dataset
     * @throws BackupException if a directory can't be looked into
     */
    Map<String, BackupProblem> problems(Listing listing, Collection<StoredBackup> backups) throws BackupException {
        Set<Looked> done = looked.computeIfAbsent(listing.dataset(), key -> new HashSet<>());
        Map<String, SeenWhole> seen = new HashMap<>(repository.seenWhole(listing.dataset()));
        long turn = 1 + seen.values().stream().mapToLong(SeenWhole::turn).max().orElse(0);
        List<Answer> answers = new ArrayList<>();
        synchronized (done) {
            List<StoredBackup> wanted = backups.stream()
                    .filter(backup -> !backup.unverified() && !done.contains(looked(listing, backup)))
                    .toList();
            answers.addAll(questions.ask(
                    chosen(listing, wanted, seen),
                    backup -> look(listing, backup, Optional.ofNullable(seen.get(backup.id())), turn)));
            Set<String> bad = new HashSet<>();
            answers.stream().filter(answer -> answer.problem().isPresent()).forEach(answer -> bad.add(answer.id()));
            wanted.stream()
                    .filter(backup -> !bad.contains(backup.id()))
                    .forEach(backup -> done.add(looked(listing, backup)));
        }
        if (!answers.isEmpty()) {
            answers.forEach(answer ->
                    answer.seen().ifPresentOrElse(now -> seen.put(answer.id(), now), () -> seen.remove(answer.id())));
            seen.keySet().retainAll(listing.modified().keySet());
            repository.rememberWhole(listing.dataset(), seen);
        }
        Map<String, BackupProblem> problems = new LinkedHashMap<>();
        answers.forEach(answer -> answer.problem().ifPresent(why -> problems.put(answer.id(), why)));
        return problems;
    }

    private static Looked looked(Listing listing, StoredBackup backup) {
        return new Looked(backup.id(), listing.modified().get(backup.id()));
    }

    /**
     * Those of which nothing is remembered, or that have changed, and so many of the others, those first that were seen
     * longest ago.
     */
    private List<StoredBackup> chosen(Listing listing, List<StoredBackup> wanted, Map<String, SeenWhole> seen) {
        List<StoredBackup> chosen = new ArrayList<>();
        List<StoredBackup> unchanged = new ArrayList<>();
        for (StoredBackup backup : wanted) {
            SeenWhole before = seen.get(backup.id());
            boolean same = before != null
                    && before.keys().equals(keys)
                    && before.modified() == listing.modified().get(backup.id()).getEpochSecond();
            (same ? unchanged : chosen).add(backup);
        }
        unchanged.stream()
                .sorted(Comparator.comparingLong(backup -> seen.get(backup.id()).turn()))
                .limit(share)
                .forEach(chosen::add);
        return chosen;
    }

    private Answer look(Listing listing, StoredBackup backup, Optional<SeenWhole> before, long turn)
            throws BackupException {
        String dataset = listing.dataset();
        cancellation.check("looking at what is stored of " + dataset);
        List<StoredFile> files = repository.files(dataset, backup.id());
        SeenWhole now =
                new SeenWhole(listing.modified().get(backup.id()).getEpochSecond(), SeenWhole.hash(files), keys, turn);
        boolean same = before.isPresent()
                && before.get().files().equals(now.files())
                && before.get().keys().equals(keys);
        Optional<BackupProblem> problem =
                same ? Optional.empty() : check.problem(dataset, backup, files, manifest -> {});
        return new Answer(backup.id(), problem, problem.isPresent() ? Optional.empty() : Optional.of(now));
    }
}

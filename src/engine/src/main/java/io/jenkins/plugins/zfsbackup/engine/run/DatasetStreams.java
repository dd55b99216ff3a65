package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupProblem;
import io.jenkins.plugins.zfsbackup.engine.storage.ParallelReads;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The streams of one dataset, each opened once. */
final class DatasetStreams {

    private final StoredStreams streams;
    private final String dataset;
    private final Map<String, StoredStream> opened = new ConcurrentHashMap<>();

    DatasetStreams(StoredStreams streams, String dataset) {
        this.streams = streams;
        this.dataset = dataset;
    }

    StoredStream of(StoredBackup backup) {
        return opened.computeIfAbsent(backup.id(), id -> streams.of(dataset, backup));
    }

    /**
     * What is wrong with some of them going by what is listed, by their ids.
     *
     * @param questions asks many at once
     * @param control may end it
     * @param doing what it is done for, for the message if it is ended
     */
    Map<String, BackupProblem> problems(
            Collection<StoredBackup> backups, ParallelReads questions, RunControl control, String doing)
            throws BackupException {
        Map<String, BackupProblem> problems = new LinkedHashMap<>();
        for (Map.Entry<String, Optional<BackupProblem>> each : questions.ask(backups, backup -> {
            control.check(doing);
            return Map.entry(backup.id(), problem(of(backup)));
        })) {
            each.getValue().ifPresent(problem -> problems.put(each.getKey(), problem));
        }
        return problems;
    }

    private static Optional<BackupProblem> problem(StoredStream stream) throws BackupException {
        try {
            return stream.problem();
        } catch (RepositoryException e) {
            if (e.outOfReach()) {
                throw e;
            }
            return Optional.of(new BackupProblem("it can't be read: " + e.said(), false));
        }
    }
}

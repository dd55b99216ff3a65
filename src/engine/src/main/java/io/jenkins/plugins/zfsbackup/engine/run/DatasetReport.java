package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.UnexpectedException;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult.Backup;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult.DatasetResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import java.util.ArrayList;
import java.util.List;

/** What comes of a dataset in a run, written down while it is worked on. For several threads. */
final class DatasetReport {

    private final String dataset;
    private final RunListener listener;
    private final List<Backup> published = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    DatasetReport(String dataset, RunListener listener) {
        this.dataset = dataset;
        this.listener = listener;
    }

    /** Says something that a person should know, once. */
    synchronized void warn(String warning) {
        if (!warnings.contains(warning)) {
            warnings.add(warning);
            listener.warn(dataset + ": " + warning);
        }
    }

    /** Notes a backup that exists from now on. */
    synchronized void published(Backup backup) {
        published.add(backup);
    }

    /** The backups of this run, in their order. */
    synchronized List<Backup> published() {
        return List.copyOf(published);
    }

    /** The result, with all that was noted. */
    synchronized DatasetResult result(Outcome outcome, String message) {
        return new DatasetResult(dataset, outcome, published, warnings, message);
    }

    /** The result of a dataset that failed, and says so. */
    DatasetResult failed(Throwable failure) {
        Throwable known = UnexpectedException.of("backing up " + dataset, failure);
        boolean unreachable = known instanceof RepositoryException e && e.outOfReach();
        listener.warn(dataset + ": " + Reason.of(known));
        return result(unreachable ? Outcome.UNREACHABLE : Outcome.FAILED, Reason.of(known));
    }
}

package io.jenkins.plugins.zfsbackup.record;

import io.jenkins.plugins.zfsbackup.agent.Room;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.ListResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.OfDataset;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import io.jenkins.plugins.zfsbackup.engine.protocol.RestoreResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.VerifyResult;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts the datasets and backups of a document to the last one while it is read. Kept one by one are as many as anybody
 * looks at, so that a document of any size, or one made up by somebody, takes a few megabytes.
 */
final class Tally extends Room {

    private static final int MOST_VALUES = 50_000;
    private static final int MOST_CHARACTERS = 4 << 20;

    private final List<DatasetView> datasets = new ArrayList<>();
    private final RunFigures.Sum sum = new RunFigures.Sum();
    private Streams.Sum streams = new Streams.Sum();

    Tally() {
        super(MOST_VALUES, MOST_CHARACTERS);
    }

    /** Of a verification somebody looks at what is bad, and of restore points at those that can be restored. */
    @Override
    protected boolean isWanted(Object element) {
        return !(element instanceof VerifyResult.Backup verified && verified.outcome() == Outcome.OK
                || element instanceof ListResult.RestorePoint point && !point.restorable());
    }

    @Override
    protected void seen(Object element, boolean kept) {
        if (element instanceof BackupResult.Backup backup) {
            streams.add(backup.rawBytes(), backup.storedBytes(), backup.seconds());
        } else if (element instanceof ListResult.Backup backup) {
            streams.add(backup.rawBytes(), backup.storedBytes(), 0);
        } else if (element instanceof VerifyResult.Backup backup) {
            streams.addChecked(backup.checkedBytes());
        } else if (element instanceof ListResult.RestorePoint point && point.restorable()) {
            streams.addRestorePoint();
        } else if (element instanceof OfDataset dataset) {
            DatasetView view = new DatasetView(dataset, streams.streams());
            streams = new Streams.Sum();
            sum.add(view);
            if (kept) {
                datasets.add(view);
            }
        }
    }

    void add(RestoreResult restored) {
        sum.add(restored.rawBytes(), restored.storedBytes());
    }

    List<DatasetView> datasets() {
        return datasets;
    }

    RunFigures figures() {
        return sum.figures();
    }
}

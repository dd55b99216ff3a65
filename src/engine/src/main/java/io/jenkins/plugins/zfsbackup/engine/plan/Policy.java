package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import java.util.List;
import java.util.Set;

/** What to send. A policy decides from what is here and what is there alone: no state, no clock. */
public sealed interface Policy permits Forever, FullEvery, Levels, Monthly {

    /**
     * Decides what to send of one dataset.
     *
     * @param source what the pool has
     * @param stored what the repository has of this dataset, in any order
     */
    SendPlan plan(Source source, List<StoredBackup> stored);

    /**
     * The guids of the stored snapshots that later streams will start from: what must not expire unmarked on the
     * source.
     *
     * @param stored what the repository has of this dataset, in any order
     */
    default Set<Long> futureBases(List<StoredBackup> stored) {
        return bases(stored).guids();
    }

    /** As {@link #futureBases}, to be kept up to date while more is stored. */
    FutureBases bases(List<StoredBackup> stored);
}

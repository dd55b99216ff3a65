package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.plan.KeepRules;
import io.jenkins.plugins.zfsbackup.engine.plan.Policy;
import java.util.Optional;

/**
 * What to back up.
 *
 * @param pool the pool
 * @param filter which of its datasets
 * @param policy what to send of each
 * @param snapshot pattern of the snapshot to take first, e.g. {@code daily-%Y-%m-%d}; empty to take none
 * @param keepSnapshots which of the snapshots taken by that pattern stay after they were sent; empty to keep all
 * @param signedBy whose signatures what the run relies on must have; empty if it need have none
 * @param dryRun only say what would be done
 */
public record BackupRequest(
        String pool,
        DatasetFilter filter,
        Policy policy,
        Optional<String> snapshot,
        Optional<KeepRules> keepSnapshots,
        Optional<SignedBy> signedBy,
        boolean dryRun) {}

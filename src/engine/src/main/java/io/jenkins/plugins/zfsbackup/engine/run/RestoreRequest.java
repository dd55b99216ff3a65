package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import java.util.Optional;

/**
 * What to restore.
 *
 * @param dataset the dataset as the repository knows it
 * @param snapshot its snapshot's name; empty for the newest
 * @param target where to; empty to write the raw streams to an output instead
 * @param dryRun only say what would be done
 */
public record RestoreRequest(String dataset, Optional<String> snapshot, Optional<DatasetName> target, boolean dryRun) {}

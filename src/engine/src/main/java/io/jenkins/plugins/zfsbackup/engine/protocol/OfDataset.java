package io.jenkins.plugins.zfsbackup.engine.protocol;

import java.util.Optional;

/** What a result tells of one dataset. */
public sealed interface OfDataset
        permits BackupResult.DatasetResult, ListResult.DatasetResult, VerifyResult.DatasetResult {

    /** The dataset's name. */
    String dataset();

    /** How it ended with the dataset. */
    Outcome outcome();

    /** Up to where the dataset is safe: the newest snapshot that can be restored; empty if none can, or none is known. */
    Optional<Restorable> newest();
}

package io.jenkins.plugins.zfsbackup.record;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * The figures of a run that a build keeps in its {@code build.xml}, for lists of builds and for trends. All else is in
 * the archived document. Fields that are missing there, because an earlier version wrote it, are 0 or null.
 */
final class RunFigures {

    private static final int VERSION = 1;

    private final int version;
    private final int datasets;
    private final int failed;
    private final int unsafe;
    private final long backups;
    private final long rawBytes;
    private final long storedBytes;
    private final long checkedBytes;
    private final String safeUpTo;

    private RunFigures(Sum sum) {
        version = VERSION;
        datasets = sum.datasets;
        failed = sum.failed;
        unsafe = sum.unsafe;
        backups = sum.backups;
        rawBytes = sum.rawBytes;
        storedBytes = sum.storedBytes;
        checkedBytes = sum.checkedBytes;
        safeUpTo = sum.safeUpTo;
    }

    /** For a run without a document: each its own, as objects that are shared are written as references. */
    static RunFigures none() {
        return new Sum().figures();
    }

    /** Adds up datasets. */
    static final class Sum {

        private int datasets;
        private int failed;
        private int unsafe;
        private long backups;
        private long rawBytes;
        private long storedBytes;
        private long checkedBytes;
        private String safeUpTo = "";

        Sum add(DatasetView dataset) {
            datasets++;
            failed += dataset.isBad() ? 1 : 0;
            unsafe += dataset.isUnsafe() ? 1 : 0;
            backups += dataset.getBackupCount();
            rawBytes = Figures.sum(rawBytes, dataset.getRawBytes());
            storedBytes = Figures.sum(storedBytes, dataset.getStoredBytes());
            checkedBytes = Figures.sum(checkedBytes, dataset.getCheckedBytes());
            Optional<Instant> end = dataset.newestCreated();
            if (!dataset.isSkipped()
                    && end.isPresent()
                    && (safeUpTo.isEmpty() || end.get().isBefore(Instant.parse(safeUpTo)))) {
                safeUpTo = end.get().toString();
            }
            return this;
        }

        /** What a document says of the run as a whole, where it has no datasets. */
        Sum add(long raw, long stored) {
            rawBytes = Figures.sum(rawBytes, raw);
            storedBytes = Figures.sum(storedBytes, stored);
            return this;
        }

        /** What another run says of how far the datasets are safe. */
        Sum add(RunFigures other) {
            unsafe += other.unsafe;
            safeUpTo = other.safeUpTo();
            return this;
        }

        RunFigures figures() {
            return new RunFigures(this);
        }
    }

    int datasets() {
        return datasets;
    }

    /** Datasets that were not brought to safety, or not found good. */
    int failed() {
        return failed;
    }

    /** Datasets with snapshots of which nothing can be restored. */
    int unsafe() {
        return unsafe;
    }

    long backups() {
        return backups;
    }

    long rawBytes() {
        return rawBytes;
    }

    long storedBytes() {
        return storedBytes;
    }

    /** Stored bytes that a verification has read. */
    long checkedBytes() {
        return checkedBytes;
    }

    /** The earliest time up to which a dataset is safe, in ISO 8601; empty if no dataset tells. */
    String safeUpTo() {
        return Objects.requireNonNullElse(safeUpTo, "");
    }

    /** The version of this form. */
    int version() {
        return version;
    }
}

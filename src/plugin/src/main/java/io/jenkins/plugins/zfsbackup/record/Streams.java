package io.jenkins.plugins.zfsbackup.record;

/**
 * The backups of a dataset, added up.
 *
 * @param count of all
 * @param rawBytes of all
 * @param storedBytes of all
 * @param checkedBytes of all, by a verification
 * @param seconds of all
 * @param restorePoints how many snapshots can be restored, as a list of what is stored tells
 */
record Streams(long count, long rawBytes, long storedBytes, long checkedBytes, double seconds, long restorePoints) {

    /** Adds them up. */
    static final class Sum {

        private long count;
        private long rawBytes;
        private long storedBytes;
        private long checkedBytes;
        private double seconds;
        private long restorePoints;

        void add(long raw, long stored, double duration) {
            count++;
            rawBytes = Figures.sum(rawBytes, raw);
            storedBytes = Figures.sum(storedBytes, stored);
            seconds += duration;
        }

        void addChecked(long checked) {
            count++;
            checkedBytes = Figures.sum(checkedBytes, checked);
        }

        void addRestorePoint() {
            restorePoints++;
        }

        Streams streams() {
            return new Streams(count, rawBytes, storedBytes, checkedBytes, seconds, restorePoints);
        }
    }
}

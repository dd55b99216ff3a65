package io.jenkins.plugins.zfsbackup.engine.zfs;

import io.jenkins.plugins.zfsbackup.engine.model.DatasetName;

/**
 * Why a program is run, for the message if it fails.
 *
 * @param doing what is being done, naming the dataset
 * @param dataset the dataset whose permissions decide
 * @param permissions what {@code zfs allow} has to grant for it
 */
record Task(String doing, String dataset, String permissions) {

    /** All that a backup needs but removing its marks: one line granted serves the whole run. */
    private static final String BACKUP = "bookmark,hold,release,send,snapshot,userprop";

    static Task backup(String doing, String name) {
        return new Task(doing, datasetOf(name), BACKUP);
    }

    static Task destroy(String doing, String name) {
        return new Task(doing, datasetOf(name), "destroy,mount");
    }

    static Task rename(String doing, String name) {
        return new Task(doing, datasetOf(name), "create,mount,rename");
    }

    /** A new dataset is allowed, or not, by the one above it. */
    static Task restore(String doing, DatasetName target) {
        return new Task(doing, target.parent().orElse(target).value(), "create,mount,receive");
    }

    static Task property(String doing, DatasetName dataset) {
        return new Task(doing, dataset.value(), "userprop");
    }

    private static String datasetOf(String name) {
        return name.split("[@#]", 2)[0];
    }
}

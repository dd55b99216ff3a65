package io.jenkins.plugins.zfsbackup.engine.zfs;

import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;

/**
 * The purpose of running a program, for the message if it fails.
 *
 * @param doing what is being done, with the name of the dataset
 * @param dataset the dataset whose permissions are needed
 * @param permissions the permissions that {@code zfs allow} must grant for it
 */
record Task(String doing, String dataset, String permissions) {

    /**
     * All permissions that a backup needs, except for removing bookmarks: granting this line once is enough for the
     * whole run.
     */
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

    /** The permission to create a dataset is that of its parent. */
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

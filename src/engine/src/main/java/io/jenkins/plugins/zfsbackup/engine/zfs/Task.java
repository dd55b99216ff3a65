package io.jenkins.plugins.zfsbackup.engine.zfs;

/**
 * Why a program is run, for the message if it fails.
 *
 * @param doing what is being done, naming the dataset
 * @param dataset the dataset that it is done to
 * @param permissions what {@code zfs allow} has to grant for it
 */
record Task(String doing, String dataset, String permissions) {

    /** All that a backup needs but removing its marks: one line granted serves the whole run. */
    private static final String BACKUP = "bookmark,hold,release,send,snapshot";

    static Task backup(String doing, String name) {
        return new Task(doing, datasetOf(name), BACKUP);
    }

    static Task destroy(String doing, String name) {
        return new Task(doing, datasetOf(name), "destroy,mount");
    }

    static Task restore(String doing, String name) {
        return new Task(doing, datasetOf(name), "create,mount,receive");
    }

    private static String datasetOf(String name) {
        return name.split("[@#]", 2)[0];
    }
}

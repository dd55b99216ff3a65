package io.jenkins.plugins.zfsbackup.engine.zfs;

import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import java.util.Locale;

/**
 * What to do about a message of {@code zfs} or {@code zpool}, which is recognized by the words that zfs-fuse, OpenZFS
 * and sudo use.
 */
final class Refusal {

    static final String INSTALL = "Run this on the machine that has the pool. If this is the one, install ZFS there"
            + " (Debian, Ubuntu: apt install zfsutils-linux; FreeBSD has it).";

    private Refusal() {}

    /**
     * @param said what the program wrote to standard error
     * @param program the absolute path of the program that was refused
     * @param permissions the permissions that {@code zfs allow} must grant for this
     * @param dataset the dataset or pool to grant them on
     */
    static String next(String said, String program, String permissions, String dataset) {
        String text = said.toLowerCase(Locale.ROOT);
        String user = System.getProperty("user.name");
        if (text.contains("a password is required") || text.contains("is not allowed to execute")) {
            return "Allow it with a line in /etc/sudoers.d: " + user + " ALL=(root) NOPASSWD: " + program;
        }
        if (text.contains("permission denied") || text.contains("must be run as root")) {
            return "As root, run: zfs allow -u " + user + " " + permissions + " '" + dataset + "' — "
                    + Wording.OR_SUDO.text();
        }
        if (text.contains("zfs-fuse daemon")) {
            return "Start the daemon, as root: service zfs-fuse start";
        }
        if (text.contains("modules are not loaded")
                || text.contains("failed to initialize")
                || text.contains("/dev/zfs")) {
            return "Load the kernel module, as root: modprobe zfs";
        }
        if (text.contains("does not exist")) {
            return "It may have been destroyed or renamed meanwhile; zfs list -t all shows what there is. The"
                    + " next run goes by that.";
        }
        // The second is what OpenZFS 2.3 says of a hold; older ones say the first.
        if (text.contains("dataset is busy") || text.contains("being held")) {
            return "Something uses it, or a hold is on it (zfs holds shows them): end that and try again.";
        }
        if (text.contains("out of space")) {
            return "Free space in the pool, or choose another one.";
        }
        return "";
    }
}

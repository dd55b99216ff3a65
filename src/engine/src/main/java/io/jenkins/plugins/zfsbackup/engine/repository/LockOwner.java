package io.jenkins.plugins.zfsbackup.engine.repository;

/**
 * Who holds a lock, as others read it.
 *
 * @param user the account's name
 * @param host the machine's name; says nothing about which machine it is
 * @param process the process on that machine
 * @param run identifies the run
 */
public record LockOwner(String user, String host, ProcessIdentity process, String run) {

    /**
     * Whether the owner is certainly gone.
     *
     * @param seer who looks; others' processes may be hidden from any user but root (proc(5), {@code hidepid})
     */
    boolean isGone(LockOwner seer) {
        boolean sees = seer.user.equals("root") || seer.user.equals(user) && !user.equals("?");
        return sees && process.isGone(seer.process);
    }

    @Override
    public String toString() {
        return user + " on " + host + ", process " + process.pid() + ", run " + run;
    }
}

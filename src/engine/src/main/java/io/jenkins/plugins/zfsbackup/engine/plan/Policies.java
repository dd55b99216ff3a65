package io.jenkins.plugins.zfsbackup.engine.plan;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;

/** Policies by their names. */
public final class Policies {

    private Policies() {}

    /**
     * The policy of a name.
     *
     * @param packed whether the snapshots since the base go in one package
     * @throws UsageException if there is none of that name, or it can't be packed
     */
    public static Policy parse(String name, boolean packed) throws UsageException {
        if (name.equals("forever")) {
            return new Forever(packed);
        }
        throw new UsageException("choosing what to send", "there is no policy " + name, "Policies: forever.");
    }
}

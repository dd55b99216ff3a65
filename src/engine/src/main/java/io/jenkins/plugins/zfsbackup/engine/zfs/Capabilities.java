package io.jenkins.plugins.zfsbackup.engine.zfs;

import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import java.util.EnumSet;
import java.util.Set;

/**
 * The features of a pool and of the installed tools, as they report them.
 *
 * @param zfsVersion the output of {@code zfs version} on one line; for tools without that command, a note that they are
 *     older
 * @param poolVersion the on-disk version of the pool: a number, or {@code features} for a pool with feature flags
 * @param bookmarks whether bookmarks of snapshots can be made
 * @param holdsListed whether the tags of holds can be listed; otherwise only their number is known
 * @param estimates whether {@code zfs send -nP} estimates the size of a stream
 * @param atomicSnapshots whether snapshots of any set of datasets can be taken at the same instant
 * @param receiveProperties whether {@code zfs receive} accepts {@code -o property=value}
 * @param sendFlags the flags that {@code zfs send} accepts
 */
public record Capabilities(
        String zfsVersion,
        String poolVersion,
        boolean bookmarks,
        boolean holdsListed,
        boolean estimates,
        boolean atomicSnapshots,
        boolean receiveProperties,
        Set<SendFlag> sendFlags) {

    /** Copies the set. */
    public Capabilities {
        sendFlags = Set.copyOf(sendFlags);
    }

    /**
     * The flags for sending a dataset. An encrypted dataset is sent raw, so that its stream is as secret as the dataset
     * and no key is needed; others with all flags that save work. The flags for a dataset never change, because the
     * streams of a chain must agree on large blocks (OpenZFS issue 6224).
     */
    public Set<SendFlag> flagsFor(Dataset dataset) {
        if (dataset.encrypted()) {
            return EnumSet.of(SendFlag.RAW);
        }
        Set<SendFlag> flags = EnumSet.noneOf(SendFlag.class);
        flags.addAll(sendFlags);
        flags.remove(SendFlag.RAW);
        return flags;
    }
}

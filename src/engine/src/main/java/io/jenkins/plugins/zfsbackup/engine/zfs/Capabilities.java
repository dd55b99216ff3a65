package io.jenkins.plugins.zfsbackup.engine.zfs;

import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a pool and the tools in front of it can do, as they say themselves.
 *
 * @param zfsVersion what {@code zfs version} says, on one line; for tools that don't know that command, that they are
 *     older
 * @param poolVersion the pool's on-disk version: a number, or {@code features} for a pool with feature flags
 * @param bookmarks whether snapshots can be turned into bookmarks
 * @param holdsListed whether the tags of holds can be listed; otherwise only their number is known
 * @param estimates whether {@code zfs send -nP} tells a stream's size beforehand
 * @param atomicSnapshots whether snapshots of any set of datasets can be taken at one instant
 * @param receiveProperties whether {@code zfs receive} takes {@code -o property=value}
 * @param sendFlags what {@code zfs send} takes
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
     * How to send a dataset: an encrypted one raw, so that its stream is as secret as the dataset and needs no key; any
     * other with all that spares work. Always the same for the same dataset, because streams of one chain must agree on
     * large blocks (OpenZFS issue 6224).
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

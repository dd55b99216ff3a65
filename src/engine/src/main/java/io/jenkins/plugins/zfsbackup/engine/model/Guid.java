package io.jenkins.plugins.zfsbackup.engine.model;

/**
 * The text form of the identity that ZFS gives to a dataset, a snapshot and everything made of it: an unsigned number
 * of 64 bits, kept in a {@code long} and written in decimal. A bookmark and a received copy have their snapshot's guid.
 */
public final class Guid {

    private Guid() {}

    /** The guid in unsigned decimal, as {@code zfs get -p guid} prints it. */
    public static String format(long guid) {
        return Long.toUnsignedString(guid);
    }

    /**
     * Reads a guid in unsigned decimal.
     *
     * @throws NumberFormatException if it is no unsigned number of 64 bits
     */
    public static long parse(String text) {
        return Long.parseUnsignedLong(text);
    }
}

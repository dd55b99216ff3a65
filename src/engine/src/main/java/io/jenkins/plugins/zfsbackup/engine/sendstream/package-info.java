/**
 * Reads ZFS send streams: finds the end of each record, checks the running Fletcher-4 checksum, and reads from the
 * BEGIN records the snapshots that a stream starts from and leads to. Callers pass bytes in and learn how many of them
 * may be passed on. This package does no I/O and does not interpret the payload of records.
 *
 * <p>The format is that of OpenZFS ({@code include/sys/zfs_ioctl.h}, {@code module/zfs/dmu_send.c},
 * {@code module/zfs/dmu_recv.c}, {@code lib/libzfs/libzfs_sendrecv.c}), back to the streams of 2010.
 */
package io.jenkins.plugins.zfsbackup.engine.sendstream;

/**
 * Reads ZFS send streams: finds where each record ends, checks the running Fletcher-4 checksum, and learns from the
 * BEGIN records which snapshots a stream leads from and to. It is fed bytes and says how many of them may go on; it
 * neither reads nor writes anything itself, and it does not look into what a record's payload means.
 *
 * <p>The format is that of OpenZFS ({@code include/sys/zfs_ioctl.h}, {@code module/zfs/dmu_send.c},
 * {@code module/zfs/dmu_recv.c}, {@code lib/libzfs/libzfs_sendrecv.c}), back to the streams of 2010.
 */
package io.jenkins.plugins.zfsbackup.engine.sendstream;

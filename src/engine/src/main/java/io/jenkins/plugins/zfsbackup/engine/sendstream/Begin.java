package io.jenkins.plugins.zfsbackup.engine.sendstream;

import io.jenkins.plugins.zfsbackup.engine.model.DatasetType;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * A BEGIN record: which snapshot a stream leads to, and from which one.
 *
 * @param toGuid the guid of the snapshot that the stream holds, an unsigned number; 0 in the head of a package
 * @param fromGuid the guid of the snapshot that must be there already, an unsigned number; 0 in a full stream and in
 *     the head of a package
 * @param toName the snapshot's full name where it was sent, such as {@code tank/home@monday}
 * @param created when the snapshot was made, to the second, UTC; 1970 in the head of a package
 * @param type what the dataset holds; empty in the head of a package
 * @param ofClone whether the dataset is a clone, sent as the difference from its origin, whose guid is {@code fromGuid}
 * @param features what the stream asks of the ZFS that receives it
 * @param versionInfo the field that the features and the header type were read from, as it stands in the record
 * @param byteOrder the sender's byte order
 */
public record Begin(
        long toGuid,
        long fromGuid,
        String toName,
        Instant created,
        Optional<DatasetType> type,
        boolean ofClone,
        Set<Feature> features,
        long versionInfo,
        ByteOrder byteOrder) {

    /** Whether the stream builds on nothing. */
    public boolean full() {
        return fromGuid == 0;
    }

    /** The dataset part of {@link #toName()}. */
    public String dataset() {
        int at = toName.indexOf('@');
        return at < 0 ? toName : toName.substring(0, at);
    }
}

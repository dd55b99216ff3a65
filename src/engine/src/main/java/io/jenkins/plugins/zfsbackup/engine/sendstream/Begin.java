package io.jenkins.plugins.zfsbackup.engine.sendstream;

import io.jenkins.plugins.zfsbackup.engine.model.DatasetType;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * A BEGIN record: the snapshot that a stream leads to, and the one it starts from.
 *
 * @param toGuid the guid of the snapshot that the stream contains, an unsigned number; 0 in the head of a package
 * @param fromGuid the guid of the snapshot that must exist already, an unsigned number; 0 in a full stream and in the
 *     head of a package
 * @param toName the full name of the snapshot where it was sent, such as {@code tank/home@monday}
 * @param created when the snapshot was made, in whole seconds, UTC; 1970 in the head of a package
 * @param type the type of the dataset; empty in the head of a package
 * @param ofClone whether the dataset is a clone, sent as the difference from its origin, whose guid is {@code fromGuid}
 * @param features the features that the receiving ZFS must support
 * @param versionInfo the raw field that contains the features and the header type
 * @param byteOrder the byte order of the sender
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

    /** Whether the stream has no base. */
    public boolean full() {
        return fromGuid == 0;
    }

    /** The dataset part of {@link #toName()}. */
    public String dataset() {
        int at = toName.indexOf('@');
        return at < 0 ? toName : toName.substring(0, at);
    }
}

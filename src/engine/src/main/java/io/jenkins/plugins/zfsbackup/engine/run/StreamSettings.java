package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.protocol.Compression;
import io.jenkins.plugins.zfsbackup.engine.stream.VolumeFormat;
import io.jenkins.plugins.zfsbackup.engine.stream.Workers;

/**
 * How volumes are made and moved.
 *
 * @param workers the threads and the memory
 * @param compression of the volumes
 * @param protection encryption and signature
 */
public record StreamSettings(Workers workers, Compression compression, Protection protection) {

    /** What is done to a stream. */
    public VolumeFormat format() {
        return new VolumeFormat(compression, protection.encrypt());
    }
}

package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.SourceException;
import io.jenkins.plugins.zfsbackup.engine.plan.Base;
import io.jenkins.plugins.zfsbackup.engine.plan.SendStep;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStream;
import io.jenkins.plugins.zfsbackup.engine.stream.StreamUpload;
import io.jenkins.plugins.zfsbackup.engine.zfs.Capabilities;
import io.jenkins.plugins.zfsbackup.engine.zfs.SendFlag;
import io.jenkins.plugins.zfsbackup.engine.zfs.SendProcess;
import io.jenkins.plugins.zfsbackup.engine.zfs.SendRequest;
import io.jenkins.plugins.zfsbackup.engine.zfs.Zfs;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Has the pool make the streams of a plan.
 *
 * @param zfs the pool's side
 * @param capabilities what it can do
 */
record Sender(Zfs zfs, Capabilities capabilities) {

    /** @param largeBlocks whether they may be in the stream: the streams of one chain must agree (OpenZFS issue 6224) */
    SendRequest request(Dataset dataset, SendStep step, boolean largeBlocks) {
        Set<SendFlag> flags = EnumSet.noneOf(SendFlag.class);
        flags.addAll(capabilities.flagsFor(dataset));
        if (!largeBlocks) {
            flags.remove(SendFlag.LARGE_BLOCKS);
        }
        String snapshot = dataset.name() + "@" + step.snapshot().name();
        if (step.base().isEmpty()) {
            return SendRequest.full(snapshot, flags);
        }
        Base base = step.base().get();
        String from = base.bookmark()
                .map(b -> dataset.name() + "#" + b)
                .orElse(dataset.name() + "@" + base.id().name());
        return step.kind() == Kind.PACKAGE
                ? SendRequest.packaged(from, snapshot, flags)
                : SendRequest.incremental(from, snapshot, flags);
    }

    /** The bytes of a stream, about; 0 if not known. */
    long estimate(Dataset dataset, SendStep step, SendRequest request) throws BackupException {
        if (capabilities.estimates()) {
            return zfs.estimate(request).orElse(0);
        }
        return step.kind() == Kind.FULL ? dataset.referenced() : 0;
    }

    /** A {@code zfs send} as what makes a stream. */
    static StreamUpload.Producer producer(SendProcess send) {
        return new StreamUpload.Producer() {
            @Override
            public InputStream output() {
                return send.stream();
            }

            @Override
            public void finish() throws IOException {
                send.finish();
            }

            @Override
            public void kill() {
                send.kill();
            }
        };
    }

    /** Names are what zfs send takes, and may have come to mean others since the plan was made. */
    static void checkIsWhatWasAsked(String label, SendStep step, SendStream stream) throws SourceException {
        long from = step.base().map(base -> base.id().guid()).orElse(0L);
        if (stream.toGuid() != step.snapshot().guid() || stream.fromGuid() != from) {
            throw new SourceException(
                    label,
                    "zfs send made a stream from guid " + Long.toUnsignedString(stream.fromGuid()) + " to "
                            + Long.toUnsignedString(stream.toGuid()) + ", asked for was one from "
                            + Long.toUnsignedString(from) + " to "
                            + step.snapshot().guidText(),
                    "A snapshot was replaced by another one of the same name in this moment. Run again.");
        }
    }

    /**
     * The name of a snapshot that the step needs and that is not there any more: destroyed, renamed, or another has its
     * name.
     */
    Optional<String> vanished(Dataset dataset, SendStep step) throws BackupException {
        List<SnapshotId> needed = new ArrayList<>(step.between());
        step.base().filter(base -> base.bookmark().isEmpty()).ifPresent(base -> needed.add(base.id()));
        needed.add(step.snapshot());
        for (SnapshotId id : needed) {
            if (!zfs.guid(dataset.name() + "@" + id.name()).equals(OptionalLong.of(id.guid()))) {
                return Optional.of(id.name());
            }
        }
        return Optional.empty();
    }
}

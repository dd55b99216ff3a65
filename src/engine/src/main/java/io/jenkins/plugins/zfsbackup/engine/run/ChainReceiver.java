package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.SourceException;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.zfs.ReceiveProcess;
import io.jenkins.plugins.zfsbackup.engine.zfs.Zfs;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Receives the backups of a chain one after the other, into a dataset or an output. What turns out to be unusable ends
 * the chain; the snapshots that were received before it stay, and another chain may go on from there.
 */
final class ChainReceiver {

    private final Zfs zfs;
    private final DatasetStreams streams;
    private final RunControl control;
    private final RunListener listener;
    private final RestoreRequest request;
    private final String dataset;
    private final Listing listing;
    private final Written output;
    private final List<StoredBackup> received = new ArrayList<>();
    private long rawBytes;

    /**
     * @param streams of the dataset
     * @param listing of the dataset
     * @param output where the raw streams go if the request has no target
     */
    ChainReceiver(
            Zfs zfs,
            DatasetStreams streams,
            RunControl control,
            RestoreRequest request,
            Listing listing,
            OutputStream output) {
        this.zfs = zfs;
        this.streams = streams;
        this.control = control;
        this.listener = control.listener();
        this.request = request;
        this.dataset = request.dataset();
        this.listing = listing;
        this.output = new Written(output);
    }

    /** All backups that were received as a whole so far, in order. */
    List<StoredBackup> received() {
        return List.copyOf(received);
    }

    /** The bytes of their streams. */
    long rawBytes() {
        return rawBytes;
    }

    /**
     * Whether another chain could be received: a dataset is as it was, or has whole snapshots more; an output can take
     * nothing back.
     */
    boolean canGoOn() {
        return request.target().isPresent() || !output.any;
    }

    /**
     * Receives a chain.
     *
     * @throws BadBackup if one of its backups is unusable
     */
    void receive(List<StoredBackup> chain) throws IOException, BadBackup {
        for (StoredBackup backup : chain) {
            usable(backup, () -> prepare(backup))
                    .ifPresent(why -> listener.warn(dataset + ": " + backup.id() + ": " + why));
        }
        Optional<SnapshotsOnTarget> onTarget = onTarget();
        Optional<DatasetName> copy = copy();
        for (StoredBackup backup : chain) {
            control.check("restoring " + dataset);
            StoredStream.Content content =
                    usable(backup, () -> streams.of(backup).open());
            makeWay(onTarget, content.snapshots());
            received.add(usable(backup, () -> receive(backup, content)));
            rawBytes += content.rawBytes();
            if (copy.isPresent()) {
                mark(copy.get());
                copy = Optional.empty();
            }
        }
    }

    /** The target, if it does not exist yet and is not the dataset itself, come back under its name. */
    private Optional<DatasetName> copy() throws BackupException {
        Optional<DatasetName> target =
                request.target().filter(name -> !name.value().equals(dataset));
        return target.isPresent() && zfs.dataset(target.get()).isEmpty() ? target : Optional.empty();
    }

    /** Else the next backup of the pool would store all of it once more. */
    private void mark(DatasetName copy) throws BackupException {
        try {
            zfs.markRestored(copy);
            listener.info(
                    copy + " is left out of backups as long as it has this name. To have it backed up: zfs inherit"
                            + " zfsbackup:restored '" + copy + "'");
        } catch (SourceException e) {
            listener.warn(copy + " will be backed up as a dataset of its own: " + e.getMessage());
        }
    }

    /** Something that is done with a backup. */
    private interface Use<T> {
        T of() throws IOException;
    }

    private static <T> T usable(StoredBackup backup, Use<T> use) throws IOException, BadBackup {
        try {
            return use.of();
        } catch (IntegrityException e) {
            throw new BadBackup(backup.id(), e);
        } catch (RepositoryException e) {
            if (e.outOfReach()) {
                throw e;
            }
            throw new BadBackup(backup.id(), e);
        }
    }

    private Optional<SnapshotsOnTarget> onTarget() throws BackupException {
        if (request.target().isEmpty()) {
            return Optional.empty();
        }
        DatasetName target = request.target().get();
        return Optional.of(new SnapshotsOnTarget(target, zfs.dataset(target), listing.backups()));
    }

    /** @param coming the snapshots in the next stream, called as in it */
    private void makeWay(Optional<SnapshotsOnTarget> onTarget, List<SnapshotId> coming) throws BackupException {
        if (onTarget.isEmpty()) {
            return;
        }
        for (SnapshotsOnTarget.Renaming renaming : onTarget.get().makeWay(coming)) {
            zfs.renameSnapshot(renaming.from(), renaming.to());
            listener.info(
                    dataset + ": another snapshot of the name comes: " + renaming.from() + " is now " + renaming.to());
        }
    }

    private Optional<String> prepare(StoredBackup backup) throws IOException {
        String label = "checking " + dataset + ", backup " + backup.id();
        try (Transfer transfer = control.transfer(dataset, backup.id(), label)) {
            return streams.of(backup).prepare(transfer);
        }
    }

    private StoredBackup receive(StoredBackup backup, StoredStream.Content content) throws IOException {
        String label = "restoring " + dataset + ", backup " + backup.id();
        long began = System.nanoTime();
        try (Transfer transfer = control.transfer(dataset, backup.id(), label)) {
            transfer.begin(content.rawBytes());
            if (request.target().isEmpty()) {
                content.writeTo(output, transfer);
            } else {
                into(request.target().get(), sink -> content.writeTo(sink, transfer));
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        listener.detail(dataset + ": received " + backup.id() + ", " + Sizes.bytes(content.rawBytes()) + " in "
                + Sizes.seconds(seconds));
        return backup;
    }

    /** Writes a raw stream to a sink. */
    private interface Fetch {
        void into(OutputStream sink) throws IOException;
    }

    private void into(DatasetName target, Fetch fetch) throws IOException {
        try (ReceiveProcess receive = zfs.receive(target);
                Cancellation.Registration registration = control.cancellation().onCancel(receive::kill)) {
            try {
                fetch.into(receive.stream());
            } catch (IntegrityException | RepositoryException e) {
                receive.kill();
                throw e;
            }
            receive.finish();
        } catch (SourceException e) {
            Optional<Dataset> there = ChangedTarget.wasWritten(e) ? zfs.dataset(target) : Optional.empty();
            throw there.filter(each -> !each.snapshots().isEmpty())
                    .map(each -> ChangedTarget.written(e, each))
                    .orElse(e);
        }
    }

    /** Remembers whether anything was written. */
    private static final class Written extends FilterOutputStream {
        private boolean any;

        Written(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int b) throws IOException {
            any = true;
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            any |= length > 0;
            out.write(bytes, offset, length);
        }
    }
}

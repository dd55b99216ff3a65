package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.plan.SendStep;
import io.jenkins.plugins.zfsbackup.engine.repository.LegacyLayout;
import io.jenkins.plugins.zfsbackup.engine.repository.LegacyWriter;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.stream.LegacyUpload;
import io.jenkins.plugins.zfsbackup.engine.zfs.SendProcess;
import io.jenkins.plugins.zfsbackup.engine.zfs.SendRequest;
import io.jenkins.plugins.zfsbackup.engine.zfs.Zfs;
import java.io.IOException;

/** Stores one stream as an old script would have, but so that it is there as a whole or not at all. */
final class LegacyStep {

    private final Zfs zfs;
    private final Repository repository;
    private final StreamSettings streams;
    private final RunListener listener;
    private final Cancellation cancellation;
    private final LegacyLayout layout;

    LegacyStep(
            Zfs zfs, Repository repository, StreamSettings streams, RunListener listener, Cancellation cancellation) {
        this.zfs = zfs;
        this.repository = repository;
        this.streams = streams;
        this.listener = listener;
        this.cancellation = cancellation;
        this.layout = LegacyLayout.of(streams.layout());
    }

    StoredBackup store(Dataset dataset, NamedStep named, SendRequest request, String label, LockKeeper lock)
            throws IOException {
        String name = dataset.name().value();
        SendStep step = named.step();
        layout.caution(named.id()).ifPresent(caution -> listener.warn(name + ": " + caution));
        lock.check();
        LegacyWriter writer =
                repository.begin(layout, dataset.name(), step.snapshot().name(), named.baseName());
        LegacyUpload upload =
                new LegacyUpload(streams.format(), streams.pace(), label, bytes -> listener.moved(name, bytes));
        boolean published = false;
        try (SendProcess send = zfs.send(request);
                Cancellation.Registration onStop = cancellation.onCancel(upload::cancel);
                Cancellation.Registration onLoss = lock.onLoss(upload::cancel)) {
            LegacyUpload.Stored stored = upload.store(DatasetBackup.producer(send), writer.write());
            DatasetBackup.checkIsWhatWasAsked(label, step, stored.stream());
            lock.check();
            publish(writer, stored.storedBytes(), label);
            published = true;
            return new StoredBackup(
                    named.id(),
                    step.kind(),
                    step.snapshot(),
                    named.base(),
                    step.between(),
                    stored.stream().bytes(),
                    stored.storedBytes(),
                    1,
                    streams.layout(),
                    dataset.guid(),
                    0);
        } finally {
            if (!published) {
                abandon(writer, name);
            }
        }
    }

    private static void publish(LegacyWriter writer, long bytes, String label) throws BackupException {
        try {
            writer.publish(bytes);
        } catch (RepositoryException e) {
            if (e.kind() == RepositoryException.Kind.EXISTS) {
                throw new RepositoryException(
                        e.kind(),
                        label,
                        "a file of that name has come into being meanwhile, probably by the old script",
                        "Nothing was changed. Run again; let only one of the two run at a time.",
                        e);
            }
            throw e;
        }
    }

    private void abandon(LegacyWriter writer, String name) {
        try {
            writer.abandon();
        } catch (BackupException e) {
            listener.warn(
                    name + ": the unfinished upload stays behind until the next run removes it: " + e.getMessage());
        }
    }
}

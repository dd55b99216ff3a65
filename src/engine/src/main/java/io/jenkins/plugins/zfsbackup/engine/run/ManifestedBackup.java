package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.plan.SendStep;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupWriter;
import io.jenkins.plugins.zfsbackup.engine.repository.ManifestJson;
import io.jenkins.plugins.zfsbackup.engine.sendstream.Begin;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStream;
import io.jenkins.plugins.zfsbackup.engine.stream.StreamUpload;
import io.jenkins.plugins.zfsbackup.engine.stream.Watch;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A backup that is being stored in volumes, with a manifest. */
final class ManifestedBackup implements NewBackup {

    private final ManifestedArchive archive;
    private final StreamContext context;
    private final RunListener listener;
    private final BackupWriter writer;
    private final StreamUpload upload;
    private StreamUpload.Stored stored;

    /** Begins it, or carries on with what a run of this machine that died left of the same one. */
    ManifestedBackup(ManifestedArchive archive, StreamContext context, RunListener listener, Watch watch)
            throws BackupException {
        this.archive = archive;
        this.context = context;
        this.listener = listener;
        String dataset = context.dataset().name().value();
        StreamSettings settings = archive.settings();
        this.writer = archive.repository().begin(dataset, context.named().id(), fingerprint(settings, context.step()));
        this.upload = new StreamUpload(settings.workers(), settings.format(), writer, watch);
        if (writer.resumableBytes() > 0) {
            listener.info(dataset + ": an earlier run left " + Sizes.bytes(writer.resumableBytes())
                    + " of this backup, which are read back, and not sent again where they agree");
        } else if (writer.begunAnew()) {
            listener.info(dataset
                    + ": what an earlier run left of this backup was not noted by this machine, or was made with"
                    + " other settings: all volumes are sent again");
        }
    }

    /** All that makes stored volumes reusable. */
    private static String fingerprint(StreamSettings settings, SendStep step) {
        Protection protection = settings.protection();
        return String.join(
                "|",
                settings.compression().text(),
                String.join(",", protection.recipients()),
                protection.signer().map(Signer::fingerprint).orElse(""),
                step.kind().text(),
                step.base().map(base -> base.id().guidText()).orElse(""),
                step.snapshot().guidText());
    }

    @Override
    public SendStream store(StreamUpload.Producer producer) throws IOException {
        stored = upload.store(producer);
        if (!upload.changed().isEmpty()) {
            listener.warn(context.dataset().name() + ": " + String.join(", ", upload.changed())
                    + " sent again because the server no longer holds"
                    + " what an earlier run had stored there; look at its disk");
        }
        return stored.stream();
    }

    @Override
    public void cancel() {
        upload.cancel();
    }

    @Override
    public StoredBackup publish() throws IOException {
        Manifest manifest = manifest(asSent());
        byte[] bytes = ManifestJson.write(manifest);
        Optional<Signer> signer = archive.settings().protection().signer();
        Optional<byte[]> signature =
                signer.isPresent() ? Optional.of(signer.get().sign(bytes)) : Optional.empty();
        writer.publish(manifest, bytes, signature);
        return manifest.summary(context.named().id());
    }

    /**
     * A snapshot between may have expired before the stream was begun: what is not in the stream can't be restored from
     * it.
     */
    private NamedStep asSent() {
        SendStep step = context.step();
        Set<Long> sent = stored.stream().streams().stream().map(Begin::toGuid).collect(Collectors.toSet());
        List<SnapshotId> between =
                step.between().stream().filter(id -> sent.contains(id.guid())).toList();
        if (between.size() < step.between().size()) {
            listener.info(context.dataset().name() + ": "
                    + (step.between().size() - between.size()) + " of the snapshots before @"
                    + step.snapshot().name() + " vanished before they could be sent");
        }
        return context.named().with(between);
    }

    private Manifest manifest(NamedStep named) {
        StreamSettings settings = archive.settings();
        Protection protection = settings.protection();
        Dataset dataset = context.dataset();
        SendStream stream = stored.stream();
        boolean encrypted = protection.encrypt().isPresent();
        return new Manifest(
                Manifest.FORMAT_VERSION,
                context.origin().repositoryId(),
                dataset.name().value(),
                dataset.guid(),
                dataset.type(),
                named.step().kind(),
                named.step().snapshot(),
                named.base(),
                named.step().between(),
                dataset.origin(),
                new Manifest.Stream(stream.toGuid(), stream.fromGuid(), stream.toName(), stream.featureLabels()),
                context.sendFlags(),
                stored.rawBytes(),
                stored.storedBytes(),
                settings.compression(),
                encrypted ? Optional.of(new Manifest.Encryption(protection.recipients())) : Optional.empty(),
                protection.signer().map(Signer::fingerprint),
                stored.volumes(),
                named.sequence(),
                context.origin().run(),
                archive.clock().instant().truncatedTo(ChronoUnit.SECONDS),
                context.origin().software(),
                Recovery.commands(
                        archive.repository().path(dataset.name().value(), named.id()),
                        settings.compression(),
                        encrypted,
                        named),
                Map.of());
    }

    @Override
    public boolean resumable() {
        return true;
    }

    @Override
    public void abandon() throws BackupException {
        writer.abandon();
    }
}

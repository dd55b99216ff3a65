package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.SourceException;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UnexpectedException;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.plan.Base;
import io.jenkins.plugins.zfsbackup.engine.plan.FutureBases;
import io.jenkins.plugins.zfsbackup.engine.plan.Policy;
import io.jenkins.plugins.zfsbackup.engine.plan.SendStep;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult.Backup;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult.DatasetResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import io.jenkins.plugins.zfsbackup.engine.protocol.Layout;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupWriter;
import io.jenkins.plugins.zfsbackup.engine.repository.LegacyLayout;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.ManifestJson;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.sendstream.Begin;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStream;
import io.jenkins.plugins.zfsbackup.engine.stream.StreamUpload;
import io.jenkins.plugins.zfsbackup.engine.zfs.Capabilities;
import io.jenkins.plugins.zfsbackup.engine.zfs.SendFlag;
import io.jenkins.plugins.zfsbackup.engine.zfs.SendProcess;
import io.jenkins.plugins.zfsbackup.engine.zfs.SendRequest;
import io.jenkins.plugins.zfsbackup.engine.zfs.Zfs;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;

/** Backs up one dataset: under its lock, one stream after the other, each published before the next begins. */
final class DatasetBackup {

    /** Plans anew when a snapshot vanishes under its stream; a third time nobody would call it chance. */
    private static final int PLANS = 3;

    private final Zfs zfs;
    private final Capabilities capabilities;
    private final Repository repository;
    private final String repositoryId;
    private final StreamSettings streams;
    private final SoundPlan sound;
    private final RunListener listener;
    private final Cancellation cancellation;
    private final Clock clock;
    private final String run;

    DatasetBackup(
            Zfs zfs,
            Capabilities capabilities,
            Repository repository,
            String repositoryId,
            StreamSettings streams,
            SoundPlan sound,
            RunListener listener,
            Cancellation cancellation,
            Clock clock,
            String run) {
        this.zfs = zfs;
        this.capabilities = capabilities;
        this.repository = repository;
        this.repositoryId = repositoryId;
        this.streams = streams;
        this.sound = sound;
        this.listener = listener;
        this.cancellation = cancellation;
        this.clock = clock;
        this.run = run;
    }

    /** What the plan's steps would store. */
    List<Backup> foresee(Dataset dataset, DatasetPlan plan, Listing listing) throws BackupException {
        List<Backup> results = new ArrayList<>();
        boolean onScripts = plan.onScripts();
        NamedStep.Named steps = NamedStep.of(dataset, plan, listing, streams.layout());
        if (steps.refusal().isPresent()) {
            throw steps.refusal().get();
        }
        for (NamedStep named : steps.steps()) {
            SendStep step = named.step();
            boolean taken = step.snapshot().guid() != OwnSnapshots.TO_BE_TAKEN;
            long estimate = taken ? estimate(dataset, step, request(dataset, step, onScripts)) : 0;
            results.add(new Backup(
                    named.id(),
                    step.kind(),
                    step.snapshot().name(),
                    named.baseName(),
                    step.snapshot().created(),
                    estimate,
                    0,
                    0,
                    0));
        }
        return results;
    }

    /** Does what the policy wants, on what is stored once the lock is held. */
    DatasetResult run(Dataset dataset, Policy policy, ScheduledExecutorService scheduler) throws IOException {
        String name = dataset.name().value();
        List<Backup> published = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        long began = System.nanoTime();
        try (LockKeeper lock = new LockKeeper(
                repository.lock(name, RunId.owner(run), note -> warn(warnings, name, note)),
                scheduler,
                clock,
                note -> warn(warnings, name, note))) {
            return lock.guard(() -> underLock(dataset, policy, lock, published, warnings));
        } catch (RepositoryException e) {
            Outcome outcome = e.kind() == RepositoryException.Kind.OUT_OF_REACH ? Outcome.UNREACHABLE : Outcome.FAILED;
            return failed(name, outcome, published, warnings, e);
        } catch (IOException | RuntimeException | Error e) {
            return failed(name, Outcome.FAILED, published, warnings, UnexpectedException.of("backing up " + name, e));
        } finally {
            if (!published.isEmpty()) {
                listener.info(StoredLine.of(name, published, (System.nanoTime() - began) / 1e9));
            }
        }
    }

    private DatasetResult underLock(
            Dataset dataset, Policy policy, LockKeeper lock, List<Backup> published, List<String> warnings)
            throws IOException {
        String name = dataset.name().value();
        Optional<Dataset> present = Optional.of(dataset);
        LegacyBases scripts = new LegacyBases(repository, listener, cancellation);
        for (int tries = 1; present.isPresent(); tries++) {
            if (streams.layout() != Layout.NATIVE) {
                repository.removeUnfinished(lock.lock(), LegacyLayout.of(streams.layout()));
            }
            Listing listing = repository.settled(lock.lock());
            Dataset now = present.get();
            DatasetPlan plan = sound.of(now, listing, usable -> scripts.plan(policy, now, usable));
            for (String warning : plan.warnings()) {
                warn(warnings, name, warning);
            }
            Set<Long> lost = LostState.of(repository, present.get(), listing)
                    .map(LostState::guids)
                    .orElse(Set.of());
            Marks marks = new Marks(zfs, present.get(), repositoryId, bookmarks(), lost);
            FutureBases bases = policy.bases(plan.stored());
            NamedStep.Named steps = NamedStep.of(present.get(), plan, listing, streams.layout());
            steps.refusal().ifPresent(refusal -> warn(warnings, name, refusal.getMessage()));
            Optional<String> vanished =
                    steps(present.get(), steps.steps(), plan.onScripts(), bases, marks, lock, published);
            if (vanished.isEmpty() && steps.refusal().isPresent()) {
                return new DatasetResult(
                        name,
                        Outcome.FAILED,
                        published,
                        warnings,
                        steps.refusal().get().getMessage());
            }
            if (vanished.isEmpty()) {
                Outcome outcome = published.isEmpty() ? Outcome.UP_TO_DATE : Outcome.BACKED_UP;
                return new DatasetResult(name, outcome, published, warnings, "");
            }
            warn(warnings, name, "@" + vanished.get() + " vanished, or was renamed, while it was being sent");
            if (tries == PLANS) {
                return new DatasetResult(
                        name,
                        Outcome.FAILED,
                        published,
                        warnings,
                        "its snapshots vanish faster than they can be sent; keep them longer, or run at another time");
            }
            present = zfs.dataset(dataset.name());
        }
        return new DatasetResult(name, Outcome.SKIPPED, published, warnings, "it was destroyed during the run");
    }

    /**
     * A bookmark does not tell its snapshot's name, which is all that can be known of a file in the layout flat-gpg.
     */
    private boolean bookmarks() {
        return capabilities.bookmarks() && streams.layout() != Layout.FLAT_GPG;
    }

    private void warn(List<String> warnings, String dataset, String warning) {
        synchronized (warnings) {
            if (!warnings.contains(warning)) {
                warnings.add(warning);
                listener.warn(dataset + ": " + warning);
            }
        }
    }

    private DatasetResult failed(
            String name, Outcome outcome, List<Backup> published, List<String> warnings, IOException e) {
        listener.warn(name + ": " + Reason.of(e));
        return new DatasetResult(name, outcome, published, warnings, Reason.of(e));
    }

    /** @return the name of a snapshot that vanished; empty if all steps were done */
    private Optional<String> steps(
            Dataset dataset,
            List<NamedStep> steps,
            boolean onScripts,
            FutureBases bases,
            Marks marks,
            LockKeeper lock,
            List<Backup> published)
            throws IOException {
        for (NamedStep step : steps) {
            cancellation.check("backing up " + dataset.name());
            try {
                published.add(step(dataset, step, onScripts, bases, marks, lock));
                if (steps.size() > 1 || published.size() > 1) {
                    listener.detail(StoredLine.of(dataset.name().value(), published.get(published.size() - 1)));
                }
            } catch (SourceException e) {
                return Optional.of(vanished(dataset, step.step()).orElseThrow(() -> e));
            }
        }
        return Optional.empty();
    }

    /**
     * The name of a snapshot that the step needs and that is not there any more: destroyed, renamed, or another has its
     * name.
     */
    private Optional<String> vanished(Dataset dataset, SendStep step) throws BackupException {
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

    private Backup step(
            Dataset dataset, NamedStep named, boolean onScripts, FutureBases bases, Marks marks, LockKeeper lock)
            throws IOException {
        String name = dataset.name().value();
        long began = System.nanoTime();
        SendStep step = named.step();
        checkSize(name, step);
        SendRequest request = request(dataset, step, onScripts);
        try {
            marks.protect(step.snapshot(), step.base());
            StoredBackup backup = store(dataset, named, request, lock);
            bases.add(backup);
            marks.published();
            double seconds = (System.nanoTime() - began) / 1e9;
            return new Backup(
                    named.id(),
                    step.kind(),
                    step.snapshot().name(),
                    named.baseName(),
                    step.snapshot().created(),
                    backup.rawBytes(),
                    backup.storedBytes(),
                    backup.volumes(),
                    Math.round(seconds * 1000) / 1000.0);
        } catch (IOException e) {
            lock.lookAfter(e);
            throw e;
        } finally {
            listener.end(name);
            // What the run that has the lock now has marked is not this one's to let go.
            if (!lock.lost()) {
                settle(name, marks, bases);
            }
        }
    }

    private static void checkSize(String dataset, SendStep step) throws UsageException {
        if (step.between().size() > Manifest.MOST_BETWEEN) {
            throw new UsageException(
                    "storing " + dataset + "@" + step.snapshot().name(),
                    "the package would have " + step.between().size() + " snapshots in it, and " + Manifest.MOST_BETWEEN
                            + " are the most",
                    Wording.ONCE_NOT_PACKED.text());
        }
    }

    /** Sets the marks again that somebody has let go of a dataset of which there is nothing to store. */
    void mark(Dataset dataset, DatasetPlan plan, Policy policy) {
        Marks marks = new Marks(zfs, dataset, repositoryId, bookmarks(), Set.of());
        try {
            marks.renew(policy.bases(plan.stored()).guids(), capabilities.holdsListed());
        } catch (BackupException e) {
            listener.warn(dataset.name() + ": the marks for the next backup could not be set again: " + Reason.of(e));
        }
    }

    /** A mark that can't be moved costs the next run an incremental base at worst: it is said, and fails nothing. */
    private void settle(String name, Marks marks, FutureBases bases) {
        try {
            marks.settle(bases.guids());
        } catch (BackupException e) {
            listener.warn(name + ": the marks for the next backup could not be moved: " + e.getMessage());
        }
    }

    private StoredBackup store(Dataset dataset, NamedStep named, SendRequest request, LockKeeper lock)
            throws IOException {
        String name = dataset.name().value();
        SendStep step = named.step();
        String label = "storing " + name + "@" + step.snapshot().name();
        long estimate = estimate(dataset, step, request);
        listener.begin(name, what(step), estimate);
        if (streams.layout() != Layout.NATIVE) {
            return new LegacyStep(zfs, repository, streams, listener, cancellation)
                    .store(dataset, named, request, label, lock);
        }
        lock.check();
        BackupWriter writer = repository.begin(name, named.id(), fingerprint(step));
        return store(dataset, named, request, label, writer, lock).summary(named.id());
    }

    private Manifest store(
            Dataset dataset, NamedStep named, SendRequest request, String label, BackupWriter writer, LockKeeper lock)
            throws IOException {
        String name = dataset.name().value();
        if (writer.resumableBytes() > 0) {
            listener.info(name + ": an earlier run left " + Sizes.bytes(writer.resumableBytes())
                    + " of this backup, which are read back, and not sent again where they agree");
        } else if (writer.begunAnew()) {
            listener.info(
                    name + ": what an earlier run left of this backup was not noted by this machine, or was made with"
                            + " other settings: all volumes are sent again");
        }
        boolean published = false;
        boolean keep = false;
        StreamUpload upload = new StreamUpload(
                streams.workers(),
                streams.format(),
                streams.pace(),
                writer,
                label,
                bytes -> listener.moved(name, bytes));
        try (SendProcess send = zfs.send(request);
                Cancellation.Registration onStop = cancellation.onCancel(upload::cancel);
                Cancellation.Registration onLoss = lock.onLoss(upload::cancel)) {
            StreamUpload.Stored stored = upload.store(producer(send));
            if (!upload.changed().isEmpty()) {
                listener.warn(name + ": " + String.join(", ", upload.changed())
                        + " sent again because the server no longer holds"
                        + " what an earlier run had stored there; look at its disk");
            }
            checkIsWhatWasAsked(label, named.step(), stored.stream());
            Manifest manifest = manifest(dataset, asSent(name, named, stored.stream()), request, stored);
            byte[] bytes = ManifestJson.write(manifest);
            Optional<byte[]> signature = streams.protection().signer().isPresent()
                    ? Optional.of(streams.protection().signer().get().sign(bytes))
                    : Optional.empty();
            lock.check();
            writer.publish(manifest, bytes, signature);
            published = true;
            return manifest;
        } catch (RepositoryException e) {
            // What is stored will be used by the next run, which is better than to throw it away, if that were possible
            // at all.
            keep = e.kind() == RepositoryException.Kind.OUT_OF_REACH;
            throw e;
        } finally {
            // What was left to another run is not this one's to remove.
            if (!published && !keep && !lock.lost()) {
                abandon(writer, name);
            }
        }
    }

    private void abandon(BackupWriter writer, String name) {
        try {
            writer.abandon();
        } catch (BackupException e) {
            listener.warn(
                    name + ": the unfinished upload stays behind until the next run removes it: " + e.getMessage());
        }
    }

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
     * A snapshot between may have expired before the stream was begun: what is not in the stream can't be restored from
     * it.
     */
    private NamedStep asSent(String dataset, NamedStep named, SendStream stream) {
        SendStep step = named.step();
        Set<Long> sent = stream.streams().stream().map(Begin::toGuid).collect(Collectors.toSet());
        List<SnapshotId> between =
                step.between().stream().filter(id -> sent.contains(id.guid())).toList();
        if (between.size() < step.between().size()) {
            listener.info(dataset + ": " + (step.between().size() - between.size()) + " of the snapshots before @"
                    + step.snapshot().name() + " vanished before they could be sent");
        }
        return named.with(between);
    }

    private Manifest manifest(Dataset dataset, NamedStep named, SendRequest request, StreamUpload.Stored stored) {
        Protection protection = streams.protection();
        SendStep step = named.step();
        SendStream stream = stored.stream();
        return new Manifest(
                Manifest.FORMAT_VERSION,
                repositoryId,
                dataset.name().value(),
                dataset.guid(),
                dataset.type(),
                step.kind(),
                step.snapshot(),
                named.base(),
                step.between(),
                dataset.origin(),
                new Manifest.Stream(stream.toGuid(), stream.fromGuid(), stream.toName(), stream.featureLabels()),
                request.flags().stream().sorted().map(SendFlag::option).toList(),
                stored.rawBytes(),
                stored.storedBytes(),
                streams.compression(),
                protection.encrypt().isPresent()
                        ? Optional.of(new Manifest.Encryption(protection.recipients()))
                        : Optional.empty(),
                protection.signer().map(Signer::fingerprint),
                stored.volumes(),
                named.sequence(),
                run,
                clock.instant().truncatedTo(ChronoUnit.SECONDS),
                Map.of(
                        "engine", Version.TEXT,
                        "zfs", capabilities.zfsVersion(),
                        "pool", capabilities.poolVersion()),
                Recovery.commands(
                        repository.path(dataset.name().value(), named.id()),
                        streams.compression(),
                        protection.encrypt().isPresent(),
                        named),
                Map.of());
    }

    /** @param onScripts whether old scripts have stored something of the dataset */
    private SendRequest request(Dataset dataset, SendStep step, boolean onScripts) {
        Set<SendFlag> flags = EnumSet.noneOf(SendFlag.class);
        flags.addAll(capabilities.flagsFor(dataset));
        if (streams.layout() != Layout.NATIVE || onScripts) {
            // The scripts sent without, and the streams of one chain must agree on it (OpenZFS issue 6224).
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

    private long estimate(Dataset dataset, SendStep step, SendRequest request) throws BackupException {
        if (capabilities.estimates()) {
            return zfs.estimate(request).orElse(0);
        }
        return step.kind() == Kind.FULL ? dataset.referenced() : 0;
    }

    private String fingerprint(SendStep step) {
        Protection protection = streams.protection();
        return String.join(
                "|",
                streams.compression().text(),
                String.join(",", protection.recipients()),
                protection.signer().map(Signer::fingerprint).orElse(""),
                step.kind().text(),
                step.base().map(base -> base.id().guidText()).orElse(""),
                step.snapshot().guidText());
    }

    private static Optional<String> baseName(SendStep step) {
        return step.base().map(base -> base.id().name());
    }

    private static String what(SendStep step) {
        return "@" + step.snapshot().name() + ", " + step.kind().text()
                + baseName(step).map(base -> " from @" + base).orElse("");
    }
}

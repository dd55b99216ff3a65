package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Kind;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.Snapshot;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.plan.Lineages;
import io.jenkins.plugins.zfsbackup.engine.plan.RestorePaths;
import io.jenkins.plugins.zfsbackup.engine.plan.SnapshotReference;
import io.jenkins.plugins.zfsbackup.engine.plan.StoredNames;
import io.jenkins.plugins.zfsbackup.engine.repository.LegacyFile;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.repository.StreamInside;
import io.jenkins.plugins.zfsbackup.engine.stream.LegacyDownload;
import io.jenkins.plugins.zfsbackup.engine.stream.StreamDownload;
import io.jenkins.plugins.zfsbackup.engine.stream.Workers;
import io.jenkins.plugins.zfsbackup.engine.zfs.ReceiveOptions;
import io.jenkins.plugins.zfsbackup.engine.zfs.ReceiveProcess;
import io.jenkins.plugins.zfsbackup.engine.zfs.Zfs;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Restores a dataset: finds the chain with the fewest stored bytes, from what the target has already if it exists, and
 * receives one stream after the other. Nothing on the target is rolled back or overwritten.
 */
public final class RestoreRun {

    /** How many snapshots of one name a message shows. */
    private static final int NAMED = 20;

    private final Zfs zfs;
    private final Repository repository;
    private final Workers workers;
    private final Trust trust;
    private final RunListener listener;
    private final Cancellation cancellation;

    /** @param trust the keys to read and to believe backups with */
    public RestoreRun(
            Zfs zfs,
            Repository repository,
            Workers workers,
            Trust trust,
            RunListener listener,
            Cancellation cancellation) {
        this.zfs = zfs;
        this.repository = repository;
        this.workers = workers;
        this.trust = trust;
        this.listener = listener;
        this.cancellation = cancellation;
    }

    /**
     * What a restore did, or would do.
     *
     * @param dataset the dataset as the repository knows it
     * @param snapshot the snapshot that was asked for
     * @param chain the backups that were received, in order
     * @param rawBytes of their streams
     * @param storedBytes of their volumes
     * @param warnings what a person should know about the repository, and about what was not checked
     */
    public record Restored(
            String dataset,
            SnapshotId snapshot,
            List<StoredBackup> chain,
            long rawBytes,
            long storedBytes,
            List<String> warnings) {}

    /**
     * Restores.
     *
     * @param output where the raw streams go if the request has no target
     */
    public Restored run(RestoreRequest request, OutputStream output) throws IOException {
        List<String> warnings = new ArrayList<>();
        return restore(request, output, warnings, listener::warn);
    }

    /**
     * As {@link #run}.
     *
     * @param warnings gets what a person should know about the repository, and about what was not checked
     * @param heard hears each of them before anything is received
     */
    Restored restore(RestoreRequest request, OutputStream output, List<String> warnings, Consumer<String> heard)
            throws IOException {
        String doing = "restoring " + request.dataset() + request.snapshot().map(name -> "@" + name).orElse("");
        trust.decryptLegacy().ifPresent(key -> repository.readWith(key::from));
        Optional<SnapshotReference> reference =
                request.snapshot().isPresent() ? Optional.of(SnapshotReference.parse(request.snapshot().get())) : Optional.empty();
        Listing listing = lookedInside(request, reference, repository.listing(request.dataset()), doing);
        RestorePaths paths = paths(listing, doing);
        SnapshotId wanted = wanted(request, reference, listing, doing);
        while (true) {
            List<StoredBackup> chain = chain(request, paths, wanted, doing);
            List<Source> sources = sources(request, listing, chain, doing);
            warn(request.dataset(), listing, sources, warnings, heard);
            tell(request, wanted, chain, listing);
            try {
                long rawBytes = request.dryRun()
                        ? StoredBackup.rawBytesOf(chain)
                        : receive(request, listing, sources, output);
                return new Restored(
                        request.dataset(),
                        wanted,
                        chain,
                        rawBytes,
                        StoredBackup.storedBytesOf(chain),
                        List.copyOf(warnings));
            } catch (UnusableFile e) {
                listing = listing.without(e.id, e.problem.said());
                listener.warn(request.dataset() + ": " + e.id + " can't be used: " + e.problem.said());
                paths = paths(listing, doing);
                requireAnotherWay(request, paths, wanted, e.problem);
            }
        }
    }

    private void warn(
            String dataset, Listing listing, List<Source> sources, List<String> warnings, Consumer<String> heard)
            throws BackupException {
        boolean signed = sources.stream()
                .anyMatch(source -> source instanceof Source.Manifested own && own.manifest().signer().isPresent());
        Stream.of(
                        repository.doubt(),
                        LostState.of(repository, listing).map(lost -> dataset + ": " + lost.elsewhere()),
                        sources.isEmpty() ? Optional.<String>empty() : trust.unchecked(signed))
                .flatMap(Optional::stream)
                .filter(warning -> !warnings.contains(warning))
                .forEach(warning -> {
                    warnings.add(warning);
                    heard.accept(warning);
                });
    }

    private RestorePaths paths(Listing listing, String doing) throws BackupException {
        return RestorePaths.of(listing.backups(), () -> cancellation.check(doing));
    }

    /** A file that an old script left is found unusable before anything of its chain has been received. */
    private static final class UnusableFile extends Exception {
        private final String id;
        private final IntegrityException problem;

        UnusableFile(String id, IntegrityException problem) {
            super(problem);
            this.id = id;
            this.problem = problem;
        }
    }

    private void requireAnotherWay(
            RestoreRequest request, RestorePaths rest, SnapshotId wanted, IntegrityException problem) throws IOException {
        Optional<Dataset> target =
                request.target().isPresent() ? zfs.dataset(request.target().get()) : Optional.empty();
        boolean another = target.isEmpty()
                ? rest.chain(wanted.guid()).isPresent()
                : rest.chainOnto(wanted.guid(), newest(target.get())).isPresent();
        if (!another) {
            throw new IntegrityException(
                    problem.doing(), problem.said(), "No other way leads there: " + rest.whyNot(wanted.guid()) + ".", problem);
        }
    }

    private static long newest(Dataset dataset) {
        return dataset.snapshots().get(dataset.snapshots().size() - 1).guid();
    }

    /** Which snapshots a package of an old script has in it shows only when it is read: if one is asked for that no name tells. */
    private Listing lookedInside(
            RestoreRequest request, Optional<SnapshotReference> reference, Listing listing, String doing)
            throws IOException {
        if (reference.isEmpty() || !new StoredNames(listing.backups()).meant(reference.get()).isEmpty()) {
            return listing;
        }
        boolean learned = false;
        for (StoredBackup backup : listing.backups()) {
            if (backup.legacy() && backup.kind() == Kind.PACKAGE) {
                LegacyFile file = listing.legacy().get(backup.id());
                listener.info(request.dataset() + ": looking for @" + request.snapshot().get() + " in " + file.id());
                try {
                    StreamInside inside = StreamInside.of(check(request.dataset(), file, doing).stream());
                    repository.learn(file, inside);
                    learned = true;
                    if (inside.snapshots().stream().anyMatch(reference.get()::means)) {
                        break;
                    }
                } catch (IntegrityException e) {
                    listener.warn(request.dataset() + ": " + e.getMessage());
                }
            }
        }
        return learned ? repository.listing(request.dataset()) : listing;
    }

    /** A link of the chain, with what it takes to read it. */
    private sealed interface Source {
        StoredBackup backup();

        record Manifested(StoredBackup backup, Manifest manifest) implements Source {}

        record OfScript(StoredBackup backup, LegacyFile file) implements Source {}
    }

    private List<Source> sources(RestoreRequest request, Listing listing, List<StoredBackup> chain, String doing)
            throws IOException {
        List<Source> sources = new ArrayList<>();
        for (StoredBackup backup : chain) {
            if (backup.legacy()) {
                LegacyFile file = listing.legacy().get(backup.id());
                trust.decryptFor(file, doing);
                sources.add(new Source.OfScript(backup, file));
            } else {
                Manifest manifest = trust.manifest(repository, request.dataset(), backup.id());
                trust.decryptFor(manifest, doing);
                sources.add(new Source.Manifested(backup, manifest));
            }
        }
        return sources;
    }

    /** @return the raw bytes that were received */
    private long receive(RestoreRequest request, Listing listing, List<Source> sources, OutputStream output)
            throws IOException, UnusableFile {
        Map<LegacyFile, LegacyDownload.Checked> checked = new HashMap<>();
        for (Source source : sources) {
            if (source instanceof Source.OfScript script) {
                checked.put(script.file(), fits(request.dataset(), script));
            }
        }
        Optional<SnapshotsOnTarget> onTarget = onTarget(request, listing);
        long rawBytes = 0;
        for (Source source : sources) {
            cancellation.check("restoring " + request.dataset());
            if (onTarget.isPresent()) {
                makeWay(request, onTarget.get(), brings(source, checked));
            }
            if (source instanceof Source.Manifested manifested) {
                receive(request, manifested.backup(), manifested.manifest(), output);
                rawBytes += manifested.manifest().rawBytes();
            } else if (source instanceof Source.OfScript script) {
                receive(request, script.backup(), checked.get(script.file()), output);
                rawBytes += checked.get(script.file()).stream().bytes();
            }
        }
        return rawBytes;
    }

    private Optional<SnapshotsOnTarget> onTarget(RestoreRequest request, Listing listing) throws BackupException {
        if (request.target().isEmpty()) {
            return Optional.empty();
        }
        DatasetName target = request.target().get();
        return Optional.of(new SnapshotsOnTarget(target, zfs.dataset(target), listing.backups()));
    }

    /** The snapshots in a stream, called as in it. */
    private static List<SnapshotId> brings(Source source, Map<LegacyFile, LegacyDownload.Checked> checked) {
        return source instanceof Source.OfScript script
                ? StreamInside.of(checked.get(script.file()).stream()).snapshots()
                : source.backup().brings();
    }

    private void makeWay(RestoreRequest request, SnapshotsOnTarget onTarget, List<SnapshotId> coming)
            throws BackupException {
        for (SnapshotsOnTarget.Renaming renaming : onTarget.makeWay(coming)) {
            zfs.renameSnapshot(renaming.from(), renaming.to());
            listener.info(request.dataset() + ": another snapshot of the name comes: " + renaming.from() + " is now "
                    + renaming.to());
        }
    }

    /** Reads a script's file, and compares what is in it with what its place in the chain asks for. */
    private LegacyDownload.Checked fits(String dataset, Source.OfScript script) throws IOException, UnusableFile {
        StoredBackup backup = script.backup();
        String doing = "checking " + dataset + ", backup " + backup.id();
        try {
            LegacyDownload.Checked checked = check(dataset, script.file(), doing);
            LegacyChecks.requireAsListed(backup, checked.stream(), doing);
            return checked;
        } catch (IntegrityException e) {
            throw new UnusableFile(backup.id(), e);
        }
    }

    private LegacyDownload.Checked check(String dataset, LegacyFile file, String doing) throws IOException {
        LegacyDownload download = new LegacyDownload(
                repository, trust.decryptFor(file, doing), doing, bytes -> listener.moved(dataset, bytes));
        listener.begin(dataset, file.id(), 0);
        try (Cancellation.Registration registration = cancellation.onCancel(download::cancel)) {
            return download.check(file);
        } finally {
            listener.end(dataset);
        }
    }

    private SnapshotId wanted(
            RestoreRequest request, Optional<SnapshotReference> reference, Listing listing, String doing)
            throws BackupException {
        if (listing.backups().isEmpty() && listing.damaged().isEmpty()) {
            throw NothingStored.of(repository, List.of(request.dataset()), doing);
        }
        if (listing.backups().isEmpty()) {
            throw new IntegrityException(
                    doing,
                    "all " + listing.damaged().size() + " backups of it are damaged: " + listing.damaged().get(0).why(),
                    Wording.LIST_DAMAGED.text(repository.address()));
        }
        if (reference.isEmpty()) {
            return newest(request, listing);
        }
        List<SnapshotId> named = new StoredNames(listing.backups()).meant(reference.get());
        if (named.isEmpty()) {
            List<SnapshotId> all = paths(listing, doing).snapshots();
            throw new RepositoryException(
                    RepositoryException.Kind.MISSING,
                    doing,
                    "no snapshot of that name is stored; there are " + all.size() + ", from @" + all.get(0).name()
                            + " to @" + all.get(all.size() - 1).name(),
                    Wording.LIST_SNAPSHOTS.text(repository.address(), request.dataset()));
        }
        if (named.size() > 1) {
            throw ambiguous(request, named, doing);
        }
        return named.get(0);
    }

    private static UsageException ambiguous(RestoreRequest request, List<SnapshotId> named, String doing) {
        int shown = Math.min(NAMED, named.size());
        String newest = named.subList(named.size() - shown, named.size()).stream()
                .map(id -> "@" + id.nameAndGuid() + ", made " + id.created())
                .collect(Collectors.joining("; "));
        return new UsageException(
                doing,
                named.size() + " snapshots of that name are stored: " + newest
                        + (shown < named.size() ? "; and older ones, " + Wording.LIST_SHOWS.text() : ""),
                "Name one with its guid, for example: " + request.dataset() + "@"
                        + named.get(named.size() - 1).nameAndGuid());
    }

    private SnapshotId newest(RestoreRequest request, Listing listing) {
        Lineages lineages = new Lineages(listing.backups());
        if (lineages.size() > 1) {
            listener.info(request.dataset() + ": " + lineages.size() + " datasets of this name are stored, one made after "
                    + "the other; this is the newest snapshot of the last one");
        }
        return lineages.current().stream()
                .flatMap(backup -> backup.brings().stream())
                .reduce((older, newer) -> SnapshotId.byAge().compare(older, newer) > 0 ? older : newer)
                .orElseThrow();
    }

    private List<StoredBackup> chain(RestoreRequest request, RestorePaths paths, SnapshotId wanted, String doing)
            throws BackupException {
        Optional<Dataset> target =
                request.target().isPresent() ? zfs.dataset(request.target().get()) : Optional.empty();
        if (target.isEmpty()) {
            return paths.chain(wanted.guid())
                    .orElseThrow(() -> new IntegrityException(
                            doing,
                            paths.whyNot(wanted.guid()),
                            "Restore one of those, or bring the missing backup back."));
        }
        List<Snapshot> there = target.get().snapshots();
        if (there.stream().anyMatch(snapshot -> snapshot.guid() == wanted.guid())) {
            return List.of();
        }
        String where = request.target().get().value();
        if (there.isEmpty()) {
            throw new UsageException(
                    doing, where + " exists and has no snapshot to build on", Wording.NEW_TARGET.text());
        }
        Snapshot newest = there.get(there.size() - 1);
        return paths.chainOnto(wanted.guid(), newest.guid())
                .orElseThrow(() -> new UsageException(
                        doing,
                        where + " exists, and no stored backup leads from its newest snapshot @" + newest.name() + " to @"
                                + wanted.name(),
                        Wording.NEW_TARGET.text()));
    }

    private void tell(RestoreRequest request, SnapshotId wanted, List<StoredBackup> chain, Listing listing)
            throws UsageException {
        String to = request.target().map(DatasetName::value).orElse("standard output");
        String name = new StoredNames(listing.backups()).unique(wanted);
        if (chain.isEmpty()) {
            listener.info(request.dataset() + ": " + to + " has @" + name + " already");
            return;
        }
        long stored = StoredBackup.storedBytesOf(chain);
        listener.info(request.dataset() + ": @" + name + " to " + to + " from " + chain.size()
                + (chain.size() == 1 ? " backup, " : " backups, ") + Sizes.bytes(stored));
        StoredBackup last = chain.get(chain.size() - 1);
        if (last.snapshot().guid() != wanted.guid()) {
            listener.warn(request.dataset() + ": @" + wanted.name() + " is stored inside a package, which brings the "
                    + "snapshots up to @" + last.snapshot().name() + " as well; roll back to it to have only that state");
        }
        if (request.target().isEmpty() && chain.size() > 1) {
            listener.warn(request.dataset() + ": these are " + chain.size()
                    + " streams one after the other, each for a zfs receive of its own: (zfs receive T; zfs receive T; …)");
            tellRenamings(request, chain);
        }
    }

    private void tellRenamings(RestoreRequest request, List<StoredBackup> chain) throws UsageException {
        SnapshotsOnTarget onTarget = new SnapshotsOnTarget(new DatasetName("T"), Optional.empty(), chain);
        for (int i = 0; i < chain.size(); i++) {
            for (SnapshotsOnTarget.Renaming renaming : onTarget.makeWay(chain.get(i).brings())) {
                listener.warn(request.dataset() + ": before stream " + (i + 1) + ": zfs rename " + renaming.from() + " "
                        + renaming.to());
            }
        }
    }

    private void receive(
            RestoreRequest request, StoredBackup backup, LegacyDownload.Checked checked, OutputStream output)
            throws IOException {
        String dataset = request.dataset();
        String label = "restoring " + dataset + ", backup " + backup.id();
        LegacyDownload download = new LegacyDownload(
                repository, trust.decryptFor(checked.file(), label), label, bytes -> listener.moved(dataset, bytes));
        receive(request, backup, checked.stream().bytes(), download::cancel, sink -> download.fetch(checked, sink), output);
    }

    private void receive(RestoreRequest request, StoredBackup backup, Manifest manifest, OutputStream output)
            throws IOException {
        String dataset = request.dataset();
        String label = "restoring " + dataset + ", backup " + backup.id();
        StreamDownload download = new StreamDownload(
                workers, trust.decryptFor(manifest, label), label, bytes -> listener.moved(dataset, bytes));
        StreamDownload.Source source = volume -> repository.volume(dataset, backup.id(), volume);
        receive(
                request,
                backup,
                manifest.rawBytes(),
                download::cancel,
                sink -> download.fetch(manifest, source, sink),
                output);
    }

    /** Writes a raw stream to a sink. */
    private interface Fetch {
        void into(OutputStream sink) throws IOException;
    }

    private void receive(
            RestoreRequest request, StoredBackup backup, long rawBytes, Runnable cancel, Fetch fetch, OutputStream output)
            throws IOException {
        String dataset = request.dataset();
        long began = System.nanoTime();
        listener.begin(dataset, backup.id(), rawBytes);
        try (Cancellation.Registration registration = cancellation.onCancel(cancel)) {
            if (request.target().isEmpty()) {
                fetch.into(output);
            } else {
                into(request.target().get(), fetch);
            }
        } finally {
            listener.end(dataset);
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        listener.info(dataset + ": received " + backup.id() + ", " + Sizes.bytes(rawBytes) + " in " + Sizes.seconds(seconds));
    }

    private void into(DatasetName target, Fetch fetch) throws IOException {
        try (ReceiveProcess receive = zfs.receive(target, ReceiveOptions.gentle());
                Cancellation.Registration registration = cancellation.onCancel(receive::kill)) {
            try {
                fetch.into(receive.stream());
            } catch (IntegrityException e) {
                receive.kill();
                throw e;
            }
            receive.finish();
        }
    }
}

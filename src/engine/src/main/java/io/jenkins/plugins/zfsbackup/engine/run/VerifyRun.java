package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UnexpectedException;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.plan.Lineages;
import io.jenkins.plugins.zfsbackup.engine.plan.RestorePaths;
import io.jenkins.plugins.zfsbackup.engine.protocol.Layout;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import io.jenkins.plugins.zfsbackup.engine.protocol.VerifyResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.VerifyResult.Backup;
import io.jenkins.plugins.zfsbackup.engine.protocol.VerifyResult.DatasetResult;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupProblem;
import io.jenkins.plugins.zfsbackup.engine.repository.DatasetTree;
import io.jenkins.plugins.zfsbackup.engine.repository.LegacyFile;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStream;
import io.jenkins.plugins.zfsbackup.engine.storage.ParallelReads;
import io.jenkins.plugins.zfsbackup.engine.stream.LegacyDownload;
import io.jenkins.plugins.zfsbackup.engine.stream.StreamDownload;
import io.jenkins.plugins.zfsbackup.engine.stream.VolumeCheck;
import io.jenkins.plugins.zfsbackup.engine.stream.Workers;
import io.jenkins.plugins.zfsbackup.engine.zfs.Zfs;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** Looks whether what is stored can be restored. One bad backup never stops the look at the others. */
public final class VerifyRun {

    private final Zfs zfs;
    private final Repository repository;
    private final Workers workers;
    private final Trust trust;
    private final RunListener listener;
    private final Cancellation cancellation;
    private final AtomicBoolean signed = new AtomicBoolean();
    private final List<String> lost = new ArrayList<>();
    private final BackupCheck check;
    private final ParallelReads questions;

    /** @param zfs used at depth {@code receive} only */
    public VerifyRun(
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
        this.check = new BackupCheck(repository, trust);
        this.questions = new ParallelReads(repository.storage());
    }

    /**
     * What to look at, and how closely.
     *
     * @param datasets names; all if empty
     * @param depth how closely
     * @param subset which share of the volumes, at the depths that read them
     * @param into below which dataset scratch datasets are made at depth {@code receive}; the pool it came from if
     *     empty
     */
    public record Request(List<String> datasets, VerifyDepth depth, Subset subset, Optional<DatasetName> into) {}

    /** Looks. Failures are in the result; what is thrown is that nothing could be looked at, or the wish to stop. */
    public VerifyResult run(Request request) throws IOException {
        Optional<DatasetTree> tree = request.datasets().isEmpty() ? Optional.of(repository.tree()) : Optional.empty();
        if (tree.isPresent() && tree.get().places().isEmpty()) {
            throw NothingStored.in(repository, "verifying what is stored");
        }
        List<DatasetResult> datasets = new ArrayList<>();
        List<String> names = tree.map(DatasetTree::places).orElse(request.datasets());
        listener.datasets(0, names.size());
        for (String name : names) {
            Optional<String> unreadable = tree.map(all -> all.unreadable().get(name));
            datasets.add(unreadable.isPresent() ? unreadable(name, unreadable.get()) : guarded(name, request));
            listener.datasets(datasets.size(), names.size());
        }
        long bad = datasets.stream()
                .filter(each -> each.outcome() == Outcome.FAILED)
                .count();
        Outcome outcome = bad == 0 ? Outcome.OK : bad == datasets.size() ? Outcome.FAILED : Outcome.PARTIAL;
        List<String> warnings = new ArrayList<>();
        repository.doubt().ifPresent(warnings::add);
        LostState.exchanged(repository).ifPresent(warnings::add);
        warnings.addAll(lost);
        List<String> present = datasets.stream()
                .filter(each -> !each.backups().isEmpty())
                .map(DatasetResult::dataset)
                .toList();
        warnings.addAll(LostState.gone(repository, request.datasets(), present));
        trust.unchecked(signed.get()).ifPresent(warnings::add);
        warnings.forEach(listener::warn);
        return new VerifyResult(outcome, datasets, warnings);
    }

    private DatasetResult guarded(String name, Request request) throws IOException {
        try {
            return dataset(name, request);
        } catch (UnexpectedException | RuntimeException | Error e) {
            return unreadable(
                    name, UnexpectedException.of("verifying " + name, e).getMessage());
        }
    }

    private DatasetResult dataset(String name, Request request) throws IOException {
        trust.decryptLegacy().ifPresent(key -> repository.readWith(key::from));
        Listing listing;
        try {
            listing = repository.listing(name);
        } catch (RepositoryException e) {
            if (e.outOfReach()) {
                throw e;
            }
            return unreadable(name, e.said());
        }
        LostState.of(repository, listing).ifPresent(state -> lost.add(name + ": " + state.elsewhere()));
        Map<String, Backup> found = new LinkedHashMap<>();
        for (Listing.Damaged damaged : listing.damaged()) {
            found.put(damaged.id(), bad(name, damaged.id(), damaged.why()));
        }
        Map<String, BackupProblem> problems = listed(name, listing);
        for (StoredBackup backup : listing.backups()) {
            cancellation.check("verifying " + name);
            Backup verified = problems.containsKey(backup.id())
                    ? bad(name, backup.id(), problems.get(backup.id()).why())
                    : backup(name, backup, listing, request);
            found.put(backup.id(), verified);
            if (verified.outcome() == Outcome.FAILED) {
                problems.putIfAbsent(backup.id(), new BackupProblem(verified.message(), true));
            }
        }
        Listing good = listing.without(problems);
        found.putAll(unreachable(name, good));
        List<Backup> backups = List.copyOf(found.values());
        boolean all = backups.stream().allMatch(each -> each.outcome() == Outcome.OK);
        String message = "";
        if (backups.isEmpty()) {
            message = NothingStored.of(repository, List.of(name), "verifying " + name)
                    .getMessage();
        } else if (request.depth() == VerifyDepth.RECEIVE && all) {
            message = received(name, listing, request);
        }
        Optional<SafeUpTo> safe = SafeUpTo.of(good, new Lineages(good.backups()).current());
        tell(name, backups, safe, all, message);
        return new DatasetResult(
                name,
                all && message.isEmpty() ? Outcome.OK : Outcome.FAILED,
                backups,
                safe.map(SafeUpTo::restorable),
                message);
    }

    private void tell(String name, List<Backup> backups, Optional<SafeUpTo> safe, boolean all, String message) {
        if (!message.isEmpty()) {
            listener.warn(name + ": " + message);
        } else if (all) {
            long bytes = backups.stream().mapToLong(Backup::checkedBytes).sum();
            listener.info(name + ": " + backups.size() + (backups.size() == 1 ? " backup is" : " backups are") + " good"
                    + (bytes > 0 ? ", " + Sizes.bytes(bytes) + " read" : ""));
        } else {
            listener.warn(name + ": "
                    + safe.map(newest -> "what can be restored of it ends with " + newest.text())
                            .orElse("nothing of it can be restored"));
        }
    }

    /** What is wrong with backups going by the listing, by their ids. */
    private Map<String, BackupProblem> listed(String name, Listing listing) throws BackupException {
        List<StoredBackup> manifested =
                listing.backups().stream().filter(backup -> !backup.legacy()).toList();
        Map<String, BackupProblem> problems = new HashMap<>();
        for (Map.Entry<String, Optional<BackupProblem>> each : questions.ask(manifested, backup -> {
            cancellation.check("verifying " + name);
            return Map.entry(backup.id(), listed(name, backup));
        })) {
            each.getValue().ifPresent(problem -> problems.put(each.getKey(), problem));
        }
        return problems;
    }

    private Optional<BackupProblem> listed(String dataset, StoredBackup backup) throws BackupException {
        try {
            return check.problem(dataset, backup, manifest -> manifest.signer().ifPresent(signer -> signed.set(true)));
        } catch (RepositoryException e) {
            if (e.outOfReach()) {
                throw e;
            }
            return Optional.of(new BackupProblem(e.getMessage(), false));
        }
    }

    /** The backups that are good by themselves and lead to no snapshot that could be restored. */
    private Map<String, Backup> unreachable(String name, Listing good) throws BackupException {
        RestorePaths paths = RestorePaths.of(good.backups(), () -> cancellation.check("verifying " + name));
        Map<String, Backup> unreachable = new HashMap<>();
        for (StoredBackup backup : good.backups()) {
            long guid = backup.snapshot().guid();
            if (paths.restorable(guid).isEmpty()) {
                unreachable.put(backup.id(), bad(name, backup.id(), paths.whyNot(guid)));
            }
        }
        return unreachable;
    }

    private DatasetResult unreadable(String dataset, String why) {
        listener.warn(dataset + ": it can't be read: " + why);
        return new DatasetResult(dataset, Outcome.FAILED, List.of(), Optional.empty(), why);
    }

    private Backup bad(String dataset, String id, String why) {
        listener.warn(dataset + ": " + id + ": " + why);
        return new Backup(id, Outcome.FAILED, 0, why);
    }

    private Backup backup(String dataset, StoredBackup backup, Listing listing, Request request) throws IOException {
        try {
            long read = backup.legacy()
                    ? legacy(dataset, backup, listing.legacy().get(backup.id()), request)
                    : manifested(dataset, backup, request);
            return new Backup(backup.id(), Outcome.OK, read, "");
        } catch (IntegrityException e) {
            return bad(dataset, backup.id(), e.said());
        } catch (RepositoryException e) {
            if (e.kind() == RepositoryException.Kind.OUT_OF_REACH) {
                throw e;
            }
            return bad(dataset, backup.id(), e.getMessage());
        } catch (UnexpectedException | RuntimeException | Error e) {
            return bad(
                    dataset,
                    backup.id(),
                    UnexpectedException.of("verifying it", e).getMessage());
        }
    }

    private long manifested(String dataset, StoredBackup backup, Request request) throws IOException {
        if (request.depth() == VerifyDepth.LISTING) {
            return 0;
        }
        Manifest manifest = check.manifest(dataset, backup);
        return switch (request.depth()) {
            case LISTING -> 0;
            case HASH -> hash(dataset, backup, manifest, request.subset());
            case CONTENT, RECEIVE -> content(dataset, backup, manifest, request.subset());
        };
    }

    /**
     * Without a hash to compare, every look is at the format: of a gzip file all the way in, of an encrypted one
     * without the key at its outside.
     */
    private long legacy(String dataset, StoredBackup backup, LegacyFile file, Request request) throws IOException {
        if (request.depth() == VerifyDepth.LISTING || !request.subset().has(file)) {
            return 0;
        }
        String label = "verifying " + dataset + ", backup " + backup.id();
        boolean outside = request.depth() == VerifyDepth.HASH && file.name().layout() == Layout.FLAT_GPG;
        LegacyDownload download = new LegacyDownload(
                repository,
                outside ? message -> message : trust.decryptFor(file, label),
                label,
                bytes -> listener.moved(dataset, bytes));
        listener.begin(dataset, backup.id(), 0);
        try (Cancellation.Registration registration = cancellation.onCancel(download::cancel)) {
            if (outside) {
                return download.checkOutside(file);
            }
            LegacyDownload.Checked checked = download.check(file);
            LegacyChecks.requireAsListed(backup, checked.stream(), label);
            Receivable.require(checked.stream(), label);
            return checked.storedBytes();
        } catch (UsageException e) {
            throw notOpened(label, e);
        } finally {
            listener.end(dataset);
        }
    }

    /** What the keys don't open is a finding about this backup, and hides nothing of the others. */
    private static IntegrityException notOpened(String label, UsageException e) {
        return new IntegrityException(label, "it can't be read: " + e.said(), e.next(), e);
    }

    private long hash(String dataset, StoredBackup backup, Manifest manifest, Subset subset) throws IOException {
        List<Manifest.Volume> chosen =
                manifest.volumes().stream().filter(subset::has).toList();
        String label = "verifying " + dataset + ", backup " + backup.id();
        VolumeCheck check = new VolumeCheck(workers, label);
        listener.begin(
                dataset,
                backup.id(),
                chosen.stream().mapToLong(Manifest.Volume::storedBytes).sum());
        try (Cancellation.Registration registration = cancellation.onCancel(check::cancel)) {
            long read = check.run(
                    chosen,
                    volume -> repository.volume(dataset, backup.id(), volume),
                    bytes -> listener.moved(dataset, bytes));
            Receivable.require(manifest, label);
            return read;
        } finally {
            listener.end(dataset);
        }
    }

    private long content(String dataset, StoredBackup backup, Manifest manifest, Subset subset) throws IOException {
        // A stream can only be judged as a whole: its share is decided by its first volume.
        if (!subset.has(manifest.volumes().get(0))) {
            return 0;
        }
        String label = "verifying " + dataset + ", backup " + backup.id();
        StreamDownload download = new StreamDownload(
                workers, trust.decryptFor(manifest, label), label, bytes -> listener.moved(dataset, bytes));
        listener.begin(dataset, backup.id(), manifest.rawBytes());
        try (Cancellation.Registration registration = cancellation.onCancel(download::cancel)) {
            SendStream stream = download.fetch(
                    manifest,
                    volume -> repository.volume(dataset, backup.id(), volume),
                    OutputStream.nullOutputStream());
            Receivable.require(stream, label);
            return manifest.storedBytes();
        } catch (UsageException e) {
            throw notOpened(label, e);
        } finally {
            listener.end(dataset);
        }
    }

    /** @return what went wrong; empty if it was received well */
    private String received(String dataset, Listing listing, Request request) throws IOException {
        Optional<SnapshotId> newest = new RestorePaths(new Lineages(listing.backups()).current()).newest();
        if (newest.isEmpty()) {
            return "no restore point to receive";
        }
        if (request.into().isEmpty() && dataset.startsWith(Repository.UNKNOWN_POOL)) {
            return Wording.INTO.text();
        }
        String below = request.into().map(DatasetName::value).orElseGet(() -> new DatasetName(dataset).pool());
        DatasetName scratch = new DatasetName(below + "/zfsbackup-verify-" + Long.toHexString(System.nanoTime()));
        try {
            new RestoreRun(zfs, repository, workers, trust, listener, cancellation)
                    .restore(
                            new RestoreRequest(
                                    dataset, Optional.of(newest.get().nameAndGuid()), Optional.of(scratch), false),
                            OutputStream.nullOutputStream(),
                            new ArrayList<>(),
                            warning -> {});
            boolean there = zfs.dataset(scratch).stream()
                    .flatMap(each -> each.snapshots().stream())
                    .anyMatch(snapshot -> snapshot.guid() == newest.get().guid());
            return there ? "" : "zfs receive ended well, but @" + newest.get().name() + " is not in " + scratch;
        } catch (InterruptedRunException e) {
            throw e;
        } catch (BackupException e) {
            return e.getMessage();
        } finally {
            zfs.destroyScratch(scratch);
        }
    }
}

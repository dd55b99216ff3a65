package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UnexpectedException;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.plan.Lineages;
import io.jenkins.plugins.zfsbackup.engine.plan.RestorePaths;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import io.jenkins.plugins.zfsbackup.engine.protocol.VerifyResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.VerifyResult.Backup;
import io.jenkins.plugins.zfsbackup.engine.protocol.VerifyResult.DatasetResult;
import io.jenkins.plugins.zfsbackup.engine.repository.AdoptedBackups;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupProblem;
import io.jenkins.plugins.zfsbackup.engine.repository.DatasetTree;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.storage.ParallelReads;
import io.jenkins.plugins.zfsbackup.engine.zfs.Zfs;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks whether what is stored can be restored. One bad backup never stops the look at the others. */
public final class VerifyRun {

    private final Zfs zfs;
    private final Repository repository;
    private final StoredStreams streams;
    private final ReadKeys readKeys;
    private final RunControl control;
    private final RunListener listener;
    private final List<String> lost = new ArrayList<>();
    private boolean signed;
    private final ParallelReads questions;

    /**
     * @param zfs used at depth {@code receive} only
     * @param streams of what is stored in the repository
     * @param readKeys the keys to read and to believe backups with
     */
    public VerifyRun(Zfs zfs, Repository repository, StoredStreams streams, ReadKeys readKeys, RunControl control) {
        this.zfs = zfs;
        this.repository = repository;
        this.streams = streams;
        this.readKeys = readKeys;
        this.control = control;
        this.listener = control.listener();
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
        readKeys.unchecked(signed).ifPresent(warnings::add);
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
        DatasetStreams opened = new DatasetStreams(streams, name);
        Map<String, BackupProblem> problems =
                opened.problems(listing.backups(), questions, control, "verifying " + name);
        signed |= listing.backups().stream().map(opened::of).anyMatch(StoredStream::signed);
        for (StoredBackup backup : listing.backups()) {
            control.check("verifying " + name);
            Backup verified = problems.containsKey(backup.id())
                    ? bad(name, backup.id(), problems.get(backup.id()).why())
                    : backup(name, backup, opened.of(backup), request);
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

    /** The backups that are good by themselves and lead to no snapshot that could be restored. */
    private Map<String, Backup> unreachable(String name, Listing good) throws BackupException {
        RestorePaths paths = RestorePaths.of(good.backups(), () -> control.check("verifying " + name));
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

    private Backup backup(String dataset, StoredBackup backup, StoredStream stream, Request request)
            throws IOException {
        String label = "verifying " + dataset + ", backup " + backup.id();
        try (Transfer transfer = control.transfer(dataset, backup.id(), label)) {
            long read =
                    switch (request.depth()) {
                        case LISTING -> 0;
                        case HASH -> stream.checkStored(request.subset(), transfer);
                        case CONTENT, RECEIVE -> stream.checkContent(request.subset(), transfer);
                    };
            return new Backup(backup.id(), Outcome.OK, read, "");
        } catch (IntegrityException e) {
            return bad(dataset, backup.id(), e.said());
        } catch (UsageException e) {
            // What the keys don't open is a finding about this backup, and hides nothing of the others.
            return bad(dataset, backup.id(), "it can't be read: " + e.said());
        } catch (RepositoryException e) {
            if (e.outOfReach()) {
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

    /** @return what went wrong; empty if it was received well */
    private String received(String dataset, Listing listing, Request request) throws IOException {
        Optional<SnapshotId> newest = new RestorePaths(new Lineages(listing.backups()).current()).newest();
        if (newest.isEmpty()) {
            return "no restore point to receive";
        }
        if (request.into().isEmpty() && dataset.startsWith(AdoptedBackups.UNKNOWN_POOL)) {
            return Wording.INTO.text();
        }
        String below = request.into().map(DatasetName::value).orElseGet(() -> new DatasetName(dataset).pool());
        DatasetName scratch = new DatasetName(below + "/zfsbackup-verify-" + Long.toHexString(System.nanoTime()));
        try {
            new RestoreRun(zfs, repository, streams, readKeys, control)
                    .restore(
                            new RestoreRequest(
                                    dataset, Optional.of(newest.get().nameAndGuid()), Optional.of(scratch), false),
                            OutputStream.nullOutputStream(),
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

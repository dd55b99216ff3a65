package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.Snapshot;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.plan.SnapshotReference;
import io.jenkins.plugins.zfsbackup.engine.plan.StoredNames;
import io.jenkins.plugins.zfsbackup.engine.protocol.Kind;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import io.jenkins.plugins.zfsbackup.engine.protocol.RestoreResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.Result;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupProblem;
import io.jenkins.plugins.zfsbackup.engine.repository.LegacyFile;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.repository.StreamInside;
import io.jenkins.plugins.zfsbackup.engine.storage.ParallelReads;
import io.jenkins.plugins.zfsbackup.engine.stream.Workers;
import io.jenkins.plugins.zfsbackup.engine.zfs.Zfs;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Restores a dataset: finds the chain with the fewest stored bytes of which every backup is whole by listing and, given
 * keys, signed; from what the target has already if it exists; and receives one stream after the other. A backup that
 * turns out to be unusable leads to the next way. Nothing on the target is rolled back or overwritten.
 */
public final class RestoreRun {

    /** How many backups that can't be used are named one by one. */
    private static final int TOLD = 10;

    private final Zfs zfs;
    private final Repository repository;
    private final Workers workers;
    private final Trust trust;
    private final BackupCheck check;
    private final RunListener listener;
    private final Cancellation cancellation;
    private final ParallelReads questions;

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
        this.check = new BackupCheck(repository, trust);
        this.listener = listener;
        this.cancellation = cancellation;
        this.questions = new ParallelReads(repository.storage());
    }

    /**
     * Restores.
     *
     * @param output where the raw streams go if the request has no target
     */
    public RestoreResult run(RestoreRequest request, OutputStream output) throws IOException {
        List<String> warnings = new ArrayList<>();
        return restore(request, output, warnings, listener::warn);
    }

    /**
     * As {@link #run}.
     *
     * @param warnings gets what a person should know about the repository, and about what was not checked
     * @param heard hears each of them before anything is received
     */
    RestoreResult restore(RestoreRequest request, OutputStream output, List<String> warnings, Consumer<String> heard)
            throws IOException {
        String doing = "restoring " + request.dataset()
                + request.snapshot().map(name -> "@" + name).orElse("");
        trust.decryptLegacy().ifPresent(key -> repository.readWith(key::from));
        Optional<SnapshotReference> reference = request.snapshot().isPresent()
                ? Optional.of(SnapshotReference.parse(request.snapshot().get()))
                : Optional.empty();
        Listing listing = lookedInside(request, reference, repository.listing(request.dataset()), output, doing);
        requireAny(listing, doing);
        Map<String, Head> heads = new ConcurrentHashMap<>();
        SoundWays ways =
                new SoundWays(listing.backups(), backups -> problems(listing, backups, heads), cancellation, doing);
        WantedSnapshot choice = new WantedSnapshot(
                repository, listing, ways, reference, trust.verify().isPresent(), listener, doing);
        SnapshotId wanted = choice.find();
        ChainReceiver receiver = receiver(request, listing, output);
        Optional<List<StoredBackup>> chain = way(request, ways, wanted, doing);
        tellUnsound(request, ways.unsound());
        requireAWay(request, chain, ways, wanted, choice, doing);
        while (true) {
            requireKeys(chain.get(), listing, heads, doing);
            warn(listing, chain.get(), heads, warnings, heard);
            tell(request, wanted, chain.get(), listing);
            if (request.dryRun()) {
                return restored(request, wanted, chain.get(), StoredBackup.rawBytesOf(chain.get()), warnings);
            }
            try {
                receiver.receive(chain.get());
                return restored(request, wanted, receiver.received(), receiver.rawBytes(), warnings);
            } catch (BadBackup e) {
                BackupProblem problem = new BackupProblem(e.reason().said(), true);
                ways.drop(e.id(), problem);
                tellUnsound(request, Map.of(e.id(), problem));
                chain = receiver.canGoOn() ? way(request, ways, wanted, doing) : Optional.empty();
                if (chain.isEmpty()) {
                    throw choice.noWay(wanted, anotherPlace(request, ways, wanted, e), e.reason());
                }
            }
        }
    }

    /** @param heads what the manifests of the chain say */
    private void warn(
            Listing listing,
            List<StoredBackup> chain,
            Map<String, Head> heads,
            List<String> warnings,
            Consumer<String> heard)
            throws BackupException {
        boolean signed = chain.stream()
                .anyMatch(backup -> Optional.ofNullable(heads.get(backup.id()))
                        .filter(Head::signed)
                        .isPresent());
        Stream<String> objections = chain.stream()
                .flatMap(backup -> Optional.ofNullable(heads.get(backup.id()))
                        .flatMap(Head::objection)
                        .map(why -> listing.dataset() + ": " + backup.id() + ": " + why)
                        .stream());
        Stream<String> doubts = Stream.of(
                        repository.doubt(),
                        LostState.of(repository, listing).map(lost -> listing.dataset() + ": " + lost.elsewhere()),
                        chain.isEmpty() ? Optional.<String>empty() : trust.unchecked(signed))
                .flatMap(Optional::stream);
        Stream.concat(doubts, objections)
                .filter(warning -> !warnings.contains(warning))
                .forEach(warning -> {
                    warnings.add(warning);
                    heard.accept(warning);
                });
    }

    private static RestoreResult restored(
            RestoreRequest request, SnapshotId wanted, List<StoredBackup> chain, long rawBytes, List<String> warnings) {
        return new RestoreResult(
                Result.VERSION,
                request.dataset(),
                wanted.name(),
                wanted.guidText(),
                Outcome.OK,
                chain.stream().map(StoredBackup::id).toList(),
                rawBytes,
                StoredBackup.storedBytesOf(chain),
                warnings,
                "");
    }

    private ChainReceiver receiver(RestoreRequest request, Listing listing, OutputStream output) {
        return new ChainReceiver(
                zfs, repository, workers, trust, check, listener, cancellation, request, listing, output);
    }

    private void requireAny(Listing listing, String doing) throws BackupException {
        if (listing.backups().isEmpty() && listing.damaged().isEmpty()) {
            throw NothingStored.of(repository, List.of(listing.dataset()), doing);
        }
        if (listing.backups().isEmpty()) {
            throw new IntegrityException(
                    doing,
                    "all " + listing.damaged().size() + " backups of it are damaged: "
                            + listing.damaged().get(0).why(),
                    Wording.LIST_DAMAGED.text(repository.address()));
        }
    }

    /**
     * What has to be known of a manifest before its backup is received.
     *
     * @param encryption whom it is encrypted to
     * @param signed whether it says that it is signed
     * @param objection why {@code zfs receive} does not take the stream; empty if nothing speaks against it
     */
    private record Head(Optional<Manifest.Encryption> encryption, boolean signed, Optional<String> objection) {

        static Head of(Manifest manifest) {
            return new Head(manifest.encryption(), manifest.signer().isPresent(), Receivable.objection(manifest));
        }
    }

    /** @param heads gets what the manifests say, by the backups' ids */
    private Map<String, BackupProblem> problems(
            Listing listing, Collection<StoredBackup> backups, Map<String, Head> heads) throws BackupException {
        String doing = "looking at what is stored of " + listing.dataset();
        List<Optional<BackupProblem>> answers = questions.ask(backups, backup -> {
            cancellation.check(doing);
            return backup.legacy()
                    ? problem(listing.legacy().get(backup.id()), doing)
                    : problem(listing.dataset(), backup, heads);
        });
        Map<String, BackupProblem> problems = new LinkedHashMap<>();
        Iterator<Optional<BackupProblem>> next = answers.iterator();
        backups.forEach(backup -> next.next().ifPresent(problem -> problems.put(backup.id(), problem)));
        return problems;
    }

    private Optional<BackupProblem> problem(LegacyFile file, String doing) throws BackupException {
        try {
            trust.requireSigned(file, doing);
            return Optional.empty();
        } catch (IntegrityException e) {
            return Optional.of(new BackupProblem(e.said(), false));
        }
    }

    private Optional<BackupProblem> problem(String dataset, StoredBackup backup, Map<String, Head> heads)
            throws BackupException {
        try {
            return check.problem(dataset, backup, manifest -> heads.put(backup.id(), Head.of(manifest)));
        } catch (RepositoryException e) {
            if (e.outOfReach()) {
                throw e;
            }
            return Optional.of(new BackupProblem("it can't be read: " + e.said(), false));
        }
    }

    /** Before anything is received: a key that is missing for the last backup is missing for the first. */
    private void requireKeys(List<StoredBackup> chain, Listing listing, Map<String, Head> heads, String doing)
            throws BackupException {
        for (StoredBackup backup : chain) {
            if (backup.legacy()) {
                trust.decryptFor(listing.legacy().get(backup.id()), doing);
            } else {
                trust.decryptFor(heads.get(backup.id()).encryption(), doing);
            }
        }
    }

    private void tellUnsound(RestoreRequest request, Map<String, BackupProblem> unsound) {
        unsound.entrySet().stream()
                .limit(TOLD)
                .forEach(each -> listener.warn(request.dataset() + ": " + each.getKey() + " can't be used: "
                        + each.getValue().why()));
        if (unsound.size() > TOLD) {
            listener.warn(request.dataset() + ": nor can " + (unsound.size() - TOLD) + " others be used; "
                    + Wording.VERIFY_NAMES_THEM.text());
        }
    }

    /**
     * Which snapshots a package of an old script has in it shows only when it is read: if one is asked for that no name
     * tells.
     */
    private Listing lookedInside(
            RestoreRequest request,
            Optional<SnapshotReference> reference,
            Listing listing,
            OutputStream output,
            String doing)
            throws IOException {
        if (reference.isEmpty()
                || !new StoredNames(listing.backups()).meant(reference.get()).isEmpty()) {
            return listing;
        }
        ChainReceiver reader = receiver(request, listing, output);
        boolean learned = false;
        for (StoredBackup backup : listing.backups()) {
            if (backup.legacy() && backup.kind() == Kind.PACKAGE) {
                LegacyFile file = listing.legacy().get(backup.id());
                listener.info(request.dataset() + ": looking for @"
                        + request.snapshot().get() + " in " + file.id());
                try {
                    StreamInside inside = StreamInside.of(reader.check(file, doing).stream());
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

    /**
     * The cheapest sound chain to a snapshot, from what the target has.
     *
     * @return no backups if the target has the snapshot already; empty if no chain leads there
     */
    private Optional<List<StoredBackup>> way(RestoreRequest request, SoundWays ways, SnapshotId wanted, String doing)
            throws IOException {
        Optional<Dataset> target = target(request);
        if (target.isEmpty()) {
            return ways.chain(wanted.guid());
        }
        List<Snapshot> there = target.get().snapshots();
        if (there.stream().anyMatch(snapshot -> snapshot.guid() == wanted.guid())) {
            return Optional.of(List.of());
        }
        if (there.isEmpty()) {
            throw ChangedTarget.refusal(target.get(), wanted, ways.paths(), doing);
        }
        return ways.chainOnto(wanted.guid(), there.get(there.size() - 1).guid());
    }

    private Optional<Dataset> target(RestoreRequest request) throws BackupException {
        return request.target().isPresent() ? zfs.dataset(request.target().get()) : Optional.empty();
    }

    private void requireAWay(
            RestoreRequest request,
            Optional<List<StoredBackup>> chain,
            SoundWays ways,
            SnapshotId wanted,
            WantedSnapshot choice,
            String doing)
            throws IOException {
        if (chain.isPresent()) {
            return;
        }
        Optional<Dataset> target = target(request);
        if (target.isEmpty() || !ways.unsound().isEmpty()) {
            throw choice.noWay(wanted, "", null);
        }
        throw ChangedTarget.refusal(target.get(), wanted, ways.paths(), doing);
    }

    /** What to do where another way leads to the snapshot, but not from what was received by this one. */
    private String anotherPlace(RestoreRequest request, SoundWays ways, SnapshotId wanted, BadBackup bad)
            throws IOException {
        return ways.chain(wanted.guid()).isEmpty()
                ? ""
                : "Another way leads there, but not from what was received. Move "
                        + repository.path(request.dataset(), bad.id())
                        + " out of the repository, and restore into a dataset that does not exist yet.";
    }

    private void tell(RestoreRequest request, SnapshotId wanted, List<StoredBackup> chain, Listing listing)
            throws BackupException {
        String to = request.target().map(DatasetName::value).orElse("standard output");
        String name = new StoredNames(listing.backups()).unique(wanted);
        if (chain.isEmpty()) {
            target(request)
                    .ifPresent(there ->
                            listener.info(request.dataset() + ": " + ChangedTarget.hasAlready(there, wanted, name)));
            return;
        }
        long stored = StoredBackup.storedBytesOf(chain);
        listener.info(request.dataset() + ": @" + name + " to " + to + " from " + chain.size()
                + (chain.size() == 1 ? " backup, " : " backups, ") + Sizes.bytes(stored));
        StoredBackup last = chain.get(chain.size() - 1);
        if (last.snapshot().guid() != wanted.guid()) {
            listener.warn(request.dataset() + ": @" + wanted.name() + " is stored inside a package, which brings the "
                    + "snapshots up to @" + last.snapshot().name()
                    + " as well; roll back to it to have only that state");
        }
        if (request.target().isEmpty() && chain.size() > 1) {
            listener.warn(request.dataset() + ": these are " + chain.size()
                    + " streams one after the other, each for a zfs receive of its own: (zfs receive T;"
                    + " zfs receive T; …)");
            tellRenamings(request, chain);
        }
    }

    private void tellRenamings(RestoreRequest request, List<StoredBackup> chain) throws UsageException {
        SnapshotsOnTarget onTarget = new SnapshotsOnTarget(new DatasetName("T"), Optional.empty(), chain);
        for (int i = 0; i < chain.size(); i++) {
            for (SnapshotsOnTarget.Renaming renaming :
                    onTarget.makeWay(chain.get(i).brings())) {
                listener.warn(request.dataset() + ": before stream " + (i + 1) + ": zfs rename " + renaming.from() + " "
                        + renaming.to());
            }
        }
    }
}

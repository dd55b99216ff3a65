package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Snapshot;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.plan.SnapshotReference;
import io.jenkins.plugins.zfsbackup.engine.plan.StoredNames;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import io.jenkins.plugins.zfsbackup.engine.protocol.RestoreResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.Result;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupProblem;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.storage.ParallelReads;
import io.jenkins.plugins.zfsbackup.engine.zfs.Zfs;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private final StoredStreams streams;
    private final ReadKeys readKeys;
    private final RunControl control;
    private final RunListener listener;
    private final ParallelReads questions;

    /**
     * @param streams of what is stored in the repository
     * @param readKeys the keys to read and to believe backups with
     */
    public RestoreRun(Zfs zfs, Repository repository, StoredStreams streams, ReadKeys readKeys, RunControl control) {
        this.zfs = zfs;
        this.repository = repository;
        this.streams = streams;
        this.readKeys = readKeys;
        this.control = control;
        this.listener = control.listener();
        this.questions = new ParallelReads(repository.storage());
    }

    /**
     * Restores.
     *
     * @param output where the raw streams go if the request has no target
     */
    public RestoreResult run(RestoreRequest request, OutputStream output) throws IOException {
        return restore(request, output, listener::warn);
    }

    /**
     * As {@link #run}.
     *
     * @param heard hears each warning before anything is received
     */
    RestoreResult restore(RestoreRequest request, OutputStream output, Consumer<String> heard) throws IOException {
        Set<String> warnings = new LinkedHashSet<>();
        String doing = "restoring " + request.dataset()
                + request.snapshot().map(name -> "@" + name).orElse("");
        Optional<SnapshotReference> reference = request.snapshot().isPresent()
                ? Optional.of(SnapshotReference.parse(request.snapshot().get()))
                : Optional.empty();
        Listing listing = lookedInside(repository.listing(request.dataset()), reference, doing);
        requireAny(listing, doing);
        DatasetStreams opened = new DatasetStreams(streams, request.dataset());
        String looking = "looking at what is stored of " + request.dataset();
        SoundWays ways = new SoundWays(
                listing.backups(),
                backups -> opened.problems(backups, questions, control, looking),
                control.cancellation(),
                doing);
        WantedSnapshot choice = new WantedSnapshot(
                repository, listing, ways, reference, readKeys.verify().isPresent(), listener);
        SnapshotId wanted = choice.find();
        ChainReceiver receiver = new ChainReceiver(zfs, opened, control, request, listing, output);
        Optional<List<StoredBackup>> chain = way(request, ways, wanted, doing);
        tellUnsound(request, ways.unsound());
        requireAWay(request, chain, ways, wanted, choice, doing);
        while (true) {
            // A key that is missing for the last backup is missing for the first.
            for (StoredBackup backup : chain.get()) {
                opened.of(backup).requireKey(doing);
            }
            for (String warning : warnings(listing, chain.get(), opened)) {
                if (warnings.add(warning)) {
                    heard.accept(warning);
                }
            }
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

    /** What a person should know before a chain is received. */
    private List<String> warnings(Listing listing, List<StoredBackup> chain, DatasetStreams opened)
            throws BackupException {
        boolean signed = chain.stream().map(opened::of).anyMatch(StoredStream::signed);
        Stream<String> objections = chain.stream()
                .flatMap(
                        backup -> opened
                                .of(backup)
                                .objection()
                                .map(why -> listing.dataset() + ": " + backup.id() + ": " + why)
                                .stream());
        Stream<String> doubts = Stream.of(
                        repository.doubt(),
                        LostState.of(repository, listing).map(lost -> listing.dataset() + ": " + lost.elsewhere()),
                        chain.isEmpty() ? Optional.<String>empty() : readKeys.unchecked(signed))
                .flatMap(Optional::stream);
        return Stream.concat(doubts, objections).toList();
    }

    private static RestoreResult restored(
            RestoreRequest request, SnapshotId wanted, List<StoredBackup> chain, long rawBytes, Set<String> warnings) {
        return new RestoreResult(
                Result.VERSION,
                request.dataset(),
                wanted.name(),
                wanted.guidText(),
                Outcome.OK,
                chain.stream().map(StoredBackup::id).toList(),
                rawBytes,
                StoredBackup.storedBytesOf(chain),
                List.copyOf(warnings),
                "");
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

    /** The listing, after a look for a snapshot that it does not name in what it does not tell. */
    private Listing lookedInside(Listing listing, Optional<SnapshotReference> reference, String doing)
            throws IOException {
        boolean named = reference.isEmpty()
                || !new StoredNames(listing.backups()).meant(reference.get()).isEmpty();
        return !named && streams.lookInside(listing, reference.get(), control, doing)
                ? repository.listing(listing.dataset())
                : listing;
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

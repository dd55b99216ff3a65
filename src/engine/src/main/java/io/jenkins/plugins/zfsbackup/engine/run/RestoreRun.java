package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Dataset;
import io.jenkins.plugins.zfsbackup.engine.model.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.Snapshot;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.plan.RestorePaths;
import io.jenkins.plugins.zfsbackup.engine.repository.Listing;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.stream.StreamDownload;
import io.jenkins.plugins.zfsbackup.engine.stream.Workers;
import io.jenkins.plugins.zfsbackup.engine.zfs.ReceiveOptions;
import io.jenkins.plugins.zfsbackup.engine.zfs.ReceiveProcess;
import io.jenkins.plugins.zfsbackup.engine.zfs.Zfs;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Restores a dataset: finds the chain with the fewest stored bytes, from what the target has already if it exists, and
 * receives one stream after the other. Nothing on the target is rolled back or overwritten.
 */
public final class RestoreRun {

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
     */
    public record Restored(String dataset, SnapshotId snapshot, List<StoredBackup> chain, long rawBytes, long storedBytes) {}

    /**
     * Restores.
     *
     * @param output where the raw streams go if the request has no target
     */
    public Restored run(RestoreRequest request, OutputStream output) throws IOException {
        String doing = "restoring " + request.dataset() + request.snapshot().map(name -> "@" + name).orElse("");
        Listing listing = repository.listing(request.dataset());
        RestorePaths paths = new RestorePaths(listing.backups());
        SnapshotId wanted = wanted(request, listing, paths, doing);
        List<StoredBackup> chain = chain(request, paths, wanted, doing);
        List<Manifest> manifests = new ArrayList<>();
        for (StoredBackup backup : chain) {
            Manifest manifest = trust.manifest(repository, request.dataset(), backup.id());
            trust.decryptFor(manifest, doing);
            manifests.add(manifest);
        }
        tell(request, wanted, chain);
        if (!request.dryRun()) {
            for (int i = 0; i < chain.size(); i++) {
                cancellation.check(doing);
                receive(request, chain.get(i), manifests.get(i), output);
            }
        }
        return new Restored(
                request.dataset(),
                wanted,
                chain,
                chain.stream().mapToLong(StoredBackup::rawBytes).sum(),
                chain.stream().mapToLong(StoredBackup::storedBytes).sum());
    }

    private SnapshotId wanted(RestoreRequest request, Listing listing, RestorePaths paths, String doing)
            throws BackupException {
        if (listing.backups().isEmpty()) {
            throw new UsageException(
                    doing,
                    listing.damaged().isEmpty()
                            ? "nothing of " + request.dataset() + " is stored in " + repository.address()
                            : "all " + listing.damaged().size() + " backups of it are damaged: "
                                    + listing.damaged().get(0).why(),
                    "List what there is: zfs-backup list --repo " + repository.address());
        }
        List<SnapshotId> all = paths.snapshots();
        if (request.snapshot().isEmpty()) {
            return all.get(all.size() - 1);
        }
        String name = request.snapshot().get();
        List<SnapshotId> named = all.stream().filter(id -> id.name().equals(name)).toList();
        if (named.isEmpty()) {
            throw new UsageException(
                    doing,
                    "no snapshot of that name is stored; there are " + all.size() + ", from @" + all.get(0).name()
                            + " to @" + all.get(all.size() - 1).name(),
                    "List them: zfs-backup list --repo " + repository.address() + " '" + request.dataset() + "'");
        }
        // Two of one name: the one that was destroyed and taken anew later is what a person means.
        return named.get(named.size() - 1);
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
                    doing, where + " exists and has no snapshot to build on", "Choose a --to that does not exist yet.");
        }
        Snapshot newest = there.get(there.size() - 1);
        return paths.chainOnto(wanted.guid(), newest.guid())
                .orElseThrow(() -> new UsageException(
                        doing,
                        where + " exists, and no stored backup leads from its newest snapshot @" + newest.name() + " to @"
                                + wanted.name(),
                        "Choose a --to that does not exist yet."));
    }

    private void tell(RestoreRequest request, SnapshotId wanted, List<StoredBackup> chain) {
        String to = request.target().map(DatasetName::value).orElse("standard output");
        if (chain.isEmpty()) {
            listener.info(request.dataset() + ": " + to + " has @" + wanted.name() + " already");
            return;
        }
        long stored = chain.stream().mapToLong(StoredBackup::storedBytes).sum();
        listener.info(request.dataset() + ": @" + wanted.name() + " to " + to + " from " + chain.size()
                + (chain.size() == 1 ? " backup, " : " backups, ") + Sizes.bytes(stored));
        StoredBackup last = chain.get(chain.size() - 1);
        if (last.snapshot().guid() != wanted.guid()) {
            listener.warn(request.dataset() + ": @" + wanted.name() + " is stored inside a package, which brings the "
                    + "snapshots up to @" + last.snapshot().name() + " as well; roll back to it to have only that state");
        }
        if (request.target().isEmpty() && chain.size() > 1) {
            listener.warn(request.dataset() + ": these are " + chain.size()
                    + " streams one after the other, each for a zfs receive of its own: (zfs receive T; zfs receive T; …)");
        }
    }

    private void receive(RestoreRequest request, StoredBackup backup, Manifest manifest, OutputStream output)
            throws IOException {
        String dataset = request.dataset();
        String label = "restoring " + dataset + ", backup " + backup.id();
        StreamDownload download = new StreamDownload(
                workers, trust.decryptFor(manifest, label), label, bytes -> listener.moved(dataset, bytes));
        long began = System.nanoTime();
        listener.begin(dataset, backup.id(), manifest.rawBytes());
        try (Cancellation.Registration registration = cancellation.onCancel(download::cancel)) {
            StreamDownload.Source source = volume -> repository.volume(dataset, backup.id(), volume);
            if (request.target().isEmpty()) {
                download.fetch(manifest, source, output);
            } else {
                into(request.target().get(), download, manifest, source);
            }
        } finally {
            listener.end(dataset);
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        listener.info(dataset + ": received " + backup.id() + ", " + Sizes.bytes(manifest.rawBytes()) + " in "
                + Sizes.seconds(seconds));
    }

    private void into(DatasetName target, StreamDownload download, Manifest manifest, StreamDownload.Source source)
            throws IOException {
        try (ReceiveProcess receive = zfs.receive(target, ReceiveOptions.gentle());
                Cancellation.Registration registration = cancellation.onCancel(receive::kill)) {
            try {
                download.fetch(manifest, source, receive.stream());
            } catch (IntegrityException e) {
                receive.kill();
                throw e;
            }
            receive.finish();
        }
    }
}

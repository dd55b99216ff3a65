package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupProblem;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStream;
import io.jenkins.plugins.zfsbackup.engine.stream.StreamDownload;
import io.jenkins.plugins.zfsbackup.engine.stream.VolumeCheck;
import io.jenkins.plugins.zfsbackup.engine.stream.Workers;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/** The streams of the repository's own format: volumes, and a manifest that tells their hashes. */
public final class ManifestedStreams implements StoredStreams {

    private final Repository repository;
    private final Workers workers;
    private final ReadKeys readKeys;
    private final BackupCheck check;

    /** @param readKeys the keys to read and to believe backups with */
    public ManifestedStreams(Repository repository, Workers workers, ReadKeys readKeys) {
        this.repository = repository;
        this.workers = workers;
        this.readKeys = readKeys;
        this.check = new BackupCheck(repository, readKeys);
    }

    @Override
    public StoredStream of(String dataset, StoredBackup backup) {
        return new ManifestedStream(dataset, backup);
    }

    /** What has to be known of a manifest before its backup is received; all of it would be much, for many backups. */
    private record Head(Optional<Manifest.Encryption> encryption, boolean signed, Optional<String> objection) {

        static Head of(Manifest manifest) {
            return new Head(manifest.encryption(), manifest.signer().isPresent(), Receivable.objection(manifest));
        }
    }

    private final class ManifestedStream implements StoredStream {
        private final String dataset;
        private final StoredBackup backup;
        private volatile Optional<Head> head = Optional.empty();

        ManifestedStream(String dataset, StoredBackup backup) {
            this.dataset = dataset;
            this.backup = backup;
        }

        @Override
        public Optional<BackupProblem> problem() throws BackupException {
            return check.problem(dataset, backup, manifest -> head = Optional.of(Head.of(manifest)));
        }

        @Override
        public boolean signed() {
            return head.filter(Head::signed).isPresent();
        }

        @Override
        public Optional<String> objection() {
            return head.flatMap(Head::objection);
        }

        @Override
        public void requireKey(String doing) throws BackupException {
            readKeys.decryptFor(head.flatMap(Head::encryption), doing);
        }

        private StreamDownload.Source volumes() {
            return volume -> repository.volume(dataset, backup.id(), volume);
        }

        private StreamDownload download(Manifest manifest, Transfer transfer) throws BackupException {
            return new StreamDownload(workers, readKeys.decryptFor(manifest.encryption(), transfer.label()), transfer);
        }

        @Override
        public long checkStored(Subset subset, Transfer transfer) throws IOException {
            Manifest manifest = check.manifest(dataset, backup);
            List<Manifest.Volume> chosen =
                    manifest.volumes().stream().filter(subset::has).toList();
            transfer.begin(
                    chosen.stream().mapToLong(Manifest.Volume::storedBytes).sum());
            long read = new VolumeCheck(workers, transfer).run(chosen, volumes());
            Receivable.require(manifest, transfer.label());
            return read;
        }

        @Override
        public long checkContent(Subset subset, Transfer transfer) throws IOException {
            Manifest manifest = check.manifest(dataset, backup);
            // A stream can only be judged as a whole: its share is decided by its first volume.
            if (!subset.has(manifest.volumes().get(0))) {
                return 0;
            }
            StreamDownload download = download(manifest, transfer);
            transfer.begin(manifest.rawBytes());
            SendStream stream = download.fetch(manifest, volumes(), OutputStream.nullOutputStream());
            Receivable.require(stream, transfer.label());
            return manifest.storedBytes();
        }

        @Override
        public Content open() throws IOException {
            Manifest manifest = check.manifest(dataset, backup);
            return new Content() {
                @Override
                public List<SnapshotId> snapshots() {
                    return backup.brings();
                }

                @Override
                public long rawBytes() {
                    return manifest.rawBytes();
                }

                @Override
                public void writeTo(OutputStream sink, Transfer transfer) throws IOException {
                    download(manifest, transfer).fetch(manifest, volumes(), sink);
                }
            };
        }
    }
}

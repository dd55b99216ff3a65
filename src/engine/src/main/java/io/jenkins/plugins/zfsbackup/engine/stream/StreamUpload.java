package io.jenkins.plugins.zfsbackup.engine.stream;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.UnexpectedException;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupWriter;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStream;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStreamReader;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Stores one send stream: reads it on the caller's thread, checks it, cuts it into volumes and has the workers store
 * them. The first failure anywhere ends the stream.
 */
public final class StreamUpload {

    private final Workers workers;
    private final VolumeFormat format;
    private final BackupWriter target;
    private final Watch watch;
    private final String label;
    private final VolumeCheck readBack;
    private final Set<String> changed = new ConcurrentSkipListSet<>();
    private volatile Throwable failure;
    private volatile Runnable stop = () -> {};

    /**
     * @param watch is told the raw bytes read so far
     */
    public StreamUpload(Workers workers, VolumeFormat format, BackupWriter target, Watch watch) {
        this.workers = workers;
        this.format = format;
        this.target = target;
        this.watch = watch;
        this.label = watch.label();
        this.readBack = new VolumeCheck(workers, new UntilFailure());
    }

    /** The program that makes the stream. */
    public interface Producer {
        /** What it writes. */
        InputStream output();

        /** Waits for its end; throws if that was not a good one. */
        void finish() throws IOException;

        /** Ends it, so that reading its output ends too. */
        void kill();
    }

    /**
     * What was stored.
     *
     * @param stream what the stream says of itself
     * @param volumes in order, all confirmed by the storage
     * @param rawBytes of the stream
     * @param storedBytes of the volumes
     */
    public record Stored(SendStream stream, List<Manifest.Volume> volumes, long rawBytes, long storedBytes) {}

    /**
     * Stores the stream; when this returns, every volume is confirmed, the producer has ended well, and the stream's
     * END record was seen and agrees.
     *
     * @throws IOException the first failure, as a {@link io.jenkins.plugins.zfsbackup.engine.model.BackupException}
     */
    public Stored store(Producer producer) throws IOException {
        stop = producer::kill;
        List<CompletableFuture<Manifest.Volume>> volumes = new ArrayList<>();
        try {
            SendStream stream = read(producer, volumes);
            return collect(stream, volumes);
        } catch (InterruptedException e) {
            fail(stopped());
            throw stopped();
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
            throw root(e);
        } finally {
            producer.kill();
            awaitAll(volumes);
        }
    }

    /** Ends the stream from another thread; {@link #store} then throws an {@link InterruptedRunException}. */
    public void cancel() {
        fail(stopped());
    }

    /** The names of volumes that an earlier run had stored, and that were not any more what it had sent. */
    public List<String> changed() {
        return List.copyOf(changed);
    }

    private InterruptedRunException stopped() {
        return new InterruptedRunException(
                label, "the run was stopped", "Run again; nothing half-done is left as a backup.");
    }

    private SendStream read(Producer producer, List<CompletableFuture<Manifest.Volume>> volumes)
            throws IOException, InterruptedException {
        SendStreamReader reader = new SendStreamReader(label);
        InputStream in = producer.output();
        long total = 0;
        boolean end = false;
        while (!end) {
            checkFailure();
            checkNumber(volumes.size());
            int volumeChunks = workers.volumeChunks(total);
            long limit = (long) volumeChunks * Memory.CHUNK;
            RawVolume volume = new RawVolume(workers.memory().reserve(volumeChunks + 1));
            boolean handedOver = false;
            try {
                while (!end && volume.size() < limit) {
                    int at = (int) (volume.size() % Memory.CHUNK);
                    int read = volume.readFrom(in, limit);
                    checkFailure();
                    if (read < 0) {
                        end = true;
                    } else {
                        reader.accept(volume.lastChunk(), at, read);
                        requireReceivable(reader, label);
                        total += read;
                        watch.moved(total);
                    }
                }
                if (volume.size() > 0) {
                    volume.complete();
                    int number = volumes.size() + 1;
                    volumes.add(workers.run(() -> store(number, volume)));
                    handedOver = true;
                }
            } finally {
                if (!handedOver) {
                    volume.close();
                }
            }
        }
        // The producer's own words come first: a stream that it cut is its failure, not the stream's.
        producer.finish();
        return reader.finish();
    }

    /** @throws IntegrityException if nothing could ever be restored from the stream */
    public static void requireReceivable(SendStreamReader reader, String label) throws IntegrityException {
        if (reader.objection().isPresent()) {
            throw new IntegrityException(
                    label,
                    "zfs send made a stream that zfs receive does not take: "
                            + reader.objection().get(),
                    "Nothing of it was stored. Look whether the zfs on the PATH is the real one.");
        }
    }

    private void checkNumber(int volumes) throws UsageException {
        if (volumes == Manifest.MOST_VOLUMES) {
            throw new UsageException(
                    label,
                    "the stream has more than " + Manifest.MOST_VOLUMES + " volumes, which no manifest can list",
                    Wording.MORE_MEMORY_TO_STORE.text());
        }
    }

    private Manifest.Volume store(int number, RawVolume volume) throws IOException {
        try (volume) {
            checkFailure();
            String name = format.name(number);
            String rawHash = volume.sha256();
            Optional<Manifest.Volume> noted = target.noted(name, volume.size(), rawHash);
            Manifest.Volume stored =
                    noted.isPresent() && isStillThere(noted.get()) ? noted.get() : upload(name, volume, rawHash);
            target.confirm(stored);
            return stored;
        } catch (Throwable e) {
            fail(e);
            throw e;
        }
    }

    /** Reads a volume back that an earlier run has stored: only what was read is ever signed. */
    private boolean isStillThere(Manifest.Volume noted) throws IOException {
        try {
            readBack.check(noted, target::readBack);
            return true;
        } catch (IntegrityException e) {
            changed.add(noted.name());
            return false;
        } catch (RepositoryException e) {
            if (e.kind() == RepositoryException.Kind.OUT_OF_REACH) {
                throw e;
            }
            changed.add(noted.name());
            return false;
        }
    }

    private Manifest.Volume upload(String name, RawVolume volume, String rawHash) throws IOException {
        Encoded content = new Encoded(volume);
        long bytes = target.volume(name, content);
        return new Manifest.Volume(name, volume.size(), rawHash, bytes, content.sha256());
    }

    /** A volume as it is stored, encoded anew each time it is sent: no two encryptions have the same bytes. */
    private final class Encoded implements Storage.Content {
        private final RawVolume volume;
        private MessageDigest hash;

        Encoded(RawVolume volume) {
            this.volume = volume;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            checkFailure();
            hash = Hashes.sha256();
            format.encode(volume, new Hashed(out, hash));
        }

        /** Of what was sent last. */
        String sha256() {
            return Hashes.hex(hash);
        }
    }

    private Stored collect(SendStream stream, List<CompletableFuture<Manifest.Volume>> volumes) throws IOException {
        List<Manifest.Volume> stored = new ArrayList<>();
        long rawBytes = 0;
        long storedBytes = 0;
        for (CompletableFuture<Manifest.Volume> each : volumes) {
            try {
                Manifest.Volume volume = each.join();
                stored.add(volume);
                rawBytes += volume.rawBytes();
                storedBytes += volume.storedBytes();
            } catch (CompletionException | CancellationException e) {
                throw root(e);
            }
        }
        return new Stored(stream, stored, rawBytes, storedBytes);
    }

    private void fail(Throwable e) {
        synchronized (this) {
            if (failure == null) {
                failure = e;
            }
        }
        stop.run();
    }

    private void checkFailure() throws IOException {
        if (failure != null) {
            throw root(failure);
        }
    }

    /** The first failure is the reason; those after it, such as a killed producer, are its consequences. */
    private IOException root(Throwable last) {
        return UnexpectedException.of(label, failure == null ? last : failure);
    }

    private static void awaitAll(List<CompletableFuture<Manifest.Volume>> volumes) {
        for (CompletableFuture<Manifest.Volume> each : volumes) {
            each.handle((volume, failed) -> null).join();
        }
    }

    /** Ends what is read back when the stream has failed. */
    private final class UntilFailure implements Watch {
        @Override
        public String label() {
            return label;
        }

        @Override
        public void moved(long bytes) {}

        @Override
        public boolean stopped() {
            return failure != null;
        }
    }

    /** Hashes what passes, in the pieces in which it passes. */
    private static final class Hashed extends OutputStream {
        private final OutputStream out;
        private final MessageDigest hash;

        Hashed(OutputStream out, MessageDigest hash) {
            this.out = out;
            this.hash = hash;
        }

        @Override
        public void write(int b) throws IOException {
            hash.update((byte) b);
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            hash.update(bytes, offset, length);
            out.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }
}

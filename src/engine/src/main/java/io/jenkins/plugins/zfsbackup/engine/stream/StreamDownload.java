package io.jenkins.plugins.zfsbackup.engine.stream;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.UnexpectedException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.ListIterator;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Brings a stored stream back: the workers fetch and check volumes ahead, the caller's thread puts them together in
 * order. The raw stream goes on volume by volume, each after its hash agreed; the END record goes on last, when the
 * stream agrees with its own checksums and with the manifest.
 */
public final class StreamDownload {

    private final Workers workers;
    private final VolumeFormat.Decrypt decrypt;
    private final Watch watch;
    private final String label;

    /**
     * @param decrypt takes the content out of an encrypted volume
     * @param watch is told the raw bytes passed on so far
     */
    public StreamDownload(Workers workers, VolumeFormat.Decrypt decrypt, Watch watch) {
        this.workers = workers;
        this.decrypt = decrypt;
        this.watch = watch;
        this.label = watch.label();
    }

    /** Opens a volume by its name. */
    @FunctionalInterface
    public interface Source {
        /** The stored file from its first byte. */
        InputStream open(String volume) throws IOException;
    }

    /**
     * Writes the raw stream to a sink, which is flushed but not closed.
     *
     * @return what the stream says of itself
     * @throws IntegrityException if a volume or the stream is not what the manifest says; the sink has then not got the
     *     END record
     * @throws IOException what the sink throws, as it is
     */
    public SendStream fetch(Manifest manifest, Source source, OutputStream sink) throws IOException {
        Deque<CompletableFuture<RawVolume>> ahead = new ArrayDeque<>();
        ListIterator<Manifest.Volume> next = manifest.volumes().listIterator();
        CheckedOutput checked = new CheckedOutput(label, sink);
        long total = 0;
        try {
            while (next.hasNext() || !ahead.isEmpty()) {
                prefetch(next, ahead, source);
                try (RawVolume volume = join(ahead.remove())) {
                    watch.check();
                    volume.forEach(checked::accept);
                    total += volume.size();
                    watch.moved(total);
                }
            }
            SendStream stream = checked.finish();
            checkAgreement(manifest, stream);
            checked.release();
            return stream;
        } catch (InterruptedException e) {
            throw new InterruptedRunException(label, "the run was stopped", "");
        } finally {
            for (CompletableFuture<RawVolume> each : ahead) {
                each.handle((volume, failed) -> {
                            if (volume != null) {
                                volume.close();
                            }
                            return null;
                        })
                        .join();
            }
        }
    }

    /** Waits for memory only when nothing is under way: whoever could give some back is this thread. */
    private void prefetch(ListIterator<Manifest.Volume> next, Deque<CompletableFuture<RawVolume>> ahead, Source source)
            throws IntegrityException, InterruptedException {
        while (next.hasNext() && ahead.size() <= workers.threads()) {
            Manifest.Volume volume = next.next();
            int chunks = chunks(volume);
            Optional<Memory.Reservation> reservation = ahead.isEmpty()
                    ? Optional.of(workers.memory().reserve(chunks))
                    : workers.memory().tryReserve(chunks);
            if (reservation.isEmpty()) {
                next.previous();
                return;
            }
            ahead.add(workers.run(() -> fetch(volume, source, reservation.get())));
        }
    }

    private int chunks(Manifest.Volume volume) throws IntegrityException {
        long chunks = volume.rawBytes() / Memory.CHUNK + (volume.rawBytes() % Memory.CHUNK > 0 ? 1 : 0);
        if (chunks > workers.memory().chunks()) {
            throw new IntegrityException(
                    label,
                    "volume " + volume.name() + " would unpack to " + volume.rawBytes()
                            + " bytes, and this run may keep "
                            + (long) workers.memory().chunks() * Memory.CHUNK + " in memory",
                    Wording.MORE_MEMORY_TO_READ.text());
        }
        return (int) chunks;
    }

    private RawVolume fetch(Manifest.Volume volume, Source source, Memory.Reservation reservation) throws IOException {
        RawVolume raw = new RawVolume(reservation);
        boolean good = false;
        try {
            read(volume, source, raw);
            good = true;
            return raw;
        } finally {
            if (!good) {
                raw.close();
            }
        }
    }

    private void read(Manifest.Volume volume, Source source, RawVolume raw) throws IOException {
        try (HashedInput stored = new HashedInput(source.open(volume.name()), watch::check, volume.storedBytes())) {
            Throwable undecodable = null;
            try (InputStream decoded =
                    VolumeFormat.decode(volume.name(), volume.rawBytes(), stored.keptOpen(), decrypt)) {
                fill(raw, decoded, volume);
            } catch (RepositoryException | InterruptedRunException e) {
                throw e;
            } catch (IOException | RuntimeException e) {
                undecodable = e;
            }
            // The stored file's own hash tells best what is wrong: what was changed on storage rarely decodes.
            stored.drain();
            if (stored.longer()) {
                throw damaged(
                        volume,
                        "has more bytes in the repository than the " + volume.storedBytes() + " that were stored",
                        undecodable);
            }
            if (stored.bytes() != volume.storedBytes() || !stored.hash().equals(volume.storedSha256())) {
                throw damaged(
                        volume,
                        stored.bytes() != volume.storedBytes()
                                ? "has " + stored.bytes() + " bytes in the repository, " + volume.storedBytes()
                                        + " were stored"
                                : "has another SHA-256 in the repository than was stored",
                        undecodable);
            }
            if (undecodable instanceof BackupException e) {
                throw e;
            }
            if (undecodable != null) {
                throw damaged(volume, "can't be decoded: " + Reason.of(undecodable), undecodable);
            }
            if (raw.size() != volume.rawBytes() || !raw.sha256().equals(volume.rawSha256())) {
                throw damaged(volume, "decodes to something else than was stored", null);
            }
        }
    }

    private static void fill(RawVolume raw, InputStream decoded, Manifest.Volume volume) throws IOException {
        long limit = volume.rawBytes();
        while (raw.size() < limit) {
            if (raw.readFrom(decoded, limit) < 0) {
                return;
            }
        }
        if (decoded.read() >= 0) {
            throw new IOException("it decodes to more than " + limit + " bytes");
        }
    }

    private IntegrityException damaged(Manifest.Volume volume, String what, Throwable cause) {
        return new IntegrityException(
                label,
                "volume " + volume.name() + " " + what,
                "This backup can't be used as it is; verify the repository to see what can be restored.",
                cause);
    }

    private void checkAgreement(Manifest manifest, SendStream stream) throws IntegrityException {
        if (stream.toGuid() != manifest.stream().toGuid()
                || stream.fromGuid() != manifest.stream().fromGuid()) {
            throw new IntegrityException(
                    label,
                    "the stream leads from guid " + Long.toUnsignedString(stream.fromGuid()) + " to "
                            + Long.toUnsignedString(stream.toGuid()) + ", the manifest says from "
                            + Long.toUnsignedString(manifest.stream().fromGuid()) + " to "
                            + Long.toUnsignedString(manifest.stream().toGuid()),
                    "The manifest is not this stream's.");
        }
    }

    private RawVolume join(CompletableFuture<RawVolume> future) throws IOException {
        try {
            return future.join();
        } catch (CompletionException | CancellationException e) {
            throw UnexpectedException.of(label, e);
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.stream;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** Reads stored volumes and compares their hashes: all that can be known of them without a secret key. */
public final class VolumeCheck {

    private final Workers workers;
    private final String label;
    private volatile boolean cancelled;

    /** @param label names the backup in messages */
    public VolumeCheck(Workers workers, String label) {
        this.workers = workers;
        this.label = label;
    }

    /** Ends the check from another thread; {@link #run} then throws an {@link InterruptedRunException}. */
    public void cancel() {
        cancelled = true;
    }

    /**
     * Checks volumes, several at once.
     *
     * @param progress gets the stored bytes read so far
     * @return the stored bytes read
     * @throws IntegrityException naming a volume that is not what was stored
     */
    public long run(List<Manifest.Volume> volumes, StreamDownload.Source source, LongConsumer progress)
            throws IOException {
        AtomicLong total = new AtomicLong();
        List<CompletableFuture<Void>> checks = new ArrayList<>();
        for (Manifest.Volume volume : volumes) {
            checks.add(workers.run(() -> {
                check(volume, source);
                progress.accept(total.addAndGet(volume.storedBytes()));
                return null;
            }));
        }
        try {
            checks.forEach(CompletableFuture::join);
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw e;
        } finally {
            checks.forEach(each -> each.handle((done, failed) -> null).join());
        }
        return total.get();
    }

    /** Checks one volume on the caller's thread. */
    void check(Manifest.Volume volume, StreamDownload.Source source) throws IOException {
        MessageDigest hash = Hashes.sha256();
        long bytes = 0;
        checkCancelled();
        try (InputStream in = source.open(volume.name())) {
            byte[] buffer = new byte[1 << 18];
            for (int read; (read = in.read(buffer)) >= 0; bytes += read) {
                checkCancelled();
                hash.update(buffer, 0, read);
            }
        }
        if (bytes != volume.storedBytes() || !Hashes.hex(hash).equals(volume.storedSha256())) {
            throw new IntegrityException(
                    label,
                    "volume " + volume.name()
                            + (bytes != volume.storedBytes()
                                    ? " has " + bytes + " bytes instead of " + volume.storedBytes()
                                    : " has another SHA-256 than was stored"),
                    "");
        }
    }

    private void checkCancelled() throws InterruptedRunException {
        if (cancelled) {
            throw new InterruptedRunException(label, "the run was stopped", "");
        }
    }
}

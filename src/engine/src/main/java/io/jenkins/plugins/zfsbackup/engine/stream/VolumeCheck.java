package io.jenkins.plugins.zfsbackup.engine.stream;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.UnexpectedException;
import java.io.IOException;
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
            throw UnexpectedException.of(label, e);
        } finally {
            checks.forEach(each -> each.handle((done, failed) -> null).join());
        }
        return total.get();
    }

    /** Checks one volume on the caller's thread. */
    void check(Manifest.Volume volume, StreamDownload.Source source) throws IOException {
        checkCancelled();
        try (HashedInput in = new HashedInput(source.open(volume.name()), this::checkCancelled, volume.storedBytes())) {
            byte[] buffer = new byte[1 << 18];
            int read;
            do {
                read = in.read(buffer);
            } while (read >= 0);
            if (in.longer()) {
                throw differs(volume, "has more than the " + volume.storedBytes() + " bytes that were stored");
            }
            if (in.bytes() != volume.storedBytes()) {
                throw differs(volume, "has " + in.bytes() + " bytes instead of " + volume.storedBytes());
            }
            if (!in.hash().equals(volume.storedSha256())) {
                throw differs(volume, "has another SHA-256 than was stored");
            }
        }
    }

    private IntegrityException differs(Manifest.Volume volume, String how) {
        return new IntegrityException(label, "volume " + volume.name() + " " + how, "");
    }

    private void checkCancelled() throws InterruptedRunException {
        if (cancelled) {
            throw new InterruptedRunException(label, "the run was stopped", "");
        }
    }
}

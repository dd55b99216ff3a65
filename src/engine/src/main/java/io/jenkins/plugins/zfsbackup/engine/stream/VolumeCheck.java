package io.jenkins.plugins.zfsbackup.engine.stream;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.UnexpectedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;

/** Reads stored volumes and compares their hashes: all that can be known of them without a secret key. */
public final class VolumeCheck {

    private final Workers workers;
    private final Watch watch;

    /** @param watch is told the stored bytes read so far */
    public VolumeCheck(Workers workers, Watch watch) {
        this.workers = workers;
        this.watch = watch;
    }

    /**
     * Checks volumes, several at once.
     *
     * @return the stored bytes read
     * @throws IntegrityException naming a volume that is not what was stored
     */
    public long run(List<Manifest.Volume> volumes, StreamDownload.Source source) throws IOException {
        AtomicLong total = new AtomicLong();
        List<CompletableFuture<Void>> checks = new ArrayList<>();
        for (Manifest.Volume volume : volumes) {
            checks.add(workers.run(() -> {
                check(volume, source);
                watch.moved(total.addAndGet(volume.storedBytes()));
                return null;
            }));
        }
        try {
            checks.forEach(CompletableFuture::join);
        } catch (CompletionException e) {
            throw UnexpectedException.of(watch.label(), e);
        } finally {
            checks.forEach(each -> each.handle((done, failed) -> null).join());
        }
        return total.get();
    }

    /** Checks one volume on the caller's thread. */
    void check(Manifest.Volume volume, StreamDownload.Source source) throws IOException {
        watch.check();
        try (HashedInput in = new HashedInput(source.open(volume.name()), watch::check, volume.storedBytes())) {
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
        return new IntegrityException(watch.label(), "volume " + volume.name() + " " + how, "");
    }
}

package io.jenkins.plugins.zfsbackup.engine.stream;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.protocol.Layout;
import io.jenkins.plugins.zfsbackup.engine.repository.LegacyFile;
import io.jenkins.plugins.zfsbackup.engine.repository.LegacyLayout;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStream;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStreamReader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Reads what an old script has stored. There is no hash to hold it against, so that the whole file is read once to see
 * whether it is a good stream to its END, and then again to be restored; the second time it must be the same file,
 * which its hash of the first time tells before the END record goes on.
 */
public final class LegacyDownload {

    private static final String NEXT =
            "A script that dies leaves such files. Restore from another backup: verify tells which are good.";

    private final Repository repository;
    private final VolumeFormat.Decrypt decrypt;
    private final String label;
    private final LongConsumer progress;
    private volatile boolean cancelled;

    /**
     * @param decrypt takes the content out of an encrypted file
     * @param label names the stream in messages
     * @param progress gets the raw bytes read so far
     */
    public LegacyDownload(Repository repository, VolumeFormat.Decrypt decrypt, String label, LongConsumer progress) {
        this.repository = repository;
        this.decrypt = decrypt;
        this.label = label;
        this.progress = progress;
    }

    /**
     * A file that was read and found good.
     *
     * @param file which
     * @param stream what the stream in it is
     * @param storedBytes bytes of the file
     * @param sha256 of the file
     */
    public record Checked(LegacyFile file, SendStream stream, long storedBytes, String sha256) {}

    /** Ends the reading from another thread. */
    public void cancel() {
        cancelled = true;
    }

    /**
     * Reads a file to its end.
     *
     * @throws IntegrityException if it is cut or damaged anywhere
     */
    public Checked check(LegacyFile file) throws IOException {
        return read(file, (bytes, offset, length) -> {});
    }

    /**
     * Looks, without any key, whether an encrypted file is whole as far as its outside tells. The stream in it may be
     * cut all the same: a script does not notice when {@code zfs send} dies.
     *
     * @return the bytes of the file
     * @throws IntegrityException if it is cut
     */
    public long checkOutside(LegacyFile file) throws IOException {
        try (HashedInput stored = new HashedInput(repository.legacy(file), this::checkCancelled, file.size())) {
            OpenPgpFrames.walk(new BufferedInputStream(stored, 1 << 16));
            checkLength(file, stored);
            return stored.bytes();
        } catch (IOException | RuntimeException e) {
            throw explained(file, e);
        }
    }

    /**
     * Writes a file's raw stream to a sink, which is flushed but not closed.
     *
     * @throws IntegrityException if the file is not what was checked any more; the sink has then not got the END record
     */
    public void fetch(Checked checked, OutputStream sink) throws IOException {
        HeldBack held = new HeldBack(sink);
        Checked again = read(checked.file(), held::accept);
        if (!again.sha256().equals(checked.sha256())) {
            throw new IntegrityException(
                    label,
                    checked.file().path() + " was changed between being checked and being restored",
                    "Restore again when nothing writes there.");
        }
        held.release();
    }

    private interface Sink {
        void accept(byte[] bytes, int offset, int length) throws IOException;
    }

    private Checked read(LegacyFile file, Sink sink) throws IOException {
        SendStreamReader reader = new SendStreamReader(label + ", " + file.path());
        try (HashedInput stored = new HashedInput(repository.legacy(file), this::checkCancelled, file.size())) {
            try (InputStream raw = open(file, stored)) {
                byte[] buffer = new byte[1 << 17];
                long total = 0;
                for (int read; (read = decoded(file, stored, raw, buffer)) >= 0; ) {
                    reader.accept(buffer, 0, read);
                    sink.accept(buffer, 0, read);
                    total += read;
                    progress.accept(total);
                }
            }
            SendStream stream = reader.finish();
            stored.drain();
            checkLength(file, stored);
            return new Checked(file, stream, stored.bytes(), stored.hash());
        }
    }

    private void checkLength(LegacyFile file, HashedInput stored) throws IOException {
        if (stored.longer()) {
            throw new IntegrityException(
                    label,
                    file.path() + " has more than the " + file.size() + " bytes that it had when it was listed",
                    "Try again when nothing writes there.");
        }
    }

    private void checkCancelled() throws InterruptedRunException {
        if (cancelled) {
            throw new InterruptedRunException(label, "the run was stopped", "");
        }
    }

    private InputStream open(LegacyFile file, HashedInput stored) throws IOException {
        try {
            return LegacyLayout.of(file.name().layout()).decode(stored.keptOpen(), decrypt::from);
        } catch (IOException | RuntimeException e) {
            throw explained(file, e);
        }
    }

    private int decoded(LegacyFile file, HashedInput stored, InputStream raw, byte[] buffer) throws IOException {
        try {
            return raw.read(buffer);
        } catch (IOException | RuntimeException e) {
            checkLength(file, stored);
            throw explained(file, e);
        }
    }

    private IOException explained(LegacyFile file, Exception e) {
        if (e instanceof RepositoryException || e instanceof InterruptedRunException || e instanceof UsageException) {
            return (IOException) e;
        }
        String doing = label + ", " + file.path();
        if (e instanceof IntegrityException known) {
            return new IntegrityException(doing, known.said(), NEXT, known);
        }
        String format = file.name().layout() == Layout.MEMBER_GZIP ? "gzip" : "OpenPGP";
        return new IntegrityException(
                doing, "the " + format + " file is cut or damaged (" + Reason.of(e) + ")", NEXT, e);
    }

    /** Keeps the last bytes, among which is the END record, until they are let go. */
    private static final class HeldBack {
        /** The last two records of a package are ENDs, of 312 bytes each. */
        private static final int KEPT = 2 * 312;

        private final OutputStream sink;
        private byte[] tail = new byte[0];

        HeldBack(OutputStream sink) {
            this.sink = sink;
        }

        void accept(byte[] bytes, int offset, int length) throws IOException {
            int pass = Math.max(0, tail.length + length - KEPT);
            int fromTail = Math.min(pass, tail.length);
            int fromBytes = pass - fromTail;
            sink.write(tail, 0, fromTail);
            sink.write(bytes, offset, fromBytes);
            byte[] kept = Arrays.copyOfRange(tail, fromTail, tail.length + length - fromBytes);
            System.arraycopy(bytes, offset + fromBytes, kept, tail.length - fromTail, length - fromBytes);
            tail = kept;
        }

        void release() throws IOException {
            sink.write(tail);
            tail = new byte[0];
            sink.flush();
        }
    }
}

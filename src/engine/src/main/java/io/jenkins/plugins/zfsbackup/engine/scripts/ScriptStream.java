package io.jenkins.plugins.zfsbackup.engine.scripts;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Guid;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.SnapshotId;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.repository.BackupProblem;
import io.jenkins.plugins.zfsbackup.engine.run.ReadKeys;
import io.jenkins.plugins.zfsbackup.engine.run.Receivable;
import io.jenkins.plugins.zfsbackup.engine.run.StoredStream;
import io.jenkins.plugins.zfsbackup.engine.run.Subset;
import io.jenkins.plugins.zfsbackup.engine.run.Transfer;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStream;
import io.jenkins.plugins.zfsbackup.engine.stream.CheckedOutput;
import io.jenkins.plugins.zfsbackup.engine.stream.HashedInput;
import io.jenkins.plugins.zfsbackup.engine.stream.VolumeFormat;
import io.jenkins.plugins.zfsbackup.engine.stream.Watch;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/**
 * The stream in a script's file. There is no hash to hold it against, so that the whole file is read once to see whether
 * it is a good stream to its END, and then again to be restored; the second time it must be the same file, which its
 * hash of the first time tells before the END record goes on.
 */
final class ScriptStream implements StoredStream {

    private static final String NEXT =
            "A script that dies leaves such files. Restore from another backup: verify tells which are good.";

    private final ScriptFiles files;
    private final ScriptFile file;
    private final StoredBackup backup;
    private final ReadKeys readKeys;
    /** What was found when it was read as a whole. */
    private Optional<Checked> checked = Optional.empty();

    /** @param backup what it was listed as */
    ScriptStream(ScriptFiles files, ScriptFile file, StoredBackup backup, ReadKeys readKeys) {
        this.files = files;
        this.file = file;
        this.backup = backup;
        this.readKeys = readKeys;
    }

    /**
     * What reading the file has shown.
     *
     * @param stream what is in it
     * @param storedBytes of the file
     * @param sha256 of the file
     */
    record Checked(SendStream stream, long storedBytes, String sha256) {}

    @Override
    public Optional<BackupProblem> problem() {
        return isUnsigned() ? Optional.of(new BackupProblem(unsigned("").said(), false)) : Optional.empty();
    }

    private boolean isUnsigned() {
        return readKeys.verify().isPresent() && !file.layout().encrypted();
    }

    private IntegrityException unsigned(String doing) {
        return new IntegrityException(
                doing,
                file.id() + " was stored by an old script that signed nothing",
                Wording.SCRIPT_DID_NOT_SIGN.text());
    }

    @Override
    public boolean signed() {
        return false;
    }

    @Override
    public Optional<String> objection() {
        return Optional.empty();
    }

    @Override
    public void requireKey(String doing) throws BackupException {
        key(doing);
    }

    private VolumeFormat.Decrypt key(String doing) throws BackupException {
        if (isUnsigned()) {
            throw unsigned(doing);
        }
        if (!file.layout().encrypted()) {
            return message -> message;
        }
        return readKeys.decryptSigned()
                .orElseThrow(() -> new UsageException(
                        doing,
                        file.id() + " is encrypted, and no decryption key was given",
                        Wording.NO_DECRYPTION_KEY.text()));
    }

    /**
     * Of an encrypted file without the key, what its outside tells. The stream in it may be cut all the same: a script
     * does not notice when {@code zfs send} dies.
     */
    @Override
    public long checkStored(Subset subset, Transfer transfer) throws IOException {
        if (!file.layout().encrypted()) {
            return checkContent(subset, transfer);
        }
        if (!subset.has(file.path())) {
            return 0;
        }
        transfer.begin(0);
        try (HashedInput stored = stored(transfer)) {
            OpenPgpFrames.walk(new BufferedInputStream(stored, 1 << 16));
            checkLength(stored, transfer);
            return stored.bytes();
        } catch (IOException | RuntimeException e) {
            throw explained(e, transfer);
        }
    }

    @Override
    public long checkContent(Subset subset, Transfer transfer) throws IOException {
        if (!subset.has(file.path())) {
            return 0;
        }
        Checked found = checkWhole(transfer);
        requireAsListed(found.stream(), transfer.label());
        Receivable.require(found.stream(), transfer.label());
        return found.storedBytes();
    }

    /** Reads it to its end. */
    Checked checkWhole(Transfer transfer) throws IOException {
        VolumeFormat.Decrypt key = key(transfer.label());
        transfer.begin(0);
        return read(key, transfer, OutputStream.nullOutputStream());
    }

    @Override
    public Optional<String> prepare(Transfer transfer) throws IOException {
        checked = Optional.of(checkWhole(transfer));
        requireAsListed(checked.get().stream(), transfer.label());
        return Receivable.objection(checked.get().stream());
    }

    /** What was {@linkplain #prepare prepared}. */
    @Override
    public Content open() {
        Checked before = checked.orElseThrow();
        return new Content() {
            @Override
            public List<SnapshotId> snapshots() {
                return StreamInside.of(before.stream()).snapshots();
            }

            @Override
            public long rawBytes() {
                return before.stream().bytes();
            }

            @Override
            public void writeTo(OutputStream sink, Transfer transfer) throws IOException {
                fetch(before, key(transfer.label()), transfer, sink);
            }
        };
    }

    void fetch(Checked before, VolumeFormat.Decrypt key, Watch watch, OutputStream sink) throws IOException {
        CheckedOutput output = new CheckedOutput(watch.label() + ", " + file.path(), sink);
        if (!read(key, watch, output).sha256().equals(before.sha256())) {
            throw new IntegrityException(
                    watch.label(),
                    file.path() + " was changed between being checked and being restored",
                    "Restore again when nothing writes there.");
        }
        output.release();
    }

    Checked read(VolumeFormat.Decrypt key, Watch watch, OutputStream sink) throws IOException {
        return read(key, watch, new CheckedOutput(watch.label() + ", " + file.path(), sink));
    }

    private Checked read(VolumeFormat.Decrypt key, Watch watch, CheckedOutput output) throws IOException {
        try (HashedInput stored = stored(watch)) {
            try (InputStream raw = decoded(stored, key, watch)) {
                byte[] buffer = new byte[1 << 17];
                long total = 0;
                for (int read; (read = read(raw, buffer, stored, watch)) >= 0; ) {
                    output.accept(buffer, 0, read);
                    total += read;
                    watch.moved(total);
                }
            }
            SendStream stream = output.finish();
            stored.drain();
            checkLength(stored, watch);
            return new Checked(stream, stored.bytes(), stored.hash());
        }
    }

    private HashedInput stored(Watch watch) throws BackupException {
        return new HashedInput(files.storage().read(file.path()), watch::check, file.size());
    }

    private void checkLength(HashedInput stored, Watch watch) throws IOException {
        if (stored.longer()) {
            throw new IntegrityException(
                    watch.label(),
                    file.path() + " has more than the " + file.size() + " bytes that it had when it was listed",
                    "Try again when nothing writes there.");
        }
    }

    private InputStream decoded(HashedInput stored, VolumeFormat.Decrypt key, Watch watch) throws IOException {
        try {
            return file.layout().decode(stored.keptOpen(), key);
        } catch (IOException | RuntimeException e) {
            throw explained(e, watch);
        }
    }

    private int read(InputStream raw, byte[] buffer, HashedInput stored, Watch watch) throws IOException {
        try {
            return raw.read(buffer);
        } catch (IOException | RuntimeException e) {
            checkLength(stored, watch);
            throw explained(e, watch);
        }
    }

    private IOException explained(Exception e, Watch watch) {
        if (e instanceof RepositoryException || e instanceof InterruptedRunException || e instanceof UsageException) {
            return (IOException) e;
        }
        String doing = watch.label() + ", " + file.path();
        if (e instanceof IntegrityException known) {
            return new IntegrityException(doing, known.said(), NEXT, known);
        }
        String format = file.layout().encrypted() ? "OpenPGP" : "gzip";
        return new IntegrityException(
                doing, "the " + format + " file is cut or damaged (" + Reason.of(e) + ")", NEXT, e);
    }

    /**
     * Holds what is in it against what it is listed as. Guids that are not known decide nothing.
     *
     * @throws IntegrityException if the stream leads from or to another snapshot
     */
    private void requireAsListed(SendStream stream, String doing) throws IntegrityException {
        boolean from = backup.base().isEmpty()
                ? stream.fromGuid() == 0
                : stream.fromGuid() != 0 && agrees(backup.base().get(), stream.fromGuid());
        if (!from) {
            throw differs(doing, "starts from guid " + Guid.format(stream.fromGuid()), backup.base());
        }
        if (!agrees(backup.snapshot(), stream.toGuid())) {
            throw differs(doing, "leads to guid " + Guid.format(stream.toGuid()), Optional.of(backup.snapshot()));
        }
    }

    private static boolean agrees(SnapshotId listed, long guid) {
        return !listed.guidKnown() || listed.guid() == guid;
    }

    private static IntegrityException differs(String doing, String said, Optional<SnapshotId> listed) {
        return new IntegrityException(
                doing,
                "the stream in it " + said + ", and not "
                        + listed.map(id -> "@" + id.name() + (id.guidKnown() ? ", guid " + id.guidText() : ""))
                                .orElse("from nothing"),
                "The script has told snapshots by their names, and this one was replaced by another of the same name.");
    }
}

package io.jenkins.plugins.zfsbackup.engine.scripts;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.StoredBackup;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.run.NamedStep;
import io.jenkins.plugins.zfsbackup.engine.run.NewBackup;
import io.jenkins.plugins.zfsbackup.engine.run.StreamContext;
import io.jenkins.plugins.zfsbackup.engine.run.StreamSettings;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStream;
import io.jenkins.plugins.zfsbackup.engine.sendstream.SendStreamReader;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.StoragePath;
import io.jenkins.plugins.zfsbackup.engine.storage.StoredFile;
import io.jenkins.plugins.zfsbackup.engine.storage.Upload;
import io.jenkins.plugins.zfsbackup.engine.stream.StreamUpload;
import io.jenkins.plugins.zfsbackup.engine.stream.Watch;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A file that is being stored as a script would have stored it, but so that it is there as a whole or not at all: under
 * a name that the script does not look at, until a rename gives it its own. It is stored in one pass, without keeping
 * anything in memory, so that a connection that is lost for good costs the whole file.
 */
final class ScriptBackup implements NewBackup {

    private static final String PARTIAL = ".partial-";

    /**
     * The name of an unfinished file: hidden from ls, by which the one script lists; and without an @, by which the
     * other one chooses.
     */
    static final Pattern UNFINISHED = Pattern.compile("\\.([^@]+)" + Pattern.quote(PARTIAL) + "[0-9a-f]+");

    private final Storage storage;
    private final StreamSettings settings;
    private final ScriptLayout layout;
    private final StreamContext context;
    private final Watch watch;
    private final String path;
    private final String directory;
    private final String partial;
    private volatile Runnable stop = () -> {};
    private volatile boolean cancelled;
    private SendStream stream;
    private long storedBytes;

    /** @throws UsageException if the layout has no place for it */
    ScriptBackup(
            Repository repository, StreamSettings settings, ScriptLayout layout, StreamContext context, Watch watch)
            throws UsageException {
        this.storage = repository.storage();
        this.settings = settings;
        this.layout = layout;
        this.context = context;
        this.watch = watch;
        NamedStep named = context.named();
        this.path =
                layout.path(context.dataset().name(), named.step().snapshot().name(), named.baseName());
        this.directory = StoragePath.parent(path);
        this.partial = StoragePath.child(
                directory, "." + context.dataset().name().belowPool() + PARTIAL + repository.randomName());
    }

    @Override
    public SendStream store(StreamUpload.Producer producer) throws IOException {
        stop = producer::kill;
        SendStreamReader reader = new SendStreamReader(watch.label());
        if (!directory.isEmpty()) {
            storage.makeDirectories(directory);
        }
        try (Upload upload = storage.write(partial)) {
            try (OutputStream encoded = settings.format().around(upload)) {
                InputStream in = producer.output();
                byte[] buffer = new byte[1 << 17];
                long total = 0;
                for (int read; (read = in.read(buffer)) >= 0; ) {
                    checkCancelled();
                    reader.accept(buffer, 0, read);
                    StreamUpload.requireReceivable(reader, watch.label());
                    encoded.write(buffer, 0, read);
                    total += read;
                    watch.moved(total);
                }
            }
            checkCancelled();
            // The producer's own words come first: a stream that it cut is its failure, not the stream's.
            producer.finish();
            stream = reader.finish();
            storedBytes = upload.finish();
            return stream;
        } catch (IOException e) {
            checkCancelled();
            throw e;
        } finally {
            producer.kill();
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        stop.run();
    }

    private void checkCancelled() throws InterruptedRunException {
        if (cancelled) {
            throw new InterruptedRunException(
                    watch.label(), "the run was stopped", "Run again; nothing half-done is left as a backup.");
        }
    }

    @Override
    public StoredBackup publish() throws BackupException {
        requireAllThere();
        try {
            storage.rename(partial, path);
        } catch (RepositoryException e) {
            if (e.kind() == RepositoryException.Kind.EXISTS) {
                throw new RepositoryException(
                        e.kind(),
                        watch.label(),
                        "a file of that name has come into being meanwhile, probably by the old script",
                        "Nothing was changed. Run again; let only one of the two run at a time.",
                        e);
            }
            throw e;
        }
        NamedStep named = context.named();
        return new StoredBackup(
                named.id(),
                named.step().kind(),
                named.step().snapshot(),
                named.base(),
                named.step().between(),
                stream.bytes(),
                storedBytes,
                1,
                layout.layout(),
                context.dataset().guid(),
                0);
    }

    private void requireAllThere() throws BackupException {
        Optional<StoredFile> there = storage.stat(partial);
        if (there.isEmpty() || there.get().size() != storedBytes) {
            throw new IntegrityException(
                    "publishing " + context.dataset().name() + ", file " + path,
                    "the server holds "
                            + there.map(file -> file.size() + " bytes").orElse("nothing") + ", " + storedBytes
                            + " bytes were sent",
                    "Nothing was published. Run again; if it stays so, look at the server's disk.");
        }
    }

    /** The stream is made in one pass, from its beginning. */
    @Override
    public boolean resumable() {
        return false;
    }

    @Override
    public void abandon() throws BackupException {
        storage.deleteFile(partial);
    }
}

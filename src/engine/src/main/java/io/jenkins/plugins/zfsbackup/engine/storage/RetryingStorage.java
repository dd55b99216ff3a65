package io.jenkins.plugins.zfsbackup.engine.storage;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Repeats what a lost connection has cut, after pauses that double, for as long as it is patient.
 *
 * <p>A call that was cut may have been carried out all the same. A repeated call therefore looks whether its work is
 * already done before it reports that a name is taken or missing.
 *
 * <p>A storage that was never {@linkplain Storage#reached reached} is not waited for. One that was reached, but has not
 * yet listed a directory or taken a file, has to do so within the time of a first answer.
 */
public final class RetryingStorage extends ForwardingStorage {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final long LONGEST_PAUSE_MILLIS = 15_000;

    /** How often a file is sent, however long each time takes: a link may be too bad for it. */
    private static final int MOST_WRITES = 4;

    private final Storage storage;
    private final Duration firstAnswer;
    private final Duration patience;
    private final Duration firstPause;
    private final AtomicLong firstUse = new AtomicLong();
    private volatile boolean proven;
    private boolean hurried;

    /**
     * Takes a storage over, which is closed with this one.
     *
     * @param firstAnswer for how long after the first call a storage is retried that has done nothing useful yet
     * @param patience for how long a call is repeated, and for how long a read waits that has lost its connection
     */
    public RetryingStorage(Storage storage, Duration firstAnswer, Duration patience) {
        this(storage, firstAnswer, patience, FIRST_PAUSE);
    }

    RetryingStorage(Storage storage, Duration firstAnswer, Duration patience, Duration firstPause) {
        super(storage);
        this.storage = storage;
        this.firstAnswer = firstAnswer;
        this.patience = patience;
        this.firstPause = firstPause;
    }

    /** A call that may have to be made several times. */
    @FunctionalInterface
    private interface Call<T> {
        /** @param again whether an earlier try was cut, and may or may not have been carried out */
        T make(boolean again) throws IOException;
    }

    /** One effort: the tries of one call. */
    private final class Effort {
        private final long began = System.nanoTime();
        private long pause = firstPause.toMillis();

        /** Waits for the next try, or throws the failure again if there is to be none. */
        void after(RepositoryException failure) throws BackupException {
            if (!failure.outOfReach() || !worthWaiting(began)) {
                throw failure;
            }
            pause(pause);
            pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
        }
    }

    private <T> T retry(Call<T> call) throws BackupException {
        firstUse.compareAndSet(0, System.nanoTime());
        Effort effort = new Effort();
        for (boolean again = false; ; again = true) {
            try {
                return call.make(again);
            } catch (RepositoryException e) {
                effort.after(e);
            } catch (BackupException e) {
                throw e;
            } catch (IOException e) {
                throw new IllegalStateException("a storage has no other failures", e);
            }
        }
    }

    /** What is done when a repeated call finds a name taken or missing: the earlier try may have done the work. */
    @FunctionalInterface
    private interface Verb {
        void run() throws BackupException;
    }

    /** Whether the work of a call is done. */
    @FunctionalInterface
    private interface Outcome {
        boolean done() throws BackupException;
    }

    private void retry(Verb verb, Outcome outcome) throws BackupException {
        retry(again -> {
            try {
                verb.run();
            } catch (RepositoryException e) {
                boolean names = e.kind() == Kind.EXISTS || e.kind() == Kind.MISSING || e.kind() == Kind.FAILED;
                if (!again || !names || !outcome.done()) {
                    throw e;
                }
            }
            return true;
        });
    }

    private boolean worthWaiting(long since) {
        long now = System.nanoTime();
        return mayWait()
                && (proven
                        ? now - since < patience.toNanos()
                        : storage.reached() && now - firstUse.get() < firstAnswer.toNanos());
    }

    private synchronized boolean mayWait() {
        return !hurried && !patience.isZero();
    }

    private synchronized void pause(long millis) throws InterruptedRunException {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        try {
            for (long left = millis;
                    left > 0 && !hurried;
                    left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime())) {
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedRunException("waiting for " + address(), "the wait was interrupted", "", e);
        }
    }

    @Override
    public Optional<List<StoredFile>> list(String directory) throws BackupException {
        Optional<List<StoredFile>> entries = retry(again -> storage.list(directory));
        proven = true;
        return entries;
    }

    @Override
    public Optional<StoredFile> stat(String path) throws BackupException {
        return retry(again -> storage.stat(path));
    }

    @Override
    public String realPath(String directory) throws BackupException {
        return retry(again -> storage.realPath(directory));
    }

    /** {@inheritDoc} After a cut the read goes on where it was. */
    @Override
    public Download read(String path, long offset) throws BackupException {
        return new Resumed(path, offset, retry(again -> storage.read(path, offset)));
    }

    /** {@inheritDoc} The content of such a file is sent once; a cut ends it as out of reach. */
    @Override
    public Upload write(String path) throws BackupException {
        return new Proving(retry(again -> create(path, again)));
    }

    private Upload create(String path, boolean again) throws BackupException {
        try {
            return storage.write(path);
        } catch (RepositoryException e) {
            boolean madeByTryBefore = again
                    && e.kind() == Kind.EXISTS
                    && storage.stat(path)
                            .filter(is -> !is.directory() && is.size() == 0)
                            .isPresent();
            if (!madeByTryBefore) {
                throw e;
            }
            storage.deleteFile(path);
            return storage.write(path);
        }
    }

    /** {@inheritDoc} A file that was cut is sent again from its first byte, {@value #MOST_WRITES} times at most. */
    @Override
    public long write(String path, Content content) throws IOException {
        for (int tries = 1; ; tries++) {
            Upload upload = write(path);
            try (upload) {
                content.writeTo(upload);
                return upload.finish();
            } catch (RepositoryException e) {
                if (!e.outOfReach() || tries == MOST_WRITES || !mayWait()) {
                    throw e;
                }
            }
            deleteFile(path);
        }
    }

    @Override
    public void makeDirectory(String path) throws BackupException {
        // Made once more, because the try that was cut may not have come to its mode.
        retry(() -> storage.makeDirectory(path), () -> {
            boolean empty = storage.list(path).map(List::isEmpty).orElse(false);
            if (empty) {
                storage.deleteDirectory(path);
                storage.makeDirectory(path);
            }
            return empty;
        });
    }

    @Override
    public void rename(String from, String to) throws BackupException {
        retry(() -> storage.rename(from, to), () -> hasMoved(from, to));
    }

    @Override
    public void replace(String from, String to) throws BackupException {
        retry(() -> storage.replace(from, to), () -> hasMoved(from, to));
    }

    private boolean hasMoved(String from, String to) throws BackupException {
        return storage.stat(from).isEmpty() && storage.stat(to).isPresent();
    }

    @Override
    public void deleteFile(String path) throws BackupException {
        retry(again -> {
            storage.deleteFile(path);
            return true;
        });
    }

    @Override
    public void deleteDirectory(String path) throws BackupException {
        retry(again -> {
            storage.deleteDirectory(path);
            return true;
        });
    }

    @Override
    public OptionalLong free() throws BackupException {
        return retry(again -> storage.free());
    }

    @Override
    public List<String> capabilities() throws BackupException {
        return retry(again -> storage.capabilities());
    }

    @Override
    public void stopWaiting() {
        endPauses();
        storage.stopWaiting();
    }

    @Override
    public void stop() {
        endPauses();
        storage.stop();
    }

    @Override
    public void close() {
        endPauses();
        storage.close();
    }

    private synchronized void endPauses() {
        hurried = true;
        notifyAll();
    }

    /** An upload whose good end shows that the storage works. */
    private final class Proving extends Upload {
        private final Upload upload;

        Proving(Upload upload) {
            this.upload = upload;
        }

        @Override
        public void write(int b) throws IOException {
            upload.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            upload.write(bytes, offset, length);
        }

        @Override
        public long finish() throws IOException {
            long bytes = upload.finish();
            proven = true;
            return bytes;
        }

        @Override
        public void close() {
            upload.close();
        }
    }

    /** A download that goes on on another connection when one is lost. */
    private final class Resumed extends Download {
        private final String path;
        private final long size;
        private volatile Download download;
        private long at;
        private volatile boolean closed;

        Resumed(String path, long offset, Download download) {
            this.path = path;
            this.at = offset;
            this.download = download;
            this.size = download.size();
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            while (true) {
                try {
                    int read = download.read(bytes, offset, length);
                    at += Math.max(0, read);
                    return read;
                } catch (RepositoryException e) {
                    if (closed) {
                        throw e;
                    }
                    resume(e);
                }
            }
        }

        private void resume(RepositoryException lost) throws IOException {
            new Effort().after(lost);
            download.close();
            download = retry(again -> storage.read(path, at));
            if (closed) {
                download.close();
                throw lost;
            }
            if (download.size() != size) {
                throw new RepositoryException(
                        Kind.FAILED, "reading " + path + " in " + address(), "it changed while it was read", "");
            }
        }

        @Override
        public void close() throws IOException {
            closed = true;
            download.close();
        }
    }
}

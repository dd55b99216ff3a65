package io.jenkins.plugins.zfsbackup.engine.storage;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException.Kind;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** A storage behind a bad line: the first tries of each call are cut, before or after they are carried out. */
final class CutStorage extends ForwardingStorage {

    /** Where a call is cut. */
    enum Where {
        /** On the way there. */
        BEFORE,
        /** On the way back: the work is done, and nobody heard of it. */
        AFTER
    }

    private final Where where;
    private final int times;
    private final Predicate<String> verbs;
    private final Map<String, Integer> cuts = new HashMap<>();
    private boolean reached = true;

    /**
     * @param times how often each call of a verb with the same arguments is cut
     * @param verbs which verbs are cut
     */
    CutStorage(Storage storage, Where where, int times, Predicate<String> verbs) {
        super(storage);
        this.where = where;
        this.times = times;
        this.verbs = verbs;
    }

    CutStorage neverReached() {
        reached = false;
        return this;
    }

    /** How often a verb was cut. */
    synchronized int cuts(String verb) {
        return cuts.entrySet().stream()
                .filter(each -> each.getKey().startsWith(verb + " "))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    @FunctionalInterface
    private interface Work<T> {
        T run() throws BackupException;
    }

    @FunctionalInterface
    private interface Step {
        void run() throws BackupException;
    }

    private <T> T cut(String verb, String arguments, Work<T> work) throws BackupException {
        boolean now;
        synchronized (this) {
            now = verbs.test(verb) && cuts.merge(verb + " " + arguments, 1, Integer::sum) <= times;
        }
        if (now && where == Where.BEFORE) {
            throw lost(verb);
        }
        T answer = work.run();
        if (now) {
            throw lost(verb);
        }
        return answer;
    }

    private void cut(String verb, String arguments, Step step) throws BackupException {
        cut(verb, arguments, () -> {
            step.run();
            return true;
        });
    }

    /** What a verb ends with that is cut. */
    static RepositoryException lost(String verb) {
        return new RepositoryException(Kind.OUT_OF_REACH, verb, "the connection is lost", "");
    }

    @Override
    public boolean reached() {
        return reached;
    }

    @Override
    public Optional<List<StoredFile>> list(String directory) throws BackupException {
        return cut("list", directory, () -> super.list(directory));
    }

    @Override
    public Optional<StoredFile> stat(String path) throws BackupException {
        return cut("stat", path, () -> super.stat(path));
    }

    @Override
    public String realPath(String directory) throws BackupException {
        return cut("realPath", directory, () -> super.realPath(directory));
    }

    /** The content of a file is cut after each byte, so often. */
    @Override
    public Download read(String path, long offset) throws BackupException {
        Download download = cut("read", path, () -> super.read(path, offset));
        return new Download() {
            private boolean some;

            @Override
            public long size() {
                return download.size();
            }

            @Override
            public int read(byte[] bytes, int at, int length) throws IOException {
                if (some) {
                    cut("byte", path + " " + offset, () -> {});
                }
                some = true;
                return download.read(bytes, at, Math.min(1, length));
            }

            @Override
            public void close() throws IOException {
                download.close();
            }
        };
    }

    /** The content of a file is cut at its end, so often. */
    @Override
    public Upload write(String path) throws BackupException {
        Upload upload = cut("write", path, () -> super.write(path));
        return new Upload() {
            @Override
            public void write(int b) throws IOException {
                upload.write(b);
            }

            @Override
            public long finish() throws IOException {
                cut("finish", path, () -> {});
                return upload.finish();
            }

            @Override
            public void close() {
                upload.close();
            }
        };
    }

    @Override
    public long write(String path, Content content) throws IOException {
        throw new AssertionError("the content is written by the decorator");
    }

    @Override
    public void makeDirectory(String path) throws BackupException {
        cut("makeDirectory", path, () -> super.makeDirectory(path));
    }

    @Override
    public void rename(String from, String to) throws BackupException {
        cut("rename", from + " " + to, () -> super.rename(from, to));
    }

    @Override
    public void replace(String from, String to) throws BackupException {
        cut("replace", from + " " + to, () -> super.replace(from, to));
    }

    @Override
    public void deleteFile(String path) throws BackupException {
        cut("deleteFile", path, () -> super.deleteFile(path));
    }

    @Override
    public void deleteDirectory(String path) throws BackupException {
        cut("deleteDirectory", path, () -> super.deleteDirectory(path));
    }
}

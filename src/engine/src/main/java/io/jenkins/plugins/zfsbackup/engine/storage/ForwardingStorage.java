package io.jenkins.plugins.zfsbackup.engine.storage;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Passes every call on to another storage; a decorator overrides what it changes. */
abstract class ForwardingStorage implements Storage {

    private final Storage storage;

    ForwardingStorage(Storage storage) {
        this.storage = storage;
    }

    @Override
    public String address() {
        return storage.address();
    }

    @Override
    public int connections() {
        return storage.connections();
    }

    @Override
    public boolean reached() {
        return storage.reached();
    }

    @Override
    public Optional<List<StoredFile>> list(String directory) throws BackupException {
        return storage.list(directory);
    }

    @Override
    public Optional<StoredFile> stat(String path) throws BackupException {
        return storage.stat(path);
    }

    @Override
    public String realPath(String directory) throws BackupException {
        return storage.realPath(directory);
    }

    @Override
    public Download read(String path, long offset) throws BackupException {
        return storage.read(path, offset);
    }

    @Override
    public Upload write(String path) throws BackupException {
        return storage.write(path);
    }

    @Override
    public long write(String path, Content content) throws IOException {
        return storage.write(path, content);
    }

    @Override
    public void makeDirectory(String path) throws BackupException {
        storage.makeDirectory(path);
    }

    @Override
    public void rename(String from, String to) throws BackupException {
        storage.rename(from, to);
    }

    @Override
    public void replace(String from, String to) throws BackupException {
        storage.replace(from, to);
    }

    @Override
    public void deleteFile(String path) throws BackupException {
        storage.deleteFile(path);
    }

    @Override
    public void deleteDirectory(String path) throws BackupException {
        storage.deleteDirectory(path);
    }

    @Override
    public String removalCommand(String path, boolean directory) {
        return storage.removalCommand(path, directory);
    }

    @Override
    public OptionalLong free() throws BackupException {
        return storage.free();
    }

    @Override
    public List<String> capabilities() throws BackupException {
        return storage.capabilities();
    }

    @Override
    public void stopWaiting() {
        storage.stopWaiting();
    }

    @Override
    public void stop() {
        storage.stop();
    }

    @Override
    public void close() {
        storage.close();
    }
}

package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.testing.FaultyServer;
import io.jenkins.plugins.zfsbackup.engine.testing.SshKeys;
import io.jenkins.plugins.zfsbackup.engine.testing.StorageContract;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a server with a virtual root and a directory of its own ways. */
class SftpStorageTest extends StorageContract {

    @TempDir
    private Path folder;

    private FaultyServer server;
    private final List<Storage> opened = new ArrayList<>();

    @BeforeEach
    void start() {
        server = new FaultyServer();
    }

    @AfterEach
    void stop() {
        opened.forEach(Storage::close);
        server.close();
    }

    @Override
    protected Storage storage() throws BackupException {
        return open("/root");
    }

    @Override
    protected Path root() {
        return server.root().resolve("root");
    }

    @Override
    protected boolean tellsWhereLinksLead() {
        return false;
    }

    @Override
    protected Storage nowhere() throws BackupException {
        return open("/no/root");
    }

    private Storage open(String path) throws BackupException {
        byte[] key = SshKeys.make(folder.resolve("key" + opened.size())).secret();
        Storage storage =
                Sftp.to("lab", server.port(), path, key, server.knownHost()).open();
        opened.add(storage);
        return storage;
    }
}

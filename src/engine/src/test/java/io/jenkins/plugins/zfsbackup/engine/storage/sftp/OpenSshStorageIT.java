package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.testing.OpenSshServer;
import io.jenkins.plugins.zfsbackup.engine.testing.StorageContract;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract on the server that most users have. */
class OpenSshStorageIT extends StorageContract {

    @TempDir
    private static Path folder;

    private static OpenSshServer server;
    private final List<Storage> opened = new ArrayList<>();
    private Path root;

    @BeforeAll
    static void start() {
        server = OpenSshServer.start(folder.resolve("sshd"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void close() {
        opened.forEach(Storage::close);
    }

    @Override
    protected Storage storage() throws BackupException {
        root = server.directory().resolve("root");
        return open(root.toString());
    }

    @Override
    protected Path root() {
        return root;
    }

    @Override
    protected Storage nowhere() throws BackupException {
        return open(server.directory() + "/no/root");
    }

    private Storage open(String path) throws BackupException {
        Storage storage = Sftp.to(
                        server.user(), server.port(), path, server.userKey().secret(), server.knownHosts())
                .open();
        opened.add(storage);
        return storage;
    }
}

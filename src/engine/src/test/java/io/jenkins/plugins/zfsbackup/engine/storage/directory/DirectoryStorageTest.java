package io.jenkins.plugins.zfsbackup.engine.storage.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException.Kind;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.testing.StorageContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStorageTest extends StorageContract {

    @TempDir
    private Path folder;

    @Override
    protected Storage storage() {
        return new DirectoryStorage(folder.resolve("root"));
    }

    @Override
    protected Path root() {
        return folder.resolve("root");
    }

    @Override
    protected Storage nowhere() {
        return new DirectoryStorage(folder.resolve("not mounted/root"));
    }

    @Test
    void aDiskThatIsNotMountedIsNamedInTheMessage() {
        assertThat(assertFails(Kind.MISSING, () -> nowhere().makeDirectories("")))
                .hasMessageContaining("not mounted")
                .hasMessageContaining("is mounted");
    }

    @Test
    void aDatasetMovedToAnotherDiskByASymbolicLinkIsFollowed() throws IOException {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Storage storage = storage();
        storage.makeDirectories("");
        Files.createSymbolicLink(folder.resolve("root/moved"), elsewhere);
        write(storage, "moved/a", "x");
        assertThat(Files.readString(elsewhere.resolve("a"))).isEqualTo("x");
        assertThat(storage.list("").orElseThrow().get(0).directory()).isTrue();
    }

    @Test
    void aDiskThatIsFullIsSaidToBeFull() {
        // The kernel's own full disk.
        assertFails(Kind.FULL, () -> {
            try (var upload = new FileUpload(
                    Path.of("/dev/full"),
                    java.nio.channels.FileChannel.open(Path.of("/dev/full"), java.nio.file.StandardOpenOption.WRITE))) {
                upload.write(new byte[100_000]);
            }
        });
    }

    @Test
    void theAddressIsAUrl() {
        assertThat(new DirectoryStorage(Path.of("/mnt/my disk")).address()).isEqualTo("file:///mnt/my%20disk");
        assertThat(new DirectoryStorage(folder).address()).isEqualTo("file://" + folder);
    }
}

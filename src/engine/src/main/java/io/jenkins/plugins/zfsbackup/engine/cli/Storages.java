package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.directory.DirectoryStorage;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.repository.Storage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;

/** Opens storage by its address. */
final class Storages {

    /** What is taken where nothing is said. */
    static final int CONNECTIONS = 4;

    private Storages() {}

    static Storage open(Surroundings surroundings, CommonOptions common, String url, int connections) throws IOException {
        if (url.startsWith("file://")) {
            return new DirectoryStorage(localPath(url));
        }
        throw new UsageException(
                "opening the repository " + url,
                "that is no address of a repository",
                "Write sftp://user@host/path, sftp://user@host/~/path or file:///path.");
    }

    private static Path localPath(String url) throws UsageException {
        try {
            return Path.of(URI.create(url.replace(" ", "%20")));
        } catch (IllegalArgumentException e) {
            throw new UsageException("opening the repository " + url, String.valueOf(e.getMessage()), "Write file:///path.", e);
        }
    }
}

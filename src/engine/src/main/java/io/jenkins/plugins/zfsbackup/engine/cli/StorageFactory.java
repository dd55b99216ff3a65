package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.storage.RateLimitedStorage;
import io.jenkins.plugins.zfsbackup.engine.storage.RetryingStorage;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.UrlText;
import io.jenkins.plugins.zfsbackup.engine.storage.directory.DirectoryStorage;
import io.jenkins.plugins.zfsbackup.engine.storage.sftp.SftpAddress;
import io.jenkins.plugins.zfsbackup.engine.storage.sftp.SftpSettings;
import io.jenkins.plugins.zfsbackup.engine.storage.sftp.SftpStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Opens storage by its address. */
final class StorageFactory {

    private static final String FILE = "file://";

    /** What is taken where nothing is said. */
    static final int CONNECTIONS = 4;

    /** A server that is only slow says something within this time. */
    private static final Duration STALL = Duration.ofSeconds(60);

    /**
     * Reaching it, logging in and the first answer; a slow NAS takes ten seconds for that, and a key in a card a touch.
     */
    private static final Duration FIRST_ANSWER = Duration.ofSeconds(60);

    private StorageFactory() {}

    /**
     * For a command that writes: what is under way when it is stopped may have to be cleaned up.
     *
     * @param bytesPerSecond the rate limit of all that is written; 0 for none
     */
    static Storage open(Environment environment, CommonOptions common, String url, int connections, long bytesPerSecond)
            throws IOException {
        Storage storage = new RateLimitedStorage(of(environment, common, url, connections), bytesPerSecond);
        environment.cancellation().onCancel(storage::stopWaiting);
        return storage;
    }

    /** For a command that only reads: it ends at once when it is stopped. */
    static Storage openToRead(Environment environment, CommonOptions common, String url, int connections)
            throws IOException {
        Storage storage = of(environment, common, url, connections);
        environment.cancellation().onCancel(storage::stop);
        return storage;
    }

    private static Storage of(Environment environment, CommonOptions common, String url, int connections)
            throws IOException {
        if (url.startsWith(FILE)) {
            return new DirectoryStorage(localPath(url));
        }
        if (url.startsWith("sftp://")) {
            Storage server = new SftpStorage(SftpAddress.parse(url), settings(environment, common, connections));
            return new RetryingStorage(server, FIRST_ANSWER, environment.patience());
        }
        throw new UsageException(
                "opening the repository " + url,
                "that is no address of a repository",
                "Write sftp://user@host/path, sftp://user@host/~/path or file:///path.");
    }

    private static SftpSettings settings(Environment environment, CommonOptions common, int connections)
            throws IOException {
        Optional<byte[]> identity = Optional.empty();
        if (common.identity != null) {
            identity = Optional.of(OptionFile.read(environment, common.identity, "the SSH key"));
        }
        Optional<byte[]> passphrase = Optional.empty();
        if (common.identityPassphrase != null) {
            char[] text = OptionFile.passphrase(environment, common.identityPassphrase);
            passphrase = Optional.of(new String(text).getBytes(StandardCharsets.UTF_8));
        }
        Path usual = environment.home().resolve(".ssh").resolve("known_hosts");
        String knownHosts = common.knownHosts == null ? usual.toString() : common.knownHosts;
        byte[] keys = common.knownHosts == null && !Files.exists(usual)
                ? new byte[0]
                : OptionFile.read(environment, knownHosts, "the known host keys");
        return new SftpSettings(
                identity,
                passphrase,
                keys,
                OptionFile.isGiven(knownHosts) ? Wording.GIVEN_HOST_KEYS.text() : knownHosts,
                Optional.ofNullable(common.newHostKeys),
                environment.home(),
                Math.max(1, connections),
                STALL,
                FIRST_ANSWER);
    }

    private static Path localPath(String url) throws UsageException {
        String doing = "opening the repository " + url;
        UrlText.check(doing, url);
        String path = url.substring(FILE.length());
        if (!path.startsWith("/")) {
            throw new UsageException(
                    doing,
                    path.isEmpty()
                            ? "it names no directory"
                            : "what follows file:// is the name of a machine, and this one's has none",
                    "Write file:///path, with three slashes.");
        }
        try {
            return Path.of(UrlText.decoded(doing, path));
        } catch (InvalidPathException e) {
            throw new UsageException(
                    doing,
                    "there are no such names in this locale",
                    "Set a locale with UTF-8, such as LC_ALL=C.UTF-8.",
                    e);
        }
    }
}

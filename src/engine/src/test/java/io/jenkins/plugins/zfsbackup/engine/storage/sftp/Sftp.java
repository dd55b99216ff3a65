package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.storage.RetryingStorage;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a test connects: a start that is right for most, and what one test wants otherwise.
 *
 * @param address where to
 * @param settings how
 * @param patience how long a lost connection is retried
 */
record Sftp(SftpAddress address, SftpSettings settings, Duration patience) {

    /** To a server on this machine, with an unlocked key. */
    static Sftp to(String user, int port, String path, byte[] identity, String knownHosts) {
        return new Sftp(
                new SftpAddress(user, "127.0.0.1", port, path),
                new SftpSettings(
                        Optional.of(identity),
                        Optional.empty(),
                        knownHosts.getBytes(StandardCharsets.UTF_8),
                        "known_hosts",
                        Optional.empty(),
                        Path.of("/nonexistent"),
                        4,
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(60)),
                Duration.ofSeconds(20));
    }

    Sftp knowing(String knownHosts) {
        return new Sftp(
                address,
                new SftpSettings(
                        settings.identity(),
                        settings.passphrase(),
                        knownHosts.getBytes(StandardCharsets.UTF_8),
                        settings.knownHostsName(),
                        settings.newHostKeys(),
                        settings.home(),
                        settings.connections(),
                        settings.stall(),
                        settings.firstAnswer()),
                patience);
    }

    /** Trusting a server about which nothing is known, and noting its key in a file. */
    Sftp acceptingNewHostKeys(Path file) {
        return new Sftp(
                address,
                new SftpSettings(
                        settings.identity(),
                        settings.passphrase(),
                        settings.knownHosts(),
                        settings.knownHostsName(),
                        Optional.of(file),
                        settings.home(),
                        settings.connections(),
                        settings.stall(),
                        settings.firstAnswer()),
                patience);
    }

    Sftp with(byte[] identity, Optional<String> passphrase) {
        return new Sftp(
                address,
                new SftpSettings(
                        Optional.of(identity),
                        passphrase.map(text -> text.getBytes(StandardCharsets.UTF_8)),
                        settings.knownHosts(),
                        settings.knownHostsName(),
                        settings.newHostKeys(),
                        settings.home(),
                        settings.connections(),
                        settings.stall(),
                        settings.firstAnswer()),
                patience);
    }

    Sftp limits(int connections, Duration stall, Duration patience) {
        return new Sftp(
                address,
                new SftpSettings(
                        settings.identity(),
                        settings.passphrase(),
                        settings.knownHosts(),
                        settings.knownHostsName(),
                        settings.newHostKeys(),
                        settings.home(),
                        connections,
                        stall,
                        settings.firstAnswer()),
                patience);
    }

    /** Giving up a server that has not answered anything for so long. */
    Sftp firstAnswerWithin(Duration firstAnswer) {
        return new Sftp(
                address,
                new SftpSettings(
                        settings.identity(),
                        settings.passphrase(),
                        settings.knownHosts(),
                        settings.knownHostsName(),
                        settings.newHostKeys(),
                        settings.home(),
                        settings.connections(),
                        settings.stall(),
                        firstAnswer),
                patience);
    }

    Storage open() throws BackupException {
        return new RetryingStorage(new SftpStorage(address, settings), settings.firstAnswer(), patience);
    }
}

package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How to connect.
 *
 * @param identity the private key, in OpenSSH or PEM form; empty to use the agent of {@code SSH_AUTH_SOCK} or the keys
 *     in {@code ~/.ssh}
 * @param passphrase opens the private key
 * @param knownHosts the host keys to trust, as OpenSSH writes them
 * @param knownHostsName what to call those in messages, e.g. the file's name
 * @param newHostKeys where the host key of a server is noted about which nothing is known yet, and which is then
 *     trusted; empty to refuse such a server
 * @param home where {@code .ssh} is looked for
 * @param connections SSH connections at most, at least 1
 * @param stall how long nothing may move before a connection counts as lost
 * @param firstAnswer how long it may take from the beginning of a connection to its first answer, whatever moves on it
 */
public record SftpSettings(
        Optional<byte[]> identity,
        Optional<byte[]> passphrase,
        byte[] knownHosts,
        String knownHostsName,
        Optional<Path> newHostKeys,
        Path home,
        int connections,
        Duration stall,
        Duration firstAnswer) {}

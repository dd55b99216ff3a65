package io.jenkins.plugins.zfsbackup.engine.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A real OpenSSH server on a loopback port, with keys of its own, that offers SFTP and nothing else. Needs root. */
public final class OpenSshServer implements AutoCloseable {

    private static final List<String> HOST_KEY_TYPES = List.of("ed25519", "ecdsa", "rsa");

    /** Has a program run as root read only what its mode lets root read. */
    public static final List<String> WITHOUT_PRIVILEGE_TO_READ =
            List.of("setpriv", "--bounding-set", "-dac_override,-dac_read_search");

    private final Path folder;
    private final int port;
    private final Optional<Path> jail;
    private final List<String> before;
    private final Map<String, SshKeys> hostKeys = new LinkedHashMap<>();
    private final SshKeys userKey;
    private Process process;

    private OpenSshServer(Path folder, int port, Optional<Path> jail, List<String> before) {
        this.before = before;
        this.folder = folder;
        this.port = port;
        this.jail = jail;
        for (String type : HOST_KEY_TYPES) {
            hostKeys.put(type, SshKeys.make(folder.resolve("host_" + type), type, ""));
        }
        this.userKey = SshKeys.make(folder.resolve("id"));
    }

    /**
     * Starts a server whose files lie in the folder, which must not be there yet.
     *
     * @param moreConfiguration lines of {@code sshd_config}; they win over the usual ones
     */
    public static OpenSshServer start(Path folder, String... moreConfiguration) {
        return start(folder, Optional.empty(), List.of(moreConfiguration), List.of());
    }

    /** Starts a server to which a directory of mode 000 is closed, as to any user but root. */
    public static OpenSshServer startWithoutPrivilegeToRead(Path folder) {
        return start(folder, Optional.empty(), List.of(), WITHOUT_PRIVILEGE_TO_READ);
    }

    /**
     * Starts a server that shows its user nothing but a directory of its own; {@link #jail()} is where that lies from
     * outside. Every directory above it must be root's alone, which {@code /tmp} is not.
     */
    public static OpenSshServer startInJail(Path folder, String... moreConfiguration) {
        try {
            Path jail = Files.createTempDirectory(
                    Path.of("/run"),
                    "real-sshd",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            List<String> lines = new ArrayList<>(List.of(moreConfiguration));
            lines.add("ChrootDirectory " + jail);
            return start(folder, Optional.of(jail), lines, List.of());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static OpenSshServer start(
            Path folder, Optional<Path> jail, List<String> moreConfiguration, List<String> before) {
        try {
            Files.createDirectories(folder);
            Files.createDirectories(Path.of("/run/sshd"));
            OpenSshServer server = new OpenSshServer(folder, freePort(), jail, before);
            Files.copy(folder.resolve("id.pub"), folder.resolve("authorized_keys"));
            // Of a setting that comes twice, sshd takes the first; of host keys, all.
            List<String> lines = new ArrayList<>(moreConfiguration);
            if (lines.stream().noneMatch(line -> line.startsWith("HostKey "))) {
                server.hostKeys.values().forEach(key -> lines.add("HostKey " + key.file()));
            }
            lines.addAll(List.of(
                    "ListenAddress 127.0.0.1",
                    "Port " + server.port,
                    "AuthorizedKeysFile " + folder.resolve("authorized_keys"),
                    "PidFile none",
                    "StrictModes no",
                    "PasswordAuthentication no",
                    "PermitRootLogin yes",
                    "Subsystem sftp internal-sftp",
                    "ForceCommand internal-sftp"));
            Files.write(folder.resolve("sshd_config"), lines);
            server.launch();
            return server;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Makes a key pair as ssh-keygen does. */
    public static void keygen(Path file, String type, String passphrase, String... options) {
        SshKeys.make(file, type, passphrase, options);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void launch() throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                "/usr/sbin/sshd",
                "-D",
                "-e",
                "-f",
                folder.resolve("sshd_config").toString()));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        while (true) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException e) {
                if (!process.isAlive()) {
                    throw new AssertionError("sshd ended: " + Files.readString(folder.resolve("log")), e);
                }
                Pause.briefly();
            }
        }
    }

    /** The port on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** The account that may log in. */
    public String user() {
        return System.getProperty("user.name");
    }

    /** The address of a directory on the server. */
    public String url(Path path) {
        return "sftp://" + user() + "@127.0.0.1:" + port + path;
    }

    /** A private key that the server lets in. */
    public Path identity() {
        return userKey.file();
    }

    /** The key pair that the server lets in. */
    public SshKeys userKey() {
        return userKey;
    }

    /** The server's host key of a type: ed25519, ecdsa or rsa. */
    public SshKeys hostKey(String type) {
        return hostKeys.get(type);
    }

    /** The {@code known_hosts} line for the server's key of a type. */
    public String knownHost(String type) {
        return "[127.0.0.1]:" + port + " " + hostKey(type).open();
    }

    /** The {@code known_hosts} lines for all of the server's keys. */
    public String knownHosts() {
        return HOST_KEY_TYPES.stream().map(this::knownHost).collect(Collectors.joining("\n", "", "\n"));
    }

    /** A known_hosts file with the server's key of a type. */
    public Path knownHosts(String type) {
        try {
            return Files.writeString(folder.resolve("known_hosts_" + type), knownHost(type) + "\n");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A fresh directory that the user can write to, unless the user is in a jail. */
    public Path directory() {
        try {
            return Files.createTempDirectory(folder, "files");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The user's root, from outside; only of a server that was {@linkplain #startInJail started so}. */
    public Path jail() {
        return jail.orElseThrow();
    }

    /** Cuts all connections, and takes no new ones. */
    public void stop() {
        List<ProcessHandle> all = Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .toList();
        all.forEach(ProcessHandle::destroyForcibly);
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Cuts all connections, and takes new ones. */
    public void cutConnections() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
    }

    /** Takes connections again after {@link #stop()}. */
    public void startAgain() {
        try {
            launch();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        stop();
        jail.ifPresent(FileTrees::delete);
    }
}

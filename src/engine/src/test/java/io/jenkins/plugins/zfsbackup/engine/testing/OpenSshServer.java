package io.jenkins.plugins.zfsbackup.engine.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A real OpenSSH server on a loopback port, with keys of its own, that offers SFTP and nothing else. Needs root. */
public final class OpenSshServer implements AutoCloseable {

    private final Path folder;
    private final int port;
    private Process process;

    private OpenSshServer(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    /** Starts a server whose files lie in the folder, which must not be there yet. */
    public static OpenSshServer start(Path folder, String... moreConfiguration) {
        try {
            Files.createDirectories(folder);
            Files.createDirectories(Path.of("/run/sshd"));
            for (String type : List.of("ed25519", "ecdsa", "rsa")) {
                keygen(folder.resolve("host_" + type), type, "");
            }
            keygen(folder.resolve("id"), "ed25519", "");
            Files.copy(folder.resolve("id.pub"), folder.resolve("authorized_keys"));
            OpenSshServer server = new OpenSshServer(folder, freePort());
            List<String> lines = new ArrayList<>(List.of(
                    "ListenAddress 127.0.0.1",
                    "Port " + server.port,
                    "HostKey " + folder.resolve("host_ed25519"),
                    "HostKey " + folder.resolve("host_ecdsa"),
                    "HostKey " + folder.resolve("host_rsa"),
                    "AuthorizedKeysFile " + folder.resolve("authorized_keys"),
                    "PidFile none",
                    "StrictModes no",
                    "PasswordAuthentication no",
                    "PermitRootLogin yes",
                    "Subsystem sftp internal-sftp",
                    "ForceCommand internal-sftp"));
            lines.addAll(List.of(moreConfiguration));
            Files.write(folder.resolve("sshd_config"), lines);
            server.launch();
            return server;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Makes a key pair as ssh-keygen does. */
    public static void keygen(Path file, String type, String passphrase, String... options) {
        List<String> command =
                new ArrayList<>(List.of("ssh-keygen", "-q", "-t", type, "-N", passphrase, "-f", file.toString()));
        command.addAll(List.of(options));
        Programs.succeed(file.getParent(), Map.of(), command.toArray(String[]::new));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void launch() throws IOException {
        process = new ProcessBuilder(
                        "/usr/sbin/sshd", "-D", "-e", "-f", folder.resolve("sshd_config").toString())
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
                Thread.onSpinWait();
            }
        }
    }

    /** The port on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** The address of a directory on the server. */
    public String url(Path path) {
        return "sftp://" + System.getProperty("user.name") + "@127.0.0.1:" + port + path;
    }

    /** A private key that the server lets in. */
    public Path identity() {
        return folder.resolve("id");
    }

    /** A known_hosts file with the server's key of a type. */
    public Path knownHosts(String type) {
        try {
            String[] key = Files.readString(folder.resolve("host_" + type + ".pub")).split(" ");
            Path file = folder.resolve("known_hosts_" + type);
            Files.writeString(file, "[127.0.0.1]:" + port + " " + key[0] + " " + key[1] + "\n");
            return file;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Cuts all connections, and takes no new ones. */
    public void stop() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
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
    }
}

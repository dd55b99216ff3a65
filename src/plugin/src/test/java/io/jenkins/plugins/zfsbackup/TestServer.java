package io.jenkins.plugins.zfsbackup;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real OpenSSH server on loopback that offers SFTP and nothing else, with a host key and a user's key of its own. */
public final class TestServer implements AutoCloseable {

    private static final long READY_SECONDS = 20;

    private final Path folder;
    private final int port;
    private Process sshd;

    private TestServer(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    public static TestServer in(Path parent) throws Exception {
        Path folder = Files.createDirectories(parent.resolve("server"));
        TestServer server = new TestServer(folder, freePort());
        Programs.run(
                "ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "the ssh passphrase",
                "-f",
                server.file("user").toString());
        Files.copy(server.file("user.pub"), server.file("authorized_keys"));
        Files.createDirectories(Path.of("/run/sshd"));
        server.newHostKey();
        server.start();
        return server;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    private void newHostKey() throws Exception {
        Files.deleteIfExists(file("host"));
        Files.deleteIfExists(file("host.pub"));
        Programs.run(
                "ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-f",
                file("host").toString());
    }

    private void start() throws Exception {
        Files.write(
                file("sshd_config"),
                List.of(
                        "ListenAddress 127.0.0.1",
                        "Port " + port,
                        "HostKey " + file("host"),
                        "AuthorizedKeysFile " + file("authorized_keys"),
                        "PidFile none",
                        "StrictModes no",
                        "PasswordAuthentication no",
                        "PermitRootLogin prohibit-password",
                        "ForceCommand internal-sftp",
                        "Subsystem sftp internal-sftp"));
        sshd = new ProcessBuilder(
                        "/usr/sbin/sshd", "-D", "-e", "-f", file("sshd_config").toString())
                .redirectErrorStream(true)
                .redirectOutput(file("log").toFile())
                .start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
        while (!answers()) {
            if (!sshd.isAlive() || System.nanoTime() > end) {
                throw new IOException("sshd does not answer: " + Files.readString(file("log")));
            }
            Thread.sleep(10);
        }
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Lets in one more key, given as a line of authorized_keys. */
    public void letIn(String line) throws IOException {
        Files.writeString(file("authorized_keys"), line + "\n", StandardOpenOption.APPEND);
    }

    /** The address of a repository below the server's folder, without a user. */
    public String url(String name) {
        return "sftp://127.0.0.1:" + port + folder.resolve(name);
    }

    /** The same, with the user. */
    public String urlOfUser(String name) {
        return url(name).replace("sftp://", "sftp://" + user() + "@");
    }

    public Path stored(String name) {
        return folder.resolve(name);
    }

    public String user() {
        return System.getProperty("user.name");
    }

    public String userKey() throws IOException {
        return Files.readString(file("user"));
    }

    public String userKeyPassphrase() {
        return "the ssh passphrase";
    }

    /** A line of known_hosts. */
    public String knownHost() throws IOException {
        String[] key =
                Files.readString(file("host.pub"), StandardCharsets.UTF_8).split(" ");
        return "[127.0.0.1]:" + port + " " + key[0] + " " + key[1].strip();
    }

    /** Comes back under the same address with another host key. */
    public void changeHostKey() throws Exception {
        stop();
        newHostKey();
        start();
    }

    /** Nobody answers at the address any more. */
    public void stop() throws InterruptedException {
        sshd.descendants().forEach(ProcessHandle::destroyForcibly);
        sshd.destroyForcibly();
        sshd.waitFor();
    }

    /** From here on it takes connections and says nothing, nor on those that it has. */
    public void pause() throws Exception {
        signal("STOP");
    }

    /** Goes on where it was. */
    public void resume() throws Exception {
        signal("CONT");
    }

    private void signal(String name) throws Exception {
        signal(name, sshd.toHandle());
        // One that is stopped starts no further ones.
        for (ProcessHandle each : sshd.descendants().toList()) {
            signal(name, each);
        }
    }

    private static void signal(String name, ProcessHandle process) throws Exception {
        try {
            Programs.run("kill", "-" + name, String.valueOf(process.pid()));
        } catch (IOException e) {
            // The one of a connection that has just been closed ends by itself.
            if (process.isAlive()) {
                throw e;
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        stop();
    }
}

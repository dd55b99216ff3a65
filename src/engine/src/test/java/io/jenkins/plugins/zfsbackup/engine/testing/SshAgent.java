package io.jenkins.plugins.zfsbackup.engine.testing;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;

/** A real {@code ssh-agent} at a socket of its own. */
public final class SshAgent implements AutoCloseable {

    private final Path socket;
    private final Process process;

    private SshAgent(Path socket, Process process) {
        this.socket = socket;
        this.process = process;
    }

    /** Starts an agent without keys. */
    public static SshAgent start(Path socket) {
        try {
            Process process = new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            SshAgent agent = new SshAgent(socket, process);
            while (!agent.answers()) {
                if (!process.isAlive()) {
                    throw new AssertionError("ssh-agent ended with " + process.exitValue());
                }
                Pause.briefly();
            }
            return agent;
        } catch (IOException e) {
            throw new AssertionError("ssh-agent can't be run: run bin/verify, which installs what is missing", e);
        }
    }

    private boolean answers() {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }

    /** The variable by which programs find it. */
    public Map<String, String> environment() {
        return Map.of("SSH_AUTH_SOCK", socket.toString());
    }

    /** Gives it a key. */
    public void add(SshKeys key) {
        Programs.succeed(
                socket.getParent(), environment(), "ssh-add", "-q", key.file().toString());
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

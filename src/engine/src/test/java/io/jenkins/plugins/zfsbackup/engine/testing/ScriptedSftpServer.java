package io.jenkins.plugins.zfsbackup.engine.testing;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.List;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.subsystem.SubsystemFactory;

/** A good SSH server that lets everybody in, and whose SFTP says what a test has it say, byte by byte. */
public final class ScriptedSftpServer implements AutoCloseable {

    private final KeyPair hostKey;
    private final SshServer server = SshServer.setUpDefaultServer();

    /** What takes the place of SFTP on a channel. */
    @FunctionalInterface
    public interface Script {
        /** Reads and writes until it has had enough; the channel stays open afterwards. */
        void run(DataInputStream in, DataOutputStream out) throws IOException;
    }

    /** Starts it on 127.0.0.1. */
    public ScriptedSftpServer(Script script) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            hostKey = generator.generateKeyPair();
            server.setHost("127.0.0.1");
            server.setPort(0);
            server.setKeyPairProvider(KeyPairProvider.wrap(hostKey));
            server.setPublickeyAuthenticator((user, key, session) -> true);
            server.setSubsystemFactories(List.of(new Factory(script)));
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java has EC keys", e);
        }
    }

    /** Where it listens, on 127.0.0.1. */
    public int port() {
        return server.getPort();
    }

    /** The {@code known_hosts} line for its host key. */
    public String knownHost() {
        return "[127.0.0.1]:" + port() + " " + PublicKeyEntry.toString(hostKey.getPublic()) + "\n";
    }

    @Override
    public void close() {
        try {
            server.stop(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Factory(Script script) implements SubsystemFactory {
        @Override
        public String getName() {
            return "sftp";
        }

        @Override
        public Command createSubsystem(ChannelSession channel) {
            return new Running(script);
        }
    }

    private static final class Running implements Command {
        private final Script script;
        private InputStream in;
        private OutputStream out;

        Running(Script script) {
            this.script = script;
        }

        @Override
        public void setInputStream(InputStream stream) {
            in = stream;
        }

        @Override
        public void setOutputStream(OutputStream stream) {
            out = stream;
        }

        @Override
        public void setErrorStream(OutputStream stream) {
            // SFTP says nothing there.
        }

        @Override
        public void setExitCallback(ExitCallback callback) {
            // It never ends by itself.
        }

        @Override
        public void start(ChannelSession channel, Environment environment) {
            Thread thread = new Thread(this::run, "scripted-sftp");
            thread.setDaemon(true);
            thread.start();
        }

        private void run() {
            try {
                script.run(new DataInputStream(in), new DataOutputStream(out));
            } catch (IOException e) {
                // The other side is gone.
                return;
            }
        }

        @Override
        public void destroy(ChannelSession channel) {
            // The streams are closed by the channel.
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.sftp;

import com.jcraft.jsch.AgentIdentityRepository;
import com.jcraft.jsch.AgentProxyException;
import com.jcraft.jsch.ChannelSftp;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchChangedHostKeyException;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.JSchRevokedHostKeyException;
import com.jcraft.jsch.JSchUnknownHostKeyException;
import com.jcraft.jsch.KeyPair;
import com.jcraft.jsch.SSHAgentConnector;
import com.jcraft.jsch.Session;
import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException.Kind;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The SSH connections to one server, and several SFTP channels on each: transfers go to the connection with the least to
 * do, and over a slow link many small calls go side by side.
 */
final class Connections implements AutoCloseable {

    /** Below the ten that OpenSSH's MaxSessions allows by default. */
    private static final int CHANNELS = 8;
    /** Requests under way on a channel before an answer is waited for. */
    private static final int BULK_REQUESTS = 128;

    private final SftpAddress address;
    private final SftpSettings settings;
    private final JSch jsch = new JSch();
    private final HostKeys hostKeys;
    private final WatchedSockets sockets;
    private final List<Line> lines = new ArrayList<>();
    private final List<String> keyNames = new ArrayList<>();
    private int connecting;
    private boolean everConnected;
    private boolean closed;

    Connections(SftpAddress address, SftpSettings settings) throws BackupException {
        this.address = address;
        this.settings = settings;
        this.sockets = new WatchedSockets(settings.stall());
        try {
            jsch.setKnownHosts(new ByteArrayInputStream(settings.knownHosts()));
        } catch (JSchException e) {
            throw new UsageException(
                    "reading the host keys in " + settings.knownHostsName(), String.valueOf(e.getMessage()), "", e);
        }
        this.hostKeys = new HostKeys(jsch.getHostKeyRepository());
        jsch.setHostKeyRepository(hostKeys);
        addIdentities();
    }

    /** An SSH connection with its channels. */
    private static final class Line {
        private final Session session;
        private final List<ChannelSftp> idle = new ArrayList<>();
        private int open;
        private int most = CHANNELS;

        Line(Session session) {
            this.session = session;
        }

        int busy() {
            return open - idle.size();
        }
    }

    /** A channel for one caller at a time, given back by {@link #close()}. */
    final class Lease implements AutoCloseable {
        private final Line line;
        private final ChannelSftp channel;
        private boolean broken;

        Lease(Line line, ChannelSftp channel) {
            this.line = line;
            this.channel = channel;
        }

        ChannelSftp channel() {
            return channel;
        }

        /** What was under way on the channel did not end well: nobody else gets it. */
        void broken() {
            broken = true;
        }

        /** Whether the connection under it is gone. */
        boolean lost() {
            return !channel.isConnected() || !line.session.isConnected();
        }

        @Override
        public void close() {
            giveBack(line, channel, broken || lost());
        }
    }

    /** Whether a connection was ever made: then a lost one is worth waiting for. */
    synchronized boolean everConnected() {
        return everConnected;
    }

    /**
     * A channel; waits while all are in use.
     *
     * @throws RepositoryException OUT_OF_REACH or REFUSED if no connection can be made
     */
    Lease lease() throws BackupException {
        while (true) {
            Line line;
            synchronized (this) {
                checkOpen();
                drop();
                Optional<Line> best = lines.stream()
                        .filter(each -> !each.idle.isEmpty() || each.open < each.most)
                        .min((a, b) -> Integer.compare(a.busy(), b.busy()));
                boolean more = lines.size() + connecting < settings.connections();
                if (best.isPresent() && (best.get().busy() == 0 || !more)) {
                    line = best.get();
                    if (!line.idle.isEmpty()) {
                        return new Lease(line, line.idle.remove(line.idle.size() - 1));
                    }
                    line.open++;
                } else if (more) {
                    connecting++;
                    line = null;
                } else {
                    await();
                    continue;
                }
            }
            Optional<Lease> lease = line == null ? connect() : open(line);
            if (lease.isPresent()) {
                return lease.get();
            }
        }
    }

    private void await() throws RepositoryException {
        try {
            wait(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RepositoryException(Kind.FAILED, "waiting for " + address, "the wait was interrupted", "", e);
        }
    }

    private void drop() {
        lines.removeIf(line -> {
            if (!line.session.isConnected()) {
                line.session.disconnect();
                return true;
            }
            return false;
        });
    }

    private Optional<Lease> connect() throws BackupException {
        try {
            Session session = jsch.getSession(address.user(), address.host(), address.port());
            configure(session);
            session.connect();
            Line line = new Line(session);
            line.open = 1;
            synchronized (this) {
                everConnected = true;
                lines.add(line);
            }
            return open(line);
        } catch (JSchException e) {
            throw explained(e);
        } finally {
            synchronized (this) {
                connecting--;
                notifyAll();
            }
        }
    }

    private void configure(Session session) throws JSchException {
        session.setSocketFactory(sockets);
        session.setConfig("StrictHostKeyChecking", "yes");
        session.setConfig("PreferredAuthentications", "publickey");
        // AES-GCM runs in the processor, and needs no MAC besides.
        String ciphers = session.getConfig("cipher.c2s");
        String preferred = "aes128-gcm@openssh.com,aes256-gcm@openssh.com";
        session.setConfig("cipher.c2s", preferred + "," + ciphers);
        session.setConfig("cipher.s2c", preferred + "," + session.getConfig("cipher.s2c"));
        int stall = (int) settings.stall().toMillis();
        session.setTimeout(stall);
        session.setServerAliveInterval(Math.max(1, stall / 3));
        session.setServerAliveCountMax(2);
    }

    /** @return empty if the server allows no further channel on this connection */
    private Optional<Lease> open(Line line) throws BackupException {
        try {
            ChannelSftp channel = (ChannelSftp) line.session.openChannel("sftp");
            channel.setBulkRequests(BULK_REQUESTS);
            channel.connect((int) settings.stall().toMillis());
            return Optional.of(new Lease(line, channel));
        } catch (JSchException e) {
            synchronized (this) {
                line.open--;
                if (line.session.isConnected() && line.open > 0) {
                    line.most = line.open;
                    return Optional.empty();
                }
                notifyAll();
            }
            boolean lost = !line.session.isConnected();
            line.session.disconnect();
            throw new RepositoryException(
                    lost ? Kind.OUT_OF_REACH : Kind.REFUSED,
                    "opening SFTP on " + address,
                    String.valueOf(e.getMessage()),
                    "Does the server offer the sftp subsystem to this account?",
                    e);
        }
    }

    private synchronized void giveBack(Line line, ChannelSftp channel, boolean broken) {
        if (broken) {
            line.open--;
            channel.disconnect();
        } else {
            line.idle.add(channel);
        }
        notifyAll();
    }

    private void checkOpen() throws RepositoryException {
        if (closed) {
            throw new RepositoryException(Kind.FAILED, "using " + address, "the connection was closed", "");
        }
    }

    private void addIdentities() throws BackupException {
        if (settings.identity().isPresent()) {
            addKey("the given key", settings.identity().get(), settings.passphrase());
            return;
        }
        String socket = System.getenv("SSH_AUTH_SOCK");
        if (socket != null && !socket.isEmpty()) {
            try {
                jsch.setIdentityRepository(new AgentIdentityRepository(new SSHAgentConnector()));
                keyNames.add("the keys of the agent at " + socket);
                return;
            } catch (AgentProxyException e) {
                keyNames.add("no agent (" + e.getMessage() + ")");
            }
        }
        for (String name : List.of("id_ed25519", "id_ecdsa", "id_rsa")) {
            Path file = settings.home().resolve(".ssh").resolve(name);
            if (Files.isReadable(file)) {
                try {
                    addKey(file.toString(), Files.readAllBytes(file), settings.passphrase());
                } catch (UsageException e) {
                    // One of several keys that happen to lie there: another one may do.
                    keyNames.add(file + " (not used: " + e.said() + ")");
                } catch (IOException e) {
                    keyNames.add(file + " (not used: " + e.getMessage() + ")");
                }
            }
        }
    }

    private void addKey(String name, byte[] key, Optional<byte[]> passphrase) throws UsageException {
        String doing = "reading the SSH key for " + address;
        KeyPair pair;
        try {
            pair = KeyPair.load(jsch, key.clone(), null);
        } catch (JSchException | RuntimeException e) {
            throw new UsageException(
                    doing, "it is no private key in OpenSSH or PEM form (" + e.getMessage() + ")", "Give the file without .pub.", e);
        }
        if (pair.isEncrypted()) {
            if (passphrase.isEmpty()) {
                throw new UsageException(
                        doing, "it needs a passphrase", "Give it in a file: --identity-passphrase-file FILE.");
            }
            if (!pair.decrypt(passphrase.get().clone())) {
                throw new UsageException(doing, "the passphrase does not open it", "Is it the one of this key?");
            }
        }
        try {
            jsch.addIdentity(name, key.clone(), null, passphrase.map(byte[]::clone).orElse(null));
        } catch (JSchException e) {
            throw new UsageException(doing, String.valueOf(e.getMessage()), "", e);
        }
        keyNames.add(name);
    }

    private BackupException explained(JSchException e) {
        String doing = "connecting to " + address;
        String trust = hostKeys.fingerprint()
                .map(print -> "If the server's administrator confirms the fingerprint " + print + ", add this line to "
                        + settings.knownHostsName() + ":\n" + hostKeys.line(address.knownHost()))
                .orElse("");
        if (e instanceof JSchRevokedHostKeyException) {
            return refused(doing, "its host key is marked @revoked in " + settings.knownHostsName()
                    + fingerprint(), "Somebody may have stolen it. Ask the server's administrator.", e);
        }
        if (e instanceof JSchChangedHostKeyException) {
            return refused(doing, "its host key is not the one in " + settings.knownHostsName() + ": it offers "
                    + hostKeys.fingerprint().orElse("another"),
                    "Either the server was set up anew, or somebody is between. " + trust, e);
        }
        if (e instanceof JSchUnknownHostKeyException) {
            return refused(doing, "its host key is not known: " + hostKeys.fingerprint().orElse("?"), trust, e);
        }
        String said = String.valueOf(e.getMessage());
        if (said.startsWith("Auth fail") || said.startsWith("Auth cancel") || said.contains("Too many authentication")) {
            return refused(doing, "the server does not let " + address.user() + " in (" + said + "); offered "
                    + (keyNames.isEmpty() ? "no key" : String.join(", ", keyNames)),
                    "Give the right key with --identity, or add its public half to the account's authorized_keys.", e);
        }
        if (said.contains("Algorithm negotiation fail")) {
            return refused(doing, "server and engine have no algorithm in common: " + said,
                    "The server is too old to be safe; bring it up to date.", e);
        }
        return new RepositoryException(
                Kind.OUT_OF_REACH,
                doing,
                said.replaceFirst("^(java\\.[a-z]+\\.)", ""),
                "Is the server on, and is this machine in its network?",
                e);
    }

    private String fingerprint() {
        return hostKeys.fingerprint().map(print -> " (" + print + ")").orElse("");
    }

    private static RepositoryException refused(String doing, String said, String next, JSchException e) {
        return new RepositoryException(Kind.REFUSED, doing, said, next, e);
    }

    @Override
    public void close() {
        List<Line> all;
        synchronized (this) {
            closed = true;
            all = new ArrayList<>(lines);
            lines.clear();
            notifyAll();
        }
        all.forEach(line -> line.session.disconnect());
        sockets.close();
    }
}

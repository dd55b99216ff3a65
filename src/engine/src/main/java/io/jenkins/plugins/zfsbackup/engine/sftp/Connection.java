package io.jenkins.plugins.zfsbackup.engine.sftp;

import com.jcraft.jsch.ChannelSftp;
import com.jcraft.jsch.JSchAlgoNegoFailException;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.Session;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;

/** One SSH connection: made once, watched, and cut for good when nothing moves on it any more. */
final class Connection {

    /** AES-GCM runs in the processor and needs no MAC besides; the rest is for servers without it. */
    private static final String CIPHERS =
            "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr";
    /** Requests for data that are under way on a channel: 64 of 32 KiB fill JSch's window of 2 MiB. */
    private static final int BULK_REQUESTS = 64;

    private static final Duration CONNECT = Duration.ofSeconds(20);

    private final SftpAddress address;
    private final SftpSettings settings;
    private final UserKeys userKeys;
    private final HostKeys hostKeys;
    private final Progress progress = new Progress();
    private final WatchedSockets sockets;
    private final Session session;
    private volatile Optional<String> cut = Optional.empty();
    private volatile boolean opened;

    Connection(SftpAddress address, SftpSettings settings, KnownHosts known, UserKeys userKeys) {
        this.address = address;
        this.settings = settings;
        this.userKeys = userKeys;
        this.hostKeys = new HostKeys(known, address, settings.newHostKeys());
        Duration connect = settings.stall().compareTo(CONNECT) < 0 ? settings.stall() : CONNECT;
        this.sockets = new WatchedSockets(connect, progress);
        try {
            this.session = userKeys.jsch().getSession(address.user(), address.host(), address.port());
        } catch (JSchException e) {
            throw new IllegalStateException("an address has a user and a host", e);
        }
        session.setSocketFactory(sockets);
        session.setHostKeyRepository(hostKeys);
        session.setDaemonThread(true);
        session.setConfig("StrictHostKeyChecking", "yes");
        session.setConfig("server_host_key", hostKeys.algorithms());
        session.setConfig("prefer_known_host_key_types", "no");
        session.setConfig("PreferredAuthentications", "publickey");
        // Two questions whose answers are known: what the server would take, and whether it would take the only key.
        session.setConfig("enable_auth_none", "no");
        session.setConfig("enable_pubkey_auth_query", userKeys.single() ? "no" : "yes");
        session.setConfig("cipher.c2s", CIPHERS);
        session.setConfig("cipher.s2c", CIPHERS);
        session.setConfig("compression.c2s", "none");
        session.setConfig("compression.s2c", "none");
    }

    /**
     * Connects and logs in.
     *
     * @throws RepositoryException if the server or its key is refused, or refuses the user
     * @throws LostConnection if nobody answers
     */
    void connect() throws RepositoryException, LostConnection {
        progress.begin();
        try {
            session.connect();
        } catch (JSchException e) {
            Optional<RepositoryException> refusal = refusal(e);
            if (refusal.isPresent()) {
                throw refusal.get();
            }
            throw lost(e);
        } catch (UncheckedIOException e) {
            throw new RepositoryException(
                    Kind.REFUSED,
                    "connecting to " + address,
                    "its host key is new, and can't be noted: " + e.getCause(),
                    "Make that file writable, or trust the key by hand: --known-hosts.",
                    e);
        } finally {
            progress.end();
        }
    }

    private Optional<RepositoryException> refusal(JSchException e) {
        String doing = "connecting to " + address;
        if (hostKeys.offer().isPresent() && hostKeys.offer().get().verdict() != KnownHosts.Verdict.TRUSTED) {
            return Optional.of(untrusted(doing, hostKeys.offer().get(), e));
        }
        if (e instanceof JSchAlgoNegoFailException nothing) {
            return Optional.of(refused(
                    doing,
                    "server and engine have no " + kindOfAlgorithm(nothing.getAlgorithmName()) + " in common; the server offers "
                            + nothing.getServerProposal() + ", the engine " + nothing.getJSchProposal(),
                    "Bring the server up to date, or allow one of the engine's there.",
                    e));
        }
        String said = Reason.of(e);
        if (said.startsWith("Auth ") || said.contains("Too many authentication failures")) {
            return Optional.of(refused(
                    doing,
                    "the server does not let " + address.user() + " in; offered were " + userKeys.offered(),
                    "Give the right key with --identity, or add its public half to the account's authorized_keys.",
                    e));
        }
        return Optional.empty();
    }

    private RepositoryException untrusted(String doing, HostKeys.Offer offer, JSchException e) {
        String shown = "the server's " + offer.type() + " host key " + offer.fingerprint();
        String where = settings.knownHostsName();
        String trust = "if its administrator confirms that fingerprint (ssh-keygen -lf on the server's public host key), add"
                + " this line to " + where + ": " + hostKeys.line(offer);
        return switch (offer.verdict()) {
            case REVOKED -> refused(
                    doing, shown + " is marked @revoked in " + where, "It may be stolen. Ask the server's administrator.", e);
            case CHANGED -> refused(
                    doing,
                    shown + " is not the one in " + where + ", which has " + String.join(", ", hostKeys.types()),
                    "Either the server was set up anew, or somebody is in between. Remove the old line with ssh-keygen -R '"
                            + KnownHosts.name(address.host(), address.port()) + "', and " + trust,
                    e);
            default -> refused(doing, shown + " is not known", "Trust it: " + trust, e);
        };
    }

    private static String kindOfAlgorithm(String name) {
        return switch (name) {
            case "kex" -> "key exchange";
            case "server_host_key" -> "kind of host key";
            case "cipher.c2s", "cipher.s2c" -> "cipher";
            case "mac.c2s", "mac.s2c" -> "MAC";
            default -> name;
        };
    }

    private static RepositoryException refused(String doing, String said, String next, JSchException e) {
        return new RepositoryException(Kind.REFUSED, doing, said, next, e);
    }

    private LostConnection lost(JSchException e) {
        Throwable cause = e.getCause();
        String said = cause instanceof java.net.UnknownHostException
                ? "there is no host named " + address.host()
                : Reason.of(cause instanceof IOException ? cause : e);
        return new LostConnection(cut.orElse(said), e);
    }

    /**
     * Opens a channel. On the first one the server has to confirm that it has SFTP; that is a round trip more.
     *
     * @return empty if the server allows no more channels on this connection
     */
    Optional<SftpChannel> open() throws LostConnection {
        progress.begin();
        ChannelSftp channel = null;
        try {
            channel = (ChannelSftp) session.openChannel("sftp");
            if (channel == null) {
                // JSch's way to say that the connection has just ended.
                throw new JSchException("session is down");
            }
            channel.setBulkRequests(BULK_REQUESTS);
            // Else JSch waits for every answer that is still out each time the window is full.
            channel.setUseWriteFlushWorkaround(false);
            // Sooner than the connection counts as stalled: what is missing is SFTP, and that is to be said.
            channel.connect(opened ? 0 : (int) Math.min(Integer.MAX_VALUE, settings.stall().toMillis() * 3 / 4));
            opened = true;
            return Optional.of(new SftpChannel(channel, progress));
        } catch (JSchException e) {
            if (channel != null) {
                channel.disconnect();
            }
            if (alive()) {
                return Optional.empty();
            }
            throw lost(e);
        } finally {
            progress.end();
        }
    }

    /** Whether a channel was ever opened on it. */
    boolean opened() {
        return opened;
    }

    /** Whether it can be used, as far as is known. */
    boolean alive() {
        return cut.isEmpty() && session.isConnected();
    }

    /** Why it was cut from this side; empty if it was not. */
    Optional<String> whyCut() {
        return cut;
    }

    /** Cuts it if somebody has waited too long. */
    void cutIfStalled() {
        if (progress.stalled(settings.stall().toNanos())) {
            cut("nothing moved for " + settings.stall().toMillis() / 1000.0 + " s");
        }
    }

    /** Asks the server for a sign of life, so that neither it nor a router between takes the connection for forgotten. */
    void keepAlive() {
        if (!alive() || !progress.quiet()) {
            return;
        }
        try {
            progress.asked();
            session.sendKeepAliveMsg();
        } catch (Exception e) {
            cut("it is gone: " + Reason.of(e));
        }
    }

    /** Cuts it; whoever waits on it fails at once. */
    void cut(String why) {
        if (cut.isEmpty()) {
            cut = Optional.of(why);
        }
        sockets.close();
    }
}

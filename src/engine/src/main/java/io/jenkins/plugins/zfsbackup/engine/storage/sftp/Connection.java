package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import com.jcraft.jsch.ChannelSftp;
import com.jcraft.jsch.JSchAlgoNegoFailException;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.Session;
import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.PlainText;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException.Kind;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.protocol.HostKeyLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One SSH connection: made once, watched, and cut for good when nothing moves on it any more. */
final class Connection {

    /** AES-GCM runs in the processor and needs no MAC besides; the rest is for servers without it. */
    private static final String CIPHERS =
            "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes128-ctr,"
                    + "aes192-ctr,aes256-ctr";
    /** Requests for data that are under way on a channel: 64 of 32 KiB fill JSch's window of 2 MiB. */
    private static final int BULK_REQUESTS = 64;

    private static final Duration CONNECT = Duration.ofSeconds(20);

    /** What a server that only cleans up after somebody may take, once somebody is in a hurry. */
    private static final Duration HURRIED_STALL = Duration.ofSeconds(5);

    /**
     * What JSch says of text where SFTP should begin: it took the first four bytes for a length, less those of type and
     * number.
     */
    private static final Pattern TEXT = Pattern.compile("Received message is too long: (-?\\d+)");

    private static final int TYPE_AND_NUMBER = 5;

    private final SftpAddress address;
    private final SftpSettings settings;
    private final UserKeys userKeys;
    private final HostKeys hostKeys;
    private final StallDetector progress = new StallDetector();
    private final WatchedSockets sockets;
    private final Session session;
    private final Greeting greeting = new Greeting();
    /** What somebody waits for. JSch does not always wake who waits on a connection that is gone. */
    private final Set<CompletableFuture<?>> awaited = ConcurrentHashMap.newKeySet();

    private volatile Optional<String> cut = Optional.empty();
    private volatile Optional<String> refusedChannel = Optional.empty();
    private volatile boolean opened;

    Connection(SftpAddress address, SftpSettings settings, KnownHosts known, UserKeys userKeys) {
        this.address = address;
        this.settings = settings;
        this.userKeys = userKeys;
        this.hostKeys = new HostKeys(known, address, settings.newHostKeys());
        this.sockets = new WatchedSockets(shorter(CONNECT, settings.stall()), progress, greeting);
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

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /**
     * Connects and logs in. Whoever waits for it is free as soon as it is cut, whatever JSch or the system's search for
     * the server's name is stuck in.
     *
     * @throws RepositoryException if the server or its key is refused, or refuses the user
     * @throws LostConnection if nobody answers, or not as an SSH server does
     */
    void connect() throws BackupException, LostConnection {
        try (StallDetector.Wait wait = progress.begin(settings.firstAnswer())) {
            await("sftp-handshake", () -> {
                session.connect();
                return session;
            });
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    /**
     * The result of a work that needs the server, done on a thread of its own.
     *
     * @throws ExecutionException with what the work threw, or with why the connection was cut
     */
    private <T> T await(String name, Callable<T> work) throws ExecutionException, InterruptedRunException {
        CompletableFuture<T> result = new CompletableFuture<>();
        awaited.add(result);
        Thread thread = new Thread(
                () -> {
                    try {
                        result.complete(work.call());
                    } catch (Exception | Error e) {
                        result.completeExceptionally(e);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        // Whoever cuts it has set this first, and has freed those who were in the set by then.
        cut.ifPresent(why -> result.completeExceptionally(new IOException(why)));
        try {
            return result.get();
        } catch (InterruptedException e) {
            cut("the wait was interrupted");
            Thread.currentThread().interrupt();
            throw new InterruptedRunException("connecting to " + address, "the wait was interrupted", "", e);
        } finally {
            awaited.remove(result);
        }
    }

    /** Throws what became of the try to connect, or returns it to be thrown. */
    private LostConnection failure(Throwable e) throws RepositoryException {
        if (e instanceof Error error) {
            throw error;
        }
        if (e instanceof UncheckedIOException unwritable) {
            throw new RepositoryException(
                    Kind.REFUSED,
                    "connecting to " + address,
                    "its host key is new, and can't be noted: " + unwritable.getCause(),
                    Wording.NEW_HOST_KEY_NOT_NOTED.text(),
                    e);
        }
        if (e instanceof JSchException known && cut.isEmpty()) {
            Optional<RepositoryException> refusal = refusal(known);
            if (refusal.isPresent()) {
                throw refusal.get();
            }
        }
        return lost(e);
    }

    private Optional<RepositoryException> refusal(JSchException e) {
        String doing = "connecting to " + address;
        if (hostKeys.offer().isPresent() && hostKeys.offer().get().verdict() != KnownHosts.Verdict.TRUSTED) {
            return Optional.of(untrusted(doing, hostKeys.offer().get(), e));
        }
        if (e instanceof JSchAlgoNegoFailException nothing) {
            return Optional.of(refused(
                    doing,
                    "server and engine have no " + kindOfAlgorithm(nothing.getAlgorithmName())
                            + " in common; the server offers " + nothing.getServerProposal() + ", the engine "
                            + nothing.getJSchProposal(),
                    "Bring the server up to date, or allow one of the engine's there.",
                    e));
        }
        String said = Reason.of(e);
        if (said.startsWith("Auth ") || said.contains("Too many authentication failures")) {
            return Optional.of(refused(
                    doing,
                    "the server does not let " + address.user() + " in; offered were " + userKeys.offered(),
                    Wording.WRONG_IDENTITY.text(),
                    e));
        }
        return Optional.empty();
    }

    private RepositoryException untrusted(String doing, HostKeys.Offer offer, JSchException e) {
        String shown = "the server's " + offer.type() + " host key " + offer.fingerprint();
        String where = settings.knownHostsName();
        String line = hostKeys.line(offer);
        String authority = hostKeys.hasAuthority()
                ? "; the @cert-authority line there does not help, as the engine takes no host certificates"
                : "";
        return switch (offer.verdict()) {
            case REVOKED ->
                refused(
                        doing,
                        shown + " is marked @revoked in " + where,
                        "It may be stolen. Ask the server's administrator.",
                        e);
            case CHANGED ->
                refused(
                        doing,
                        shown + " is not the one in " + where + ", which has " + String.join(", ", hostKeys.types())
                                + authority,
                        Wording.CHANGED_HOST_KEY.text(HostKeyLine.name(address.host(), address.port()), where, line),
                        e);
            default ->
                refused(
                        doing,
                        shown + " is not known" + (authority.isEmpty() ? "" : " in " + where + authority),
                        Wording.UNKNOWN_HOST_KEY.text(where, line),
                        e);
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

    private LostConnection lost(Throwable e) {
        return new LostConnection(cut.orElseGet(() -> said(e)), e);
    }

    private String said(Throwable e) {
        Throwable cause = e.getCause() instanceof IOException ? e.getCause() : e;
        if (cause instanceof UnknownHostException) {
            return "there is no host named " + address.host();
        }
        if (cause instanceof Greeting.NoSsh) {
            return Reason.of(cause);
        }
        if (!greeting.begun()) {
            return Reason.of(cause);
        }
        if (greeting.version().isEmpty()) {
            return "what answers there is no SSH server: " + greeting.said();
        }
        // What JSch says when it stumbles over what no SSH server sends is about JSch.
        String what = e instanceof RuntimeException ? "the server does not speak SSH as it must" : Reason.of(cause);
        return what + "; " + greeting.said();
    }

    /**
     * Opens a channel. On the first one the server has to confirm that it has SFTP; that is a round trip more.
     *
     * @return empty if the server allows no more channels on this connection
     */
    Optional<SftpChannel> open() throws BackupException, LostConnection {
        try (StallDetector.Wait wait = progress.begin(longestAnswer())) {
            SftpChannel channel = new SftpChannel(await("sftp-open", this::channel), progress, longestAnswer());
            opened = true;
            return Optional.of(channel);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            if (alive()) {
                refusedChannel = Optional.of(channelRefusal(e.getCause()));
                return Optional.empty();
            }
            throw lost(e.getCause());
        }
    }

    private ChannelSftp channel() throws JSchException {
        ChannelSftp channel = (ChannelSftp) session.openChannel("sftp");
        if (channel == null) {
            // JSch's way to say that the connection has just ended.
            throw new JSchException("session is down");
        }
        try {
            channel.setBulkRequests(BULK_REQUESTS);
            // Else JSch waits for every answer that is still out each time the window is full.
            channel.setUseWriteFlushWorkaround(false);
            // Sooner than the connection counts as stalled: what is missing is SFTP, and that is to be said.
            channel.connect(
                    opened
                            ? 0
                            : (int) Math.min(Integer.MAX_VALUE, settings.stall().toMillis() * 3 / 4));
            return channel;
        } catch (JSchException | RuntimeException e) {
            channel.disconnect();
            throw e;
        }
    }

    private Duration longestAnswer() {
        return settings.stall().multipliedBy(2);
    }

    private static String channelRefusal(Throwable e) {
        String said = Reason.of(e);
        Matcher text = TEXT.matcher(said);
        if (!text.find()) {
            return said;
        }
        byte[] first = ByteBuffer.allocate(Integer.BYTES)
                .putInt(Integer.parseInt(text.group(1)) + TYPE_AND_NUMBER)
                .array();
        return "where SFTP should begin it says "
                + PlainText.quoted(new String(first, StandardCharsets.ISO_8859_1) + "…")
                + "; does its shell print something at every login?";
    }

    /** Why the server opened no channel when it was asked last; empty if it always did. */
    Optional<String> refusedChannel() {
        return refusedChannel;
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
    void cutIfStalled(boolean hurried) {
        Duration stall = hurried ? shorter(HURRIED_STALL, settings.stall()) : settings.stall();
        Duration silence = shorter(CONNECT, stall);
        if (progress.late(settings.firstAnswer())) {
            cut("it came to no answer within " + seconds(settings.firstAnswer()) + "; " + greeting.said());
        } else if (sockets.connected() && !greeting.begun() && progress.stalled(silence)) {
            cut("it takes connections, but has said nothing for " + seconds(silence));
        } else if (progress.stalled(stall)) {
            cut("nothing moved for " + seconds(stall));
        } else {
            progress.overdue().ifPresent(most -> cut("the answer was not complete after " + seconds(most)));
        }
    }

    private static String seconds(Duration time) {
        return time.toMillis() / 1000.0 + " s";
    }

    /** Whether the server has ever answered anything on it. */
    boolean answered() {
        return progress.answered();
    }

    /**
     * Asks the server for a sign of life, so that neither it nor a router between takes the connection for forgotten.
     */
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
        awaited.forEach(each -> each.completeExceptionally(new IOException(why)));
    }
}

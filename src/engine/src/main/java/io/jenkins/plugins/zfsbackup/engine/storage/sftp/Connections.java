package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The SSH connections to one server, and several SFTP channels on each, all opened when they are first needed. JSch has
 * one request under way on a channel, so that over a slow link many small calls go side by side on many channels;
 * transfers go to the connection with the fewest.
 */
final class Connections implements AutoCloseable {

    /** As many as OpenSSH allows by default (MaxSessions); a server that allows fewer is found out. */
    private static final int CHANNELS = 10;

    private static final Duration KEEP_ALIVE = Duration.ofSeconds(20);

    private final SftpAddress address;
    private final SftpSettings settings;
    private final UserKeys userKeys;
    private final KnownHosts known;
    private final List<Slot> slots = new ArrayList<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(Connections::daemon);
    private final ExecutorService background = Executors.newCachedThreadPool(Connections::daemon);
    private volatile boolean everAnswered;
    private volatile boolean hurried;
    private boolean closed;
    private boolean stopped;

    Connections(SftpAddress address, SftpSettings settings) throws BackupException {
        this.address = address;
        this.settings = settings;
        this.userKeys = new UserKeys(settings);
        this.known = KnownHosts.read(settings.knownHosts());
        for (int i = 0; i < settings.connections(); i++) {
            slots.add(new Slot());
        }
        every(Math.max(10, Math.min(1000, settings.stall().toMillis() / 4)), this::cutStalled);
        every(KEEP_ALIVE.toMillis(), this::keepAlive);
    }

    private void every(long millis, Runnable work) {
        clock.scheduleWithFixedDelay(work, millis, millis, TimeUnit.MILLISECONDS);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "sftp");
        thread.setDaemon(true);
        return thread;
    }

    /** What a channel is wanted for. */
    enum Purpose {
        /** A question and its answer. */
        CALL,
        /** The content of a file. */
        TRANSFER
    }

    /**
     * A place for a connection, which is made anew when it is lost. Guarded by the {@link Connections}' lock, but for
     * connecting.
     */
    private final class Slot {
        private final Object connecting = new Object();
        private volatile Connection connection;
        private final Deque<SftpChannel> idle = new ArrayDeque<>();
        private int channels;
        private int transfers;
        private int most = CHANNELS;

        boolean connected() {
            return connection != null && connection.alive();
        }

        boolean hasRoom(Purpose purpose) {
            // A call must always get through, also when all channels that may be had carry files.
            return channels < most && (purpose == Purpose.CALL || transfers < Math.max(1, most - 1));
        }

        private Connection connection() throws BackupException, LostConnection {
            synchronized (connecting) {
                if (!connected()) {
                    Connection fresh = new Connection(address, settings, known, userKeys);
                    synchronized (Connections.this) {
                        checkOpen();
                        idle.clear();
                        connection = fresh;
                    }
                    fresh.connect();
                }
                return connection;
            }
        }
    }

    /** A channel for one caller, until it is given back by {@link #close()}. */
    final class Lease implements AutoCloseable {
        private final Slot slot;
        private final Purpose purpose;
        private final Connection connection;
        private final SftpChannel channel;
        private boolean kept;
        private boolean over;

        Lease(Slot slot, Purpose purpose, Connection connection, SftpChannel channel) {
            this.slot = slot;
            this.purpose = purpose;
            this.connection = connection;
            this.channel = channel;
        }

        SftpChannel channel() {
            return channel;
        }

        /** It is not given back where it was taken, but by whoever uses it on. */
        void keep() {
            kept = true;
        }

        boolean kept() {
            return kept;
        }

        /** Whether the connection is gone, so that what the channel said last may not be the whole truth. */
        boolean lost() {
            return !connection.alive() || !channel.usable();
        }

        /** Whether the connection was cut from this side, so that all failures on it come from that. */
        boolean cut() {
            return connection.whyCut().isPresent();
        }

        /** The reason behind a failure: why the connection was cut, if it was. */
        IOException reason(IOException e) {
            return connection
                    .whyCut()
                    .<IOException>map(why -> new LostConnection(why, e))
                    .orElse(e);
        }

        /** Ends the channel, with whatever goes on on it. */
        void discard() {
            channel.close();
            close();
        }

        @Override
        public void close() {
            boolean again = channel.usable() && connection.alive();
            everAnswered |= connection.answered();
            synchronized (Connections.this) {
                if (over) {
                    return;
                }
                over = true;
                slot.channels--;
                slot.transfers -= purpose == Purpose.TRANSFER ? 1 : 0;
                if (again && slot.connection == connection) {
                    slot.idle.push(channel);
                }
                Connections.this.notifyAll();
            }
            if (!again) {
                channel.close();
            }
        }
    }

    /** Whether the server has ever answered anything. */
    boolean answered() {
        return everAnswered;
    }

    /**
     * A channel; waits while all are in use.
     *
     * @throws RepositoryException if the server or its key is refused, or refuses the user
     * @throws LostConnection if nobody answers
     */
    Lease lease(Purpose purpose) throws BackupException, LostConnection {
        while (true) {
            Slot slot = reserve(purpose);
            boolean leased = false;
            try {
                Connection connection = slot.connection();
                Optional<SftpChannel> channel = idle(slot);
                if (channel.isEmpty()) {
                    channel = connection.open();
                }
                if (channel.isPresent()) {
                    leased = true;
                    return new Lease(slot, purpose, connection, channel.get());
                }
                refused(slot, connection);
            } finally {
                if (!leased) {
                    release(slot, purpose);
                }
            }
        }
    }

    /** The server opens no more channels: those that there are must do. */
    private synchronized void refused(Slot slot, Connection connection) throws RepositoryException, LostConnection {
        boolean last = slot.channels == 1 && slot.idle.isEmpty();
        if (last && !connection.opened()) {
            connection.cut("the server opens no channel on it");
            throw new RepositoryException(
                    Kind.REFUSED,
                    "opening SFTP on " + address,
                    "the server has let " + address.user() + " in, but opens no SFTP channel"
                            + connection
                                    .refusedChannel()
                                    .map(said -> " (" + said + ")")
                                    .orElse(""),
                    "Is there a line \"Subsystem sftp internal-sftp\" in its sshd_config, and may this account"
                            + " use it?");
        }
        if (last) {
            // It still counts one that was cut off.
            connection.cut("the server opens no more channels on it");
            throw new LostConnection("the server opens no more channels on the connection", null);
        }
        slot.most = Math.max(1, Math.min(slot.most, slot.channels - 1));
    }

    private synchronized Slot reserve(Purpose purpose) throws BackupException {
        while (true) {
            checkOpen();
            Optional<Slot> best =
                    slots.stream().filter(slot -> slot.hasRoom(purpose)).min(order(purpose));
            if (best.isPresent()) {
                Slot slot = best.get();
                slot.channels++;
                slot.transfers += purpose == Purpose.TRANSFER ? 1 : 0;
                return slot;
            }
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedRunException(
                        "waiting for a connection to " + address, "the wait was interrupted", "", e);
            }
        }
    }

    /**
     * What is open and free first, so that a run with little to do has one connection; then what has the least to do.
     */
    private static Comparator<Slot> order(Purpose purpose) {
        Comparator<Slot> order = Comparator.comparing(slot -> !slot.connected() || slot.idle.isEmpty());
        order = order.thenComparingInt(slot -> slot.channels);
        return purpose == Purpose.CALL
                ? order
                : Comparator.<Slot>comparingInt(slot -> slot.transfers).thenComparing(order);
    }

    private synchronized Optional<SftpChannel> idle(Slot slot) {
        while (!slot.idle.isEmpty()) {
            SftpChannel channel = slot.idle.pop();
            if (channel.usable()) {
                return Optional.of(channel);
            }
        }
        return Optional.empty();
    }

    private synchronized void release(Slot slot, Purpose purpose) {
        slot.channels--;
        slot.transfers -= purpose == Purpose.TRANSFER ? 1 : 0;
        notifyAll();
    }

    /** Does something that nobody waits for. */
    synchronized void later(Runnable work) {
        if (!closed) {
            background.execute(work);
        }
    }

    /**
     * Ends all pauses, those to come too, and what has not come to an answer yet: whoever waits for the server is in a
     * hurry now.
     */
    void stopWaiting() {
        synchronized (this) {
            hurried = true;
            notifyAll();
        }
        connections().stream().filter(connection -> !connection.answered()).forEach(Connections::stop);
    }

    /** Ends all that is under way and to come. */
    void stop() {
        synchronized (this) {
            hurried = true;
            stopped = true;
            notifyAll();
        }
        connections().forEach(Connections::stop);
    }

    private static void stop(Connection connection) {
        connection.cut("the run was stopped");
    }

    private void checkOpen() throws BackupException {
        if (stopping()) {
            throw stopped("using " + address, null);
        }
        if (closed) {
            throw new RepositoryException(Kind.FAILED, "using " + address, "the storage was closed", "");
        }
    }

    /** Whether nothing is wanted from the server any more. */
    synchronized boolean stopping() {
        return stopped || hurried && !everAnswered;
    }

    /** A stop, as what became of something. */
    static InterruptedRunException stopped(String doing, Throwable cause) {
        return new InterruptedRunException(doing, "the run was stopped", "Run again to carry on.", cause);
    }

    private synchronized List<Connection> connections() {
        return slots.stream()
                .map(slot -> slot.connection)
                .filter(each -> each != null)
                .toList();
    }

    private void cutStalled() {
        connections().forEach(connection -> connection.cutIfStalled(hurried));
    }

    private void keepAlive() {
        // Each on a thread of its own: a peer that takes nothing holds whoever writes to it.
        connections().forEach(connection -> later(connection::keepAlive));
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        clock.shutdownNow();
        connections().forEach(connection -> connection.cut("the storage was closed"));
        background.shutdown();
    }
}

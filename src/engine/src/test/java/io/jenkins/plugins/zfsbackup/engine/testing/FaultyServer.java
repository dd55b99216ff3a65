package io.jenkins.plugins.zfsbackup.engine.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.sshd.client.future.DefaultOpenFuture;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.channel.ChannelSessionFactory;
import org.apache.sshd.server.session.ServerSession;
import org.apache.sshd.sftp.SftpModuleProperties;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;
import org.apache.sshd.sftp.server.DirectoryHandle;
import org.apache.sshd.sftp.server.FileHandle;
import org.apache.sshd.sftp.server.Handle;
import org.apache.sshd.sftp.server.SftpEventListener;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;

/**
 * An SFTP server in this process that does what bad servers do, when it is told to: everything that can't be had from a
 * real one at will. Its user sees a virtual root and nothing above it. Any user with any key is let in.
 */
public final class FaultyServer implements AutoCloseable {

    private final Path root;
    private final KeyPair hostKey;
    private final SshServer server = SshServer.setUpDefaultServer();
    private final AtomicInteger requests = new AtomicInteger();
    private final Queue<String> opened = new ConcurrentLinkedQueue<>();
    private final AtomicInteger logins = new AtomicInteger();
    private final AtomicInteger channelRequests = new AtomicInteger();
    private final AtomicInteger renames = new AtomicInteger();
    private final Cut cutWrites = new Cut();
    private final Cut cutReads = new Cut();
    private final Cut cutRenames = new Cut();
    private volatile boolean diskFull;
    private volatile boolean modesRefused;
    private volatile CountDownLatch stall = new CountDownLatch(0);
    private volatile CountDownLatch loginStall = new CountDownLatch(0);
    private volatile boolean deny;

    /** A cut that waits for its moment: after so many bytes (or calls), so many times. */
    private static final class Cut {
        private final AtomicLong left = new AtomicLong(Long.MAX_VALUE);
        private final AtomicInteger times = new AtomicInteger();
        private volatile long each;

        void set(long after, int howOften) {
            each = after;
            times.set(howOften);
            left.set(after);
        }

        boolean now(long amount) {
            if (left.addAndGet(-amount) >= 0) {
                return false;
            }
            left.set(times.decrementAndGet() > 0 ? each : Long.MAX_VALUE);
            return true;
        }
    }

    /** Starts a server that behaves. */
    public FaultyServer() {
        try {
            root = Files.createTempDirectory("faulty-sshd");
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            hostKey = generator.generateKeyPair();
            server.setHost("127.0.0.1");
            server.setPort(0);
            server.setKeyPairProvider(KeyPairProvider.wrap(hostKey));
            server.setPublickeyAuthenticator(this::admit);
            server.setFileSystemFactory(new VirtualFileSystemFactory(root));
            SftpSubsystemFactory sftp = new SftpSubsystemFactory.Builder().build();
            sftp.addSftpEventListener(new Faults());
            server.setSubsystemFactories(List.of(sftp));
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java has EC keys", e);
        }
    }

    private boolean admit(String user, PublicKey key, ServerSession session) {
        logins.incrementAndGet();
        try {
            loginStall.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !deny;
    }

    /** Where it listens, on 127.0.0.1. */
    public int port() {
        return server.getPort();
    }

    /** Its user's root, from outside. */
    public Path root() {
        return root;
    }

    /** The {@code known_hosts} line for its host key. */
    public String knownHost() {
        return knownHost(port());
    }

    /** The {@code known_hosts} line for its host key where it is reached through another port. */
    public String knownHost(int port) {
        return "[127.0.0.1]:" + port + " " + PublicKeyEntry.toString(hostKey.getPublic()) + "\n";
    }

    /** SFTP requests that came in so far. */
    public int requests() {
        return requests.get();
    }

    /** How often files and directories of this name were opened so far. */
    public long opened(String name) {
        return opened.stream().filter(name::equals).count();
    }

    /** Connections that were let in so far, as far as their users proved a key. */
    public int logins() {
        return logins.get();
    }

    /** Renames that were carried out so far. */
    public int renames() {
        return renames.get();
    }

    /** From now on every write fails with a bare SSH_FX_FAILURE, as old servers say that the disk is full. */
    public void fillDisk() {
        diskFull = true;
    }

    /** Nobody is let in from now on. */
    public void denyLogins() {
        deny = true;
    }

    /** Knows no extension of OpenSSH's: rename refuses a name that is taken, and free space is not told. */
    public void forgetExtensions() {
        // An empty list would be taken for none given.
        SftpModuleProperties.OPENSSH_EXTENSIONS.set(server, "nothing@example.org=1");
    }

    /** Lets nobody change the mode of anything. */
    public void refuseModes() {
        modesRefused = true;
    }

    /** Allows so many channels on a connection, as MaxSessions does. */
    public void limitChannels(int most) {
        CoreModuleProperties.MAX_CONCURRENT_CHANNELS.set(server, most);
    }

    /** Cuts the connection when so many bytes of files have come in, and so often. */
    public void cutWrites(long afterBytes, int times) {
        cutWrites.set(afterBytes, times);
    }

    /** Cuts the connection when so many bytes of files have gone out, and so often. */
    public void cutReads(long afterBytes, int times) {
        cutReads.set(afterBytes, times);
    }

    /** Carries the next rename out and cuts the connection instead of saying so. */
    public void cutAfterRename() {
        cutRenames.set(0, 1);
    }

    /** Closes all connections, as a server does with idle ones. */
    public void closeConnections() {
        server.getActiveSessions().forEach(session -> session.close(true));
    }

    /** Answers nothing more on SFTP, though its SSH side is alive; until {@link #goOn()}. */
    public void stall() {
        stall = new CountDownLatch(1);
    }

    /** Answers nothing more to who logs in, after the keys were exchanged; until {@link #goOn()}. */
    public void stallLogins() {
        loginStall = new CountDownLatch(1);
    }

    /** Lets everybody in and answers no request for a channel. */
    public void forgetChannels() {
        server.setChannelFactories(List.of(new ChannelSessionFactory() {
            @Override
            public Channel createChannel(Session session) {
                return new ChannelSession() {
                    @Override
                    public OpenFuture open(long recipient, long window, long packet, Buffer buffer) {
                        channelRequests.incrementAndGet();
                        return new DefaultOpenFuture(this, futureLock);
                    }
                };
            }
        }));
    }

    /** Requests for a channel that {@link #forgetChannels()} has left unanswered. */
    public int forgottenChannels() {
        return channelRequests.get();
    }

    /** Ends {@link #stall()} and {@link #stallLogins()}. */
    public void goOn() {
        stall.countDown();
        loginStall.countDown();
    }

    @Override
    public void close() {
        goOn();
        try {
            server.stop(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        FileTrees.delete(root);
    }

    private final class Faults implements SftpEventListener {

        @Override
        public void received(ServerSession session, int type, int id) throws IOException {
            requests.incrementAndGet();
            try {
                stall.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void opening(ServerSession session, String remoteHandle, Handle handle) {
            opened.add(String.valueOf(handle.getFile().getFileName())); // the root has none
        }

        @Override
        public void writing(
                ServerSession session, String handle, FileHandle file, long offset, byte[] data, int from, int length)
                throws IOException {
            if (diskFull) {
                throw new SftpException(SftpConstants.SSH_FX_FAILURE, "Failure");
            }
            if (cutWrites.now(length)) {
                session.close(true);
            }
        }

        @Override
        public void reading(
                ServerSession session, String handle, FileHandle file, long offset, byte[] data, int from, int length)
                throws IOException {
            if (cutReads.now(length)) {
                session.close(true);
            }
        }

        @Override
        public void readingEntries(ServerSession session, String handle, DirectoryHandle directory) throws IOException {
            if (cutReads.now(0)) {
                session.close(true);
            }
        }

        @Override
        public void modifyingAttributes(ServerSession session, Path path, Map<String, ?> attributes)
                throws IOException {
            if (modesRefused && attributes.containsKey("permissions")) {
                throw new SftpException(SftpConstants.SSH_FX_OP_UNSUPPORTED, "not here");
            }
        }

        @Override
        public void moved(ServerSession session, Path from, Path to, Collection<CopyOption> options, Throwable thrown)
                throws IOException {
            renames.incrementAndGet();
            if (cutRenames.now(1)) {
                session.close(true);
            }
        }
    }
}

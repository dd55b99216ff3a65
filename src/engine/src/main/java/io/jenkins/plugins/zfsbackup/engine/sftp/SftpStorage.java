package io.jenkins.plugins.zfsbackup.engine.sftp;

import com.jcraft.jsch.ChannelSftp;
import com.jcraft.jsch.SftpATTRS;
import com.jcraft.jsch.SftpException;
import com.jcraft.jsch.SftpStatVFS;
import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException.Kind;
import io.jenkins.plugins.zfsbackup.engine.repository.Storage;
import io.jenkins.plugins.zfsbackup.engine.repository.StoredFile;
import io.jenkins.plugins.zfsbackup.engine.repository.Upload;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A repository on an SFTP server.
 *
 * <p>Two things that the protocol has and JSch does not offer are made up for: a file is created exclusively by looking
 * first, which is enough below a directory of a random name; and {@code fsync@openssh.com} can't be sent, so that a server
 * that loses power right after a run may lose what its system had not written yet.
 */
public final class SftpStorage implements Storage {

    private static final long FIRST_PAUSE_MILLIS = 250;
    private static final long LONGEST_PAUSE_MILLIS = 15_000;
    private static final int BUFFER = 1 << 17;

    private final SftpAddress address;
    private final SftpSettings settings;
    private final Connections connections;
    private volatile String root;

    /**
     * Connects only when it is first used.
     *
     * @throws io.jenkins.plugins.zfsbackup.engine.model.UsageException if the private key can't be read
     */
    public SftpStorage(SftpAddress address, SftpSettings settings) throws BackupException {
        this.address = address;
        this.settings = settings;
        this.connections = new Connections(address, settings);
    }

    @Override
    public String address() {
        return address.toString();
    }

    @Override
    public int connections() {
        return settings.connections();
    }

    /** A piece of work on a channel. */
    @FunctionalInterface
    private interface Call<T> {
        T on(ChannelSftp channel) throws SftpException, IOException;
    }

    /**
     * Runs a call that may be repeated, on a new connection as often as one is lost, until patience ends.
     */
    private <T> T call(String doing, String path, Call<T> call) throws BackupException {
        long began = System.nanoTime();
        long pause = FIRST_PAUSE_MILLIS;
        while (true) {
            try {
                return once(doing, path, call);
            } catch (RepositoryException e) {
                boolean patient = connections.everConnected()
                        && System.nanoTime() - began < settings.patience().toNanos();
                if (e.kind() != Kind.OUT_OF_REACH || !patient) {
                    throw e;
                }
            }
            pause(doing, path, pause);
            pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
        }
    }

    private void pause(String doing, String path, long millis) throws BackupException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RepositoryException(Kind.FAILED, doing(doing, path), "the wait for the server was interrupted", "", e);
        }
    }

    private <T> T once(String doing, String path, Call<T> call) throws BackupException {
        try (Connections.Lease lease = connections.lease()) {
            try {
                return call.on(lease.channel());
            } catch (SftpException | IOException | RuntimeException e) {
                throw explained(doing, path, e, lease);
            }
        }
    }

    private String doing(String doing, String path) {
        return doing + " " + (path.isEmpty() ? address.path() : path) + " on " + address.user() + "@" + address.host();
    }

    /** What a failure means; a channel on which anything but a plain refusal happened is not used again. */
    private BackupException explained(String doing, String path, Exception e, Connections.Lease lease) {
        String what = doing(doing, path);
        SftpException said = e instanceof SftpException sftp ? sftp : e.getCause() instanceof SftpException sftp ? sftp : null;
        if (e instanceof BackupException known) {
            return known;
        }
        boolean answered = said != null && said.getCause() == null && !lease.lost();
        if (!answered) {
            lease.broken();
            return new RepositoryException(
                    Kind.OUT_OF_REACH, what, "the connection was lost (" + e.getMessage() + ")", "Run again when the server is back.", e);
        }
        if (e != said) {
            lease.broken();
        }
        return switch (said.id) {
            case ChannelSftp.SSH_FX_NO_SUCH_FILE -> new RepositoryException(Kind.MISSING, what, "it is not there", "", e);
            case ChannelSftp.SSH_FX_PERMISSION_DENIED -> new RepositoryException(
                    Kind.REFUSED, what, "permission denied", "Look at its owner and mode on the server.", e);
            case ChannelSftp.SSH_FX_NO_CONNECTION, ChannelSftp.SSH_FX_CONNECTION_LOST -> new RepositoryException(
                    Kind.OUT_OF_REACH, what, "the connection was lost", "Run again when the server is back.", e);
            default -> new RepositoryException(Kind.FAILED, what, said(said), "", e);
        };
    }

    private static String said(SftpException e) {
        String message = String.valueOf(e.getMessage());
        return "the server says " + (message.isEmpty() ? "failure" : message.toLowerCase(java.util.Locale.ROOT));
    }

    /** A bare failure tells nothing; the server's free space often does. */
    private BackupException writeFailure(BackupException e) {
        if (!(e instanceof RepositoryException failure) || failure.kind() != Kind.FAILED) {
            return e;
        }
        try {
            OptionalLong free = once("asking for free space of", "", this::free);
            if (failure.said().contains("space") || failure.said().contains("quota") || free.isPresent() && free.getAsLong() < (1 << 20)) {
                return new RepositoryException(
                        Kind.FULL, failure.doing(), failure.said() + "; its disk is full", "Make room on the server, then run again.", e);
            }
            String hint = free.isEmpty() ? "The server does not tell its free space: is its disk or this account's quota full?" : "";
            return new RepositoryException(Kind.FAILED, failure.doing(), failure.said(), hint, e);
        } catch (BackupException unknown) {
            failure.addSuppressed(unknown);
            return failure;
        }
    }

    /** Virtual servers resolve relative paths against a root of their own, so that all paths here are absolute. */
    private String at(ChannelSftp channel, String path) throws SftpException {
        if (root == null) {
            root = address.path().startsWith("~/")
                    ? channel.getHome().replaceAll("/$", "") + address.path().substring(1)
                    : address.path();
        }
        return path.isEmpty() ? root : root + "/" + path;
    }

    /** The path as JSch wants it where it looks for wildcards. */
    private String quoted(ChannelSftp channel, String path) throws SftpException {
        return at(channel, path).replaceAll("([\\\\*?])", "\\\\$1");
    }

    @Override
    public Optional<List<StoredFile>> list(String directory) throws BackupException {
        try {
            return Optional.of(call("listing", directory, channel -> {
                List<StoredFile> files = new ArrayList<>();
                channel.ls(quoted(channel, directory), entry -> {
                    if (!entry.getFilename().equals(".") && !entry.getFilename().equals("..")) {
                        files.add(file(entry.getFilename(), entry.getAttrs()));
                    }
                    return ChannelSftp.LsEntrySelector.CONTINUE;
                });
                return files;
            }));
        } catch (RepositoryException e) {
            if (e.kind() == Kind.MISSING) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static StoredFile file(String name, SftpATTRS is) {
        return new StoredFile(
                name,
                is.isDir(),
                is.isDir() ? 0 : is.getSize(),
                Instant.ofEpochSecond(Integer.toUnsignedLong(is.getMTime())));
    }

    @Override
    public Optional<StoredFile> stat(String path) throws BackupException {
        try {
            SftpATTRS is = call("looking at", path, channel -> channel.lstat(quoted(channel, path)));
            return Optional.of(file(path.substring(path.lastIndexOf('/') + 1), is));
        } catch (RepositoryException e) {
            if (e.kind() == Kind.MISSING) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public InputStream read(String path) throws BackupException {
        long began = System.nanoTime();
        long pause = FIRST_PAUSE_MILLIS;
        while (true) {
            Connections.Lease lease = null;
            try {
                lease = connections.lease();
                return new Reading(path, lease, lease.channel().get(quoted(lease.channel(), path)));
            } catch (SftpException | RuntimeException | BackupException e) {
                BackupException why = e instanceof BackupException known ? known : explained("reading", path, e, lease);
                if (lease != null) {
                    lease.close();
                }
                boolean retry = why instanceof RepositoryException r
                        && r.kind() == Kind.OUT_OF_REACH
                        && connections.everConnected()
                        && System.nanoTime() - began < settings.patience().toNanos();
                if (!retry) {
                    throw why;
                }
                pause("reading", path, pause);
                pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
            }
        }
    }

    @Override
    public Upload write(String path) throws BackupException {
        if (stat(path).isPresent()) {
            throw new RepositoryException(Kind.EXISTS, doing("writing", path), "that name is taken", "");
        }
        Connections.Lease lease = connections.lease();
        try {
            return new Writing(path, lease, lease.channel().put(quoted(lease.channel(), path), ChannelSftp.OVERWRITE));
        } catch (SftpException | RuntimeException e) {
            BackupException why = explained("writing", path, e, lease);
            lease.close();
            throw writeFailure(why);
        }
    }

    @Override
    public void makeDirectory(String path) throws BackupException {
        try {
            call("making the directory", path, channel -> {
                channel.mkdir(at(channel, path));
                return null;
            });
        } catch (RepositoryException e) {
            if (e.kind() != Kind.MISSING && stat(path).isPresent()) {
                throw new RepositoryException(Kind.EXISTS, e.doing(), "that name is taken", "", e);
            }
            throw e.kind() == Kind.MISSING ? missingParent(e) : writeFailure(e);
        }
    }

    private RepositoryException missingParent(RepositoryException e) {
        return new RepositoryException(
                Kind.MISSING, e.doing(), "the directory above it is not there", "Make it on the server, or correct the address.", e);
    }

    @Override
    public void makeDirectories(String path) throws BackupException {
        Optional<StoredFile> there = stat(path);
        if (there.isPresent()) {
            return;
        }
        if (!path.isEmpty()) {
            int slash = path.lastIndexOf('/');
            makeDirectories(slash < 0 ? "" : path.substring(0, slash));
        }
        try {
            makeDirectory(path);
        } catch (RepositoryException e) {
            if (e.kind() != Kind.EXISTS) {
                throw e;
            }
        }
    }

    @Override
    public void rename(String from, String to) throws BackupException {
        String what = from + " to " + to;
        if (stat(to).isPresent()) {
            throw new RepositoryException(Kind.EXISTS, doing("renaming", what), "that name is taken", "");
        }
        try {
            // Not repeated: when the answer is lost nobody knows whether it was done, but one look tells.
            once("renaming", what, channel -> {
                channel.rename(at(channel, from), at(channel, to));
                return null;
            });
        } catch (RepositoryException e) {
            if (e.kind() == Kind.OUT_OF_REACH) {
                if (stat(from).isEmpty() && stat(to).isPresent()) {
                    return;
                }
                once("renaming", what, channel -> {
                    channel.rename(at(channel, from), at(channel, to));
                    return null;
                });
                return;
            }
            if (e.kind() == Kind.FAILED && stat(to).isPresent()) {
                throw new RepositoryException(Kind.EXISTS, e.doing(), "that name is taken", "", e);
            }
            throw e;
        }
    }

    @Override
    public void replace(String from, String to) throws BackupException {
        try {
            once("replacing", to, channel -> {
                channel.rename(at(channel, from), at(channel, to));
                return null;
            });
        } catch (RepositoryException e) {
            if (e.kind() == Kind.OUT_OF_REACH && stat(from).isEmpty() && stat(to).isPresent()) {
                return;
            }
            // A server without posix-rename refuses to rename onto a name that is taken.
            deleteFile(to);
            call("replacing", to, channel -> {
                channel.rename(at(channel, from), at(channel, to));
                return null;
            });
        }
    }

    @Override
    public void deleteFile(String path) throws BackupException {
        gone("deleting", path, channel -> {
            channel.rm(quoted(channel, path));
            return null;
        });
    }

    @Override
    public void deleteDirectory(String path) throws BackupException {
        gone("deleting", path, channel -> {
            channel.rmdir(quoted(channel, path));
            return null;
        });
    }

    private void gone(String doing, String path, Call<Void> call) throws BackupException {
        try {
            call(doing, path, call);
        } catch (RepositoryException e) {
            if (e.kind() != Kind.MISSING) {
                throw e;
            }
        }
    }

    @Override
    public OptionalLong free() throws BackupException {
        return call("asking for free space of", "", this::free);
    }

    private OptionalLong free(ChannelSftp channel) throws SftpException {
        if (channel.getExtension("statvfs@openssh.com") == null) {
            return OptionalLong.empty();
        }
        try {
            SftpStatVFS is = channel.statVFS(at(channel, ""));
            return OptionalLong.of(is.getAvailBlocks() * is.getFragmentSize());
        } catch (SftpException e) {
            if (e.id == ChannelSftp.SSH_FX_NO_SUCH_FILE) {
                return OptionalLong.empty();
            }
            throw e;
        }
    }

    @Override
    public List<String> capabilities() throws BackupException {
        return call("asking the server", "", channel -> List.of(
                channel.getExtension("posix-rename@openssh.com") != null
                        ? "replaces files in one step"
                        : "can't replace files in one step",
                channel.getExtension("statvfs@openssh.com") != null ? "tells its free space" : "does not tell its free space",
                "files are not flushed to its disk one by one"));
    }

    @Override
    public void close() {
        connections.close();
    }

    private final class Reading extends FilterInputStream {
        private final String path;
        private final Connections.Lease lease;
        private boolean atEnd;
        private boolean closed;

        Reading(String path, Connections.Lease lease, InputStream in) {
            super(in);
            this.path = path;
            this.lease = lease;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                int read = in.read(bytes, offset, length);
                atEnd |= read < 0;
                return read;
            } catch (IOException | RuntimeException e) {
                throw explained("reading", path, e, lease);
            }
        }

        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            try {
                in.close();
            } catch (IOException | RuntimeException e) {
                // What was read was read whole or not; the channel alone is in doubt.
                lease.broken();
            }
            if (!atEnd) {
                lease.broken();
            }
            lease.close();
        }
    }

    private final class Writing extends Upload {
        private final String path;
        private final Connections.Lease lease;
        private final OutputStream out;
        private final byte[] buffer = new byte[BUFFER];
        private int buffered;
        private long bytes;
        private boolean over;

        Writing(String path, Connections.Lease lease, OutputStream out) {
            this.path = path;
            this.lease = lease;
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            if (length >= BUFFER) {
                drain();
                send(from, offset, length);
                return;
            }
            if (buffered + length > BUFFER) {
                drain();
            }
            System.arraycopy(from, offset, buffer, buffered, length);
            buffered += length;
        }

        private void drain() throws IOException {
            send(buffer, 0, buffered);
            buffered = 0;
        }

        private void send(byte[] from, int offset, int length) throws IOException {
            if (length == 0) {
                return;
            }
            try {
                out.write(from, offset, length);
                bytes += length;
            } catch (IOException | RuntimeException e) {
                throw failed(e);
            }
        }

        @Override
        public long finish() throws IOException {
            drain();
            try {
                out.close();
            } catch (IOException | RuntimeException e) {
                throw failed(e);
            }
            over = true;
            lease.close();
            Optional<StoredFile> there = stat(path);
            long size = there.map(StoredFile::size).orElse(-1L);
            if (size != bytes) {
                throw writeFailure(new RepositoryException(
                        Kind.FAILED,
                        doing("writing", path),
                        there.isEmpty() ? "the file is not there afterwards" : "the server has " + size + " bytes of " + bytes,
                        ""));
            }
            return bytes;
        }

        private BackupException failed(Exception e) {
            BackupException why = explained("writing", path, e, lease);
            lease.broken();
            close();
            return writeFailure(why);
        }

        @Override
        public void close() {
            if (!over) {
                over = true;
                lease.broken();
                lease.close();
            }
        }
    }
}

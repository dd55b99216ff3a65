package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import com.jcraft.jsch.SftpATTRS;
import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException.Kind;
import io.jenkins.plugins.zfsbackup.engine.storage.Download;
import io.jenkins.plugins.zfsbackup.engine.storage.ShellWord;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.StoragePath;
import io.jenkins.plugins.zfsbackup.engine.storage.StoredFile;
import io.jenkins.plugins.zfsbackup.engine.storage.Upload;
import io.jenkins.plugins.zfsbackup.engine.storage.sftp.Connections.Purpose;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * A repository on an SFTP server.
 *
 * <p>Two things that the protocol has and JSch does not offer are made up for, as far as that goes. It can't ask for an
 * exclusive creation: a file is created after a look that finds nothing, which is enough below a directory of a random
 * name; where two may want one name, a file is written under another and {@linkplain #rename renamed}, which is
 * exclusive. And it can't send {@code fsync@openssh.com}: a server that loses power right after a run may lose what its
 * system had not written to the disk yet.
 *
 * <p>A call that is cut by a lost connection fails as out of reach; the next call makes a new connection.
 */
public final class SftpStorage implements Storage {

    /** A disk with less than this is full: a write of a packet and its metadata has just failed on it. */
    private static final long FULL_BYTES = 1 << 20;

    private static final int DIRECTORY_MODE = 0700;
    private static final int FILE_MODE = 0600;

    private final SftpAddress address;
    private final SftpSettings settings;
    private final Connections connections;
    private volatile String root;
    private volatile boolean modesRefused;
    /** Files that have their new name, but were cut off before they lost their old one: old names with the new ones. */
    private final Map<String, String> linked = new ConcurrentHashMap<>();

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
    public boolean reached() {
        return connections.answered();
    }

    @Override
    public int connections() {
        return settings.connections();
    }

    /** A piece of work on a channel. */
    @FunctionalInterface
    private interface Work<T> {
        T on(Connections.Lease lease) throws IOException;
    }

    private <T> T call(Purpose purpose, String doing, String path, Work<T> work) throws BackupException {
        try {
            return leased(purpose, work);
        } catch (LostConnection e) {
            throw cut(doing, path, e);
        } catch (ServerRefusal e) {
            throw explained(doing, path, e);
        } catch (BackupException e) {
            throw e;
        } catch (IOException e) {
            throw new IllegalStateException("a channel has no other failures", e);
        }
    }

    private <T> T leased(Purpose purpose, Work<T> work) throws IOException {
        Connections.Lease lease = connections.lease(purpose);
        try {
            return work.on(lease);
        } catch (LostConnection e) {
            throw lease.reason(e);
        } finally {
            if (!lease.kept()) {
                lease.close();
            }
        }
    }

    private String doing(String doing, String path) {
        return doing + " " + (path.isEmpty() ? "" : path + " in ") + address;
    }

    /** What a lost connection means: out of reach, or the stop that was asked for. */
    BackupException cut(String doing, String path, IOException e) {
        if (connections.stopping()) {
            return Connections.stopped(doing(doing, path), e);
        }
        return new RepositoryException(
                Kind.OUT_OF_REACH,
                doing(doing, path),
                Reason.of(e),
                "Is the server on, and is this machine in its network? Run again when it is.",
                e);
    }

    RepositoryException failed(String doing, String path, String said) {
        return new RepositoryException(Kind.FAILED, doing(doing, path), said, "");
    }

    private RepositoryException taken(String doing, String path, Throwable cause) {
        return new RepositoryException(Kind.EXISTS, doing(doing, path), "that name is taken", "", cause);
    }

    /** What a server's no means. A bare failure tells nothing; the free space often does. */
    RepositoryException explained(String doing, String path, ServerRefusal refusal) {
        String what = doing(doing, path);
        String said = "the server says \"" + refusal.said() + "\"";
        return switch (refusal.kind()) {
            case MISSING -> new RepositoryException(Kind.MISSING, what, "it is not there", "", refusal);
            case EXISTS -> taken(doing, path, refusal);
            case REFUSED ->
                new RepositoryException(
                        Kind.REFUSED, what, said, "Look at the owner and the mode on the server.", refusal);
            case FULL -> full(what, said, refusal);
            default ->
                freeBytes().orElse(Long.MAX_VALUE) < FULL_BYTES
                        ? full(what, said + " and has no free space", refusal)
                        : new RepositoryException(
                                Kind.FAILED,
                                what,
                                said,
                                "The server's log may say more; a full disk or quota is the usual reason.",
                                refusal);
        };
    }

    private static RepositoryException full(String what, String said, ServerRefusal refusal) {
        return new RepositoryException(Kind.FULL, what, said, "Make room on the server, then run again.", refusal);
    }

    private OptionalLong freeBytes() {
        try {
            return leased(Purpose.CALL, lease -> lease.channel().free(at(lease.channel(), "")));
        } catch (IOException e) {
            // It only serves to explain another failure, which is told in any case.
            return OptionalLong.empty();
        }
    }

    /**
     * Virtual servers resolve relative paths against places of their own, so that all paths that are sent are absolute.
     */
    private String at(SftpChannel channel, String path) throws IOException {
        if (root == null) {
            root = address.path().startsWith("~/")
                    ? withoutSlash(channel.home()) + address.path().substring(1)
                    : address.path();
        }
        return path.isEmpty() ? root : withoutSlash(root) + "/" + StoragePath.checked(path);
    }

    private static String withoutSlash(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    @Override
    public Optional<List<StoredFile>> list(String directory) throws BackupException {
        return call(Purpose.CALL, "listing", directory, lease -> entries(lease.channel(), directory));
    }

    private Optional<List<StoredFile>> entries(SftpChannel channel, String directory) throws IOException {
        String absolute = at(channel, directory);
        List<StoredFile> files = new ArrayList<>();
        List<String> links = new ArrayList<>();
        try {
            channel.list(absolute, (name, is) -> {
                if (StoragePath.isName(name) && is.isLink()) {
                    links.add(name);
                } else if (StoragePath.isName(name)) {
                    files.add(file(name, is, false));
                }
                return files.size() + links.size() <= MOST_ENTRIES;
            });
        } catch (ServerRefusal e) {
            // Servers say in many ways that a file is no directory.
            if (e.kind() != Kind.MISSING
                    && channel.follow(absolute).map(SftpATTRS::isDir).orElse(false)) {
                throw e;
            }
            return Optional.empty();
        }
        if (files.size() + links.size() > MOST_ENTRIES) {
            throw failed("listing", directory, "it has more than " + MOST_ENTRIES + " entries");
        }
        for (String link : links) {
            files.add(followed(channel, absolute + "/" + link, link));
        }
        return Optional.of(files);
    }

    private static StoredFile followed(SftpChannel channel, String absolute, String name) throws IOException {
        try {
            // Of a link that they can't follow, some servers show the link, and some nothing at all.
            return channel.follow(absolute)
                    .filter(is -> !is.isLink() && is.getFlags() != 0)
                    .map(is -> file(name, is, true))
                    .orElseGet(() -> StoredFile.unreadable(name, true, StoredFile.NOWHERE));
        } catch (ServerRefusal e) {
            // Not all servers say of a link to itself that there is nothing.
            return StoredFile.unreadable(
                    name, true, "it is a symbolic link, of whose target the server says \"" + e.said() + "\"");
        }
    }

    private static StoredFile file(String name, SftpATTRS is, boolean link) {
        return new StoredFile(
                name,
                is.isDir(),
                is.isDir() ? 0 : is.getSize(),
                Instant.ofEpochSecond(Integer.toUnsignedLong(is.getMTime())),
                link,
                Optional.empty());
    }

    @Override
    public Optional<StoredFile> stat(String path) throws BackupException {
        String name = path.substring(path.lastIndexOf('/') + 1);
        return call(Purpose.CALL, "looking at", path, lease -> {
            String absolute = at(lease.channel(), path);
            Optional<SftpATTRS> there = lease.channel().lstat(absolute);
            return there.isPresent() && there.get().isLink()
                    ? Optional.of(followed(lease.channel(), absolute, name))
                    : there.map(is -> file(name, is, false));
        });
    }

    @Override
    public String realPath(String directory) throws BackupException {
        return call(
                Purpose.CALL,
                "looking at",
                directory,
                lease -> lease.channel().realPath(at(lease.channel(), directory)));
    }

    @Override
    public Download read(String path, long offset) throws BackupException {
        return call(Purpose.TRANSFER, "reading", path, lease -> {
            SftpChannel.Opened opened = lease.channel()
                    .open(at(lease.channel(), path), offset)
                    .orElseThrow(() -> failed("reading", path, "it is no regular file"));
            lease.keep();
            return new SftpDownload(this, path, offset, lease, opened);
        });
    }

    void later(Runnable work) {
        connections.later(work);
    }

    @Override
    public Upload write(String path) throws BackupException {
        return call(Purpose.TRANSFER, "writing", path, lease -> {
            SftpChannel channel = lease.channel();
            String absolute = at(channel, path);
            if (channel.lstat(absolute).isPresent()) {
                throw taken("writing", path, null);
            }
            Upload upload = new SftpUpload(this, path, absolute, lease, channel.create(absolute));
            giveToOwner(channel, absolute, FILE_MODE);
            lease.keep();
            return upload;
        });
    }

    @Override
    public void makeDirectory(String path) throws BackupException {
        String doing = "making the directory";
        call(Purpose.CALL, doing, path, lease -> {
            SftpChannel channel = lease.channel();
            String absolute = at(channel, path);
            try {
                channel.makeDirectory(absolute);
            } catch (ServerRefusal e) {
                if (e.kind() == Kind.MISSING) {
                    throw new RepositoryException(
                            Kind.MISSING,
                            doing(doing, path),
                            "the directory above it is not there",
                            "Make it on the server, or correct the address.",
                            e);
                }
                throw channel.lstat(absolute).isPresent() ? taken(doing, path, e) : e;
            }
            giveToOwner(channel, absolute, DIRECTORY_MODE);
            return true;
        });
    }

    /**
     * What was made is to be its owner's alone, whatever the server's umask; JSch can't ask for that when it is made. A
     * server that sets no modes is asked once.
     */
    private void giveToOwner(SftpChannel channel, String absolute, int mode) throws IOException {
        if (modesRefused) {
            return;
        }
        try {
            channel.setMode(absolute, mode);
        } catch (ServerRefusal e) {
            modesRefused = true;
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>The rename that JSch sends to OpenSSH replaces a file that has the new name. A file is therefore linked to its
     * new name, which fails where that is taken, and its old name removed. For a directory the server itself refuses to
     * replace one that is not empty. Where there are no links, a look before has to do.
     */
    @Override
    public void rename(String from, String to) throws BackupException {
        call(Purpose.CALL, "renaming", from + " to " + to, lease -> {
            SftpChannel channel = lease.channel();
            String source = at(channel, from);
            String target = at(channel, to);
            boolean link = channel.renameReplaces()
                    && channel.links()
                    && channel.lstat(source).map(SftpATTRS::isReg).orElse(false);
            if (target.equals(linked.get(source)) || link && linked(channel, source, target)) {
                linked.put(source, target);
                removeIfThere(channel, source);
                linked.remove(source);
            } else {
                renameIfFree(channel, source, target, from + " to " + to);
            }
            return true;
        });
    }

    /** Says no also where the server's file system has no links; then a look tells whether the name is taken. */
    private static boolean linked(SftpChannel channel, String source, String target) throws IOException {
        try {
            channel.link(source, target);
            return true;
        } catch (ServerRefusal e) {
            return false;
        }
    }

    private void renameIfFree(SftpChannel channel, String source, String target, String what) throws IOException {
        if (channel.renameReplaces() && channel.lstat(target).isPresent()) {
            throw taken("renaming", what, null);
        }
        try {
            channel.rename(source, target);
        } catch (ServerRefusal e) {
            throw e.kind() != Kind.MISSING && channel.lstat(target).isPresent() ? taken("renaming", what, e) : e;
        }
    }

    @Override
    public void replace(String from, String to) throws BackupException {
        call(Purpose.CALL, "replacing", to, lease -> {
            SftpChannel channel = lease.channel();
            String source = at(channel, from);
            String target = at(channel, to);
            try {
                channel.rename(source, target);
            } catch (ServerRefusal e) {
                boolean there = channel.lstat(source).isPresent();
                boolean taken = channel.lstat(target).isPresent();
                if (channel.renameReplaces() || !there || !taken) {
                    throw e;
                }
                // All that a server can do that only renames to free names.
                channel.removeFile(target);
                channel.rename(source, target);
            }
            return true;
        });
    }

    @Override
    public void deleteFile(String path) throws BackupException {
        call(Purpose.CALL, "deleting", path, lease -> {
            removeIfThere(lease.channel(), at(lease.channel(), path));
            return true;
        });
    }

    private static void removeIfThere(SftpChannel channel, String absolute) throws IOException {
        try {
            channel.removeFile(absolute);
        } catch (ServerRefusal e) {
            allowMissing(channel, absolute, e);
        }
    }

    /** Not all servers say it so that it can be told from other reasons. */
    private static void allowMissing(SftpChannel channel, String absolute, ServerRefusal e) throws IOException {
        if (e.kind() != Kind.MISSING && channel.lstat(absolute).isPresent()) {
            throw e;
        }
    }

    @Override
    public void deleteDirectory(String path) throws BackupException {
        call(Purpose.CALL, "deleting the directory", path, lease -> {
            String absolute = at(lease.channel(), path);
            try {
                lease.channel().removeDirectory(absolute);
            } catch (ServerRefusal e) {
                allowMissing(lease.channel(), absolute, e);
            }
            return true;
        });
    }

    /** For the client of OpenSSH, whose {@code rm} removes no directories. */
    @Override
    public String removalCommand(String path, boolean directory) {
        String absolute = withoutSlash(address.path()) + "/" + path;
        String quoted =
                '"' + absolute.replaceFirst("^~/", "").replace("\\", "\\\\").replace("\"", "\\\"") + '"';
        List<String> lines = directory
                ? List.of("-rm " + quoted + "/*", "-rm " + quoted + "/.[!.]*", "rmdir " + quoted)
                : List.of("rm " + quoted);
        return "printf '%s\\n' " + lines.stream().map(ShellWord::quoted).collect(Collectors.joining(" "))
                + " | sftp -b - -P " + address.port() + " " + ShellWord.quoted(address.user() + "@" + address.host());
    }

    @Override
    public OptionalLong free() throws BackupException {
        return call(Purpose.CALL, "asking for the free space of", "", lease -> {
            try {
                return lease.channel().free(at(lease.channel(), ""));
            } catch (ServerRefusal e) {
                // Before the first backup the root need not be there.
                if (e.kind() == Kind.MISSING) {
                    return OptionalLong.empty();
                }
                throw e;
            }
        });
    }

    @Override
    public List<String> capabilities() throws BackupException {
        return call(Purpose.CALL, "asking", "", lease -> {
            SftpChannel channel = lease.channel();
            List<String> said = new ArrayList<>(List.of(
                    modesRefused
                            ? "other users of the server may be able to read what is stored, because it sets no"
                                    + " file permissions"
                            : "only the account that stores can read what is stored",
                    channel.renameReplaces()
                            ? "files are replaced in one step"
                            : "the server can't replace a file in one step; a backup is published in one step"
                                    + " all the same, under a"
                                    + " new name",
                    channel.renameReplaces() && !channel.links()
                            ? "two runs are kept from writing over each other's files by a look before, because"
                                    + " the server makes no"
                                    + " links"
                            : "two runs can't write over each other's files",
                    "the server decides when data is on its disk, so that a power failure there may damage what"
                            + " was stored last:"
                            + " verify tells"));
            if (!channel.has("statvfs@openssh.com")) {
                said.add("the server does not tell how much space is free");
            }
            return List.copyOf(said);
        });
    }

    @Override
    public void stopWaiting() {
        connections.stopWaiting();
    }

    @Override
    public void stop() {
        connections.stop();
    }

    @Override
    public void close() {
        connections.close();
    }
}

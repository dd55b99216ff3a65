package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import com.jcraft.jsch.ChannelSftp;
import com.jcraft.jsch.SftpATTRS;
import com.jcraft.jsch.SftpException;
import com.jcraft.jsch.SftpProgressMonitor;
import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException.Kind;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One SFTP channel, for one caller at a time: JSch's verbs on absolute paths, with its wildcards taken out and its
 * failures sorted into a server's no ({@link ServerRefusal}) and a connection that is gone ({@link LostConnection}).
 *
 * <p>Round trips of each verb, as JSch makes them: list 5, look 1, make 1, set a mode 1, remove 1, rename 1, link 1;
 * opening for writing 2 and closing 1 more; opening for reading 2, the first bytes 1, closing 2.
 */
final class SftpChannel {

    /** How JSch words what the server answered; all its other failures are its own. */
    private static final Pattern ANSWER =
            Pattern.compile("(?:SFTP status error: )?(?:SSH_FX_\\w+|Unknown code: \\(\\d+\\)): ?(.*)", Pattern.DOTALL);

    /** A piece is a quarter of a MiB at most: less than 500 bytes a second are no progress. */
    private static final int SLOWEST_PIECE = 10;

    private final ChannelSftp channel;
    private final StallDetector progress;
    private final Duration longestAnswer;
    private volatile boolean broken;

    /** @param longestAnswer how long an answer to a question may take, though something moves all the time */
    SftpChannel(ChannelSftp channel, StallDetector progress, Duration longestAnswer) {
        this.channel = channel;
        this.progress = progress;
        this.longestAnswer = longestAnswer;
    }

    /** Something to ask the server. */
    @FunctionalInterface
    private interface Request<T> {
        T make() throws SftpException, IOException;
    }

    private <T> T ask(Request<T> request) throws IOException {
        return ask(longestAnswer, wait -> request.make());
    }

    /** The content of a file comes and goes in pieces, each of which may take its time on a slow line. */
    private <T> T move(Request<T> request) throws IOException {
        return ask(longestAnswer.multipliedBy(SLOWEST_PIECE), wait -> request.make());
    }

    /** Something to ask the server whose answer comes in parts. */
    @FunctionalInterface
    private interface LongRequest<T> {
        T make(StallDetector.Wait wait) throws SftpException, IOException;
    }

    private <T> T ask(Duration most, LongRequest<T> request) throws IOException {
        try (StallDetector.Wait wait = progress.begin(most)) {
            try {
                T answer = request.make(wait);
                wait.over();
                return answer;
            } catch (SftpException | IOException | RuntimeException e) {
                IOException sorted = sorted(e);
                if (sorted instanceof ServerRefusal) {
                    wait.over();
                }
                throw sorted;
            }
        }
    }

    private IOException sorted(Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof InterruptedIOException) {
                broken = true;
                Thread.currentThread().interrupt();
                return new InterruptedRunException("waiting for the server", "the wait was interrupted", "", e);
            }
        }
        SftpException answer = e instanceof SftpException direct
                ? direct
                : e.getCause() instanceof SftpException wrapped ? wrapped : null;
        String message = Reason.of(answer == null ? e : answer);
        Matcher words = ANSWER.matcher(message);
        if (words.matches() && (answer == null || answer.getCause() == null)) {
            return new ServerRefusal(answer == null ? ChannelSftp.SSH_FX_FAILURE : answer.id, words.group(1), e);
        }
        broken = true;
        boolean nonsense = e instanceof RuntimeException
                || e.getCause() instanceof RuntimeException
                || message.equals(SftpException.class.getSimpleName());
        return new LostConnection(nonsense ? "the server did not answer as SFTP has it" : message, e);
    }

    /** Whether the next caller may have it. */
    boolean usable() {
        return !broken && channel.isConnected() && !channel.isClosed() && !channel.isEOF();
    }

    /** Ends it; whoever waits on it fails. */
    void close() {
        broken = true;
        channel.disconnect();
    }

    /** Whether the server has an extension of OpenSSH's, e.g. {@code statvfs@openssh.com}. */
    boolean has(String extension) {
        return channel.getExtension(extension) != null;
    }

    /** The directory that the server starts in. */
    String home() throws IOException {
        return ask(channel::getHome);
    }

    /** Hands out the entries of a directory, {@code .} and {@code ..} among them, until one is not wanted any more. */
    void list(String path, BiPredicate<String, SftpATTRS> entries) throws IOException {
        // For the name of a file JSch would list the directory that it is in; a slash makes the server say no.
        String directory = path.endsWith("/") ? path : path + "/";
        ask(longestAnswer, wait -> {
            channel.ls(quoted(directory), entry -> {
                wait.goesOn();
                return entries.test(entry.getFilename(), entry.getAttrs())
                        ? ChannelSftp.LsEntrySelector.CONTINUE
                        : ChannelSftp.LsEntrySelector.BREAK;
            });
            return true;
        });
    }

    /** What stands at a path, a symbolic link itself; empty if nothing does. */
    Optional<SftpATTRS> lstat(String path) throws IOException {
        return present(() -> channel.lstat(quoted(path)));
    }

    /** What stands at a path or is pointed to from there; empty if nothing is. */
    Optional<SftpATTRS> follow(String path) throws IOException {
        return present(() -> channel.stat(quoted(path)));
    }

    private Optional<SftpATTRS> present(Request<SftpATTRS> request) throws IOException {
        try {
            return Optional.of(ask(request));
        } catch (ServerRefusal e) {
            if (e.kind() == Kind.MISSING) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Where a path leads to, as far as the server follows symbolic links for that. */
    String realPath(String path) throws IOException {
        return ask(() -> channel.realpath(path));
    }

    /** Makes a directory. */
    void makeDirectory(String path) throws IOException {
        ask(() -> {
            // The one verb that does not look for wildcards.
            channel.mkdir(path);
            return true;
        });
    }

    /** Gives a file or a directory a mode, such as 0700. */
    void setMode(String path, int mode) throws IOException {
        SftpATTRS attributes = new SftpATTRS();
        attributes.setPERMISSIONS(mode);
        ask(() -> {
            channel.setStat(quoted(path), attributes);
            return true;
        });
    }

    /** Removes a file. */
    void removeFile(String path) throws IOException {
        ask(() -> {
            channel.rm(quoted(path));
            return true;
        });
    }

    /** Removes an empty directory. */
    void removeDirectory(String path) throws IOException {
        ask(() -> {
            channel.rmdir(quoted(path));
            return true;
        });
    }

    /** Whether {@link #rename} takes the place of what has the new name, as one step. */
    boolean renameReplaces() {
        return has("posix-rename@openssh.com");
    }

    /** Gives a file or directory another name. */
    void rename(String from, String to) throws IOException {
        ask(() -> {
            channel.rename(quoted(from), quoted(to));
            return true;
        });
    }

    /** Whether there is {@link #link}. */
    boolean links() {
        return has("hardlink@openssh.com");
    }

    /** Gives a file a second name, which must be free. */
    void link(String from, String to) throws IOException {
        ask(() -> {
            channel.hardlink(quoted(from), quoted(to));
            return true;
        });
    }

    /** Bytes that the user may still write; empty if the server does not tell. */
    OptionalLong free(String path) throws IOException {
        if (!has("statvfs@openssh.com")) {
            return OptionalLong.empty();
        }
        return ask(() -> {
            var space = channel.statVFS(quoted(path));
            return OptionalLong.of(space.getAvailBlocks() * space.getFragmentSize());
        });
    }

    /**
     * Opens a file for writing from its beginning; made if it is not there, emptied if it is. Closing it waits for
     * every answer.
     */
    OutputStream create(String path) throws IOException {
        OutputStream out = ask(() -> channel.put(quoted(path), ChannelSftp.OVERWRITE));
        return new FilterOutputStream(out) {
            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                move(() -> {
                    out.write(bytes, offset, length);
                    return true;
                });
            }

            @Override
            public void close() throws IOException {
                move(() -> {
                    out.close();
                    return true;
                });
            }
        };
    }

    /** A file opened for reading, with the size it had then, in bytes. */
    record Opened(InputStream in, long size) {}

    /**
     * Opens a file for reading from an offset, in bytes.
     *
     * @return empty if there is something else than a regular file: a server that opens a pipe may wait for ever
     */
    Optional<Opened> open(String path, long offset) throws IOException {
        Size size = new Size();
        Optional<InputStream> opened = ask(() -> openUnlessEmpty(path, offset, size));
        if (opened.isEmpty()) {
            boolean regular = follow(path).map(SftpChannel::mayBeRegular).orElse(false);
            return regular ? Optional.of(new Opened(InputStream.nullInputStream(), 0)) : Optional.empty();
        }
        InputStream in = opened.get();
        InputStream asking = new FilterInputStream(in) {
            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                return move(() -> in.read(bytes, from, length));
            }

            @Override
            public void close() throws IOException {
                ask(() -> {
                    in.close();
                    return true;
                });
            }
        };
        return Optional.of(new Opened(asking, size.bytes));
    }

    private Optional<InputStream> openUnlessEmpty(String path, long offset, Size size) throws SftpException {
        try {
            return Optional.of(channel.get(quoted(path), size, offset));
        } catch (SftpException e) {
            if (size.bytes == 0) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** A server need not tell what kind of file it is; one that does not even tell a size has none. */
    private static boolean mayBeRegular(SftpATTRS is) {
        boolean tellsKind = (is.getFlags() & SftpATTRS.SSH_FILEXFER_ATTR_PERMISSIONS) != 0;
        return tellsKind ? is.isReg() : (is.getFlags() & SftpATTRS.SSH_FILEXFER_ATTR_SIZE) != 0;
    }

    /**
     * JSch asks for the size before it opens a file, and tells it to a monitor alone. Pipes and devices have a size of
     * 0: what has that is not opened.
     */
    private static final class Size implements SftpProgressMonitor {
        private long bytes = -1;

        @Override
        public void init(int operation, String from, String to, long size) {
            bytes = size;
            if (size == 0) {
                throw new IllegalStateException("there is nothing to read");
            }
        }

        @Override
        public boolean count(long more) {
            return true;
        }

        @Override
        public void end() {
            // The size is all that is wanted.
        }
    }

    /** JSch takes {@code *}, {@code ?} and the backslash for wildcards. */
    private static String quoted(String path) {
        return path.replaceAll("[\\\\*?]", "\\\\$0");
    }
}

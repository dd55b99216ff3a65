package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import io.jenkins.plugins.zfsbackup.engine.model.PlainText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a server says first. An SSH server begins with a line that says so, which it may put other lines before (RFC
 * 4253, section 4.2). Whatever else answers at a port is shown to a person by its first bytes, and is not listened to
 * for ever.
 */
final class Greeting {

    /** As the client of OpenSSH bears ({@code SSH_MAX_PRE_BANNER_LINES}). */
    private static final int MOST_LINES = 1024;

    private static final int MOST_BYTES = 1 << 16;
    /** Of a line enough is kept to see how it begins, and to show it. */
    private static final int LONGEST_LINE = 255;

    private static final byte[] SSH = "SSH-".getBytes(StandardCharsets.US_ASCII);

    private final byte[] first = new byte[PlainText.LONGEST_QUOTE];
    private final byte[] line = new byte[LONGEST_LINE];
    private int firstBytes;
    private int lineBytes;
    private int lines;
    private long bytes;
    private String version;

    /** Something that came from the server is no greeting of an SSH server. */
    static final class NoSsh extends IOException {
        NoSsh(String said) {
            super(said);
        }
    }

    /**
     * Looks at what has come.
     *
     * @throws NoSsh if it goes on without the line that every SSH server begins with
     */
    synchronized void received(byte[] from, int offset, int length) throws NoSsh {
        for (int i = offset; i < offset + length && version == null; i++) {
            received(from[i]);
        }
        if (version == null && (lines > MOST_LINES || bytes > MOST_BYTES)) {
            throw new NoSsh("what answers there is no SSH server: " + said());
        }
    }

    private void received(byte next) {
        bytes++;
        if (firstBytes < first.length) {
            first[firstBytes++] = next;
        }
        if (next == '\n') {
            boolean ssh = lineBytes >= SSH.length && Arrays.equals(line, 0, SSH.length, SSH, 0, SSH.length);
            version = ssh ? text(line, lineBytes).stripTrailing() : null;
            lines++;
            lineBytes = 0;
        } else if (lineBytes < line.length) {
            line[lineBytes++] = next;
        }
    }

    private static String text(byte[] of, int length) {
        return new String(of, 0, length, StandardCharsets.ISO_8859_1);
    }

    /** Whether anything has come. */
    synchronized boolean begun() {
        return bytes > 0;
    }

    /** What the SSH server calls itself; empty as long as it has not said so. */
    synchronized Optional<String> version() {
        return Optional.ofNullable(version);
    }

    /** What there is to say about what has come, for a message. */
    synchronized String said() {
        if (version != null) {
            return "it calls itself " + PlainText.quoted(version);
        }
        return bytes == 0 ? "it has said nothing" : "it said " + PlainText.quoted(text(first, firstBytes));
    }
}

package io.jenkins.plugins.zfsbackup.engine.storage;

import io.jenkins.plugins.zfsbackup.engine.model.PlainText;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The text in a repository's address, which is a URL (RFC 3986): percent-encoded UTF-8. It is read strictly: an address
 * that can't be read to the letter would lead to another folder than the one that is meant.
 */
public final class UrlText {

    /** What Java puts for what it can't read, in a command line under another locale for example. */
    private static final char UNREADABLE = '\uFFFD';

    private UrlText() {}

    /**
     * Refuses what no address of a repository has, with the way to write it in a name.
     *
     * @param doing what is being done, for the message
     * @throws UsageException if there is a {@code #} or {@code ?} in it, or a character that was not readable
     */
    public static void check(String doing, String url) throws UsageException {
        if (url.indexOf('#') >= 0) {
            throw new UsageException(
                    doing,
                    "in a URL a # ends the path, so that it would lead to another folder",
                    "Write %23 for a # in a name.");
        }
        if (url.indexOf('?') >= 0) {
            throw new UsageException(
                    doing,
                    "in a URL a ? ends the path, so that it would lead to another folder",
                    "Write %3F for a ? in a name.");
        }
        if (url.indexOf(UNREADABLE) >= 0) {
            throw new UsageException(
                    doing,
                    "it has characters that can't be read in this locale",
                    "Set a locale with UTF-8, such as LC_ALL=C.UTF-8, or write them as %C3%A4 and the like.");
        }
    }

    /**
     * A part of an address as it is meant.
     *
     * @throws UsageException if a percent sign does not begin a code, or codes are no UTF-8, a slash or a NUL
     */
    public static String decoded(String doing, String text) throws UsageException {
        StringBuilder plain = new StringBuilder();
        for (int at = 0; at < text.length(); ) {
            if (text.charAt(at) == '%') {
                int end = at;
                while (end < text.length() && text.charAt(end) == '%') {
                    end += 3;
                }
                plain.append(run(doing, text.substring(at, Math.min(end, text.length()))));
                at = end;
            } else {
                plain.append(text.charAt(at++));
            }
        }
        return plain.toString();
    }

    /** Codes that follow each other: a character takes up to four of them. */
    private static String run(String doing, String codes) throws UsageException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int at = 0; at < codes.length(); at += 3) {
            int high = at + 2 < codes.length() ? Character.digit(codes.charAt(at + 1), 16) : -1;
            int low = at + 2 < codes.length() ? Character.digit(codes.charAt(at + 2), 16) : -1;
            if (high < 0 || low < 0) {
                throw new UsageException(
                        doing, "a % in it is not followed by two hexadecimal digits", "Write %25 for a percent sign.");
            }
            bytes.write(high << 4 | low);
        }
        String plain;
        try {
            plain = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new UsageException(
                    doing,
                    PlainText.quoted(codes) + " in it is no text in UTF-8",
                    "Write ä as %C3%A4, and the like.",
                    e);
        }
        if (plain.indexOf('/') >= 0) {
            throw new UsageException(
                    doing, "no name has a slash in it, which %2F stands for", "Write / between folders.");
        }
        if (plain.indexOf('\0') >= 0) {
            throw new UsageException(doing, "no name has a NUL in it, which %00 stands for", "Leave it out.");
        }
        return plain;
    }
}

package io.jenkins.plugins.zfsbackup.engine.scripts;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Walks over the packets of an encrypted OpenPGP message without looking into them: who has no key can at least tell
 * whether it was cut. What {@code gpg} encrypts from a pipe is one packet in parts, each of which says its length and
 * whether another one follows, so that a message cut anywhere lacks something (RFC 9580, sections 4.2 and 10.3).
 */
final class OpenPgpFrames {

    private static final int SESSION_KEY_FOR_PUBLIC_KEY = 1;
    private static final int SESSION_KEY_FOR_PASSPHRASE = 3;
    private static final int ENCRYPTED = 9;
    private static final int MARKER = 10;
    private static final int ENCRYPTED_AND_PROTECTED = 18;
    private static final int AEAD_ENCRYPTED = 20;
    private static final int PADDING = 21;

    /** The lowest type whose packets may be passed over by who doesn't know them (RFC 9580, section 4.3). */
    private static final int NOT_CRITICAL = 40;

    private final InputStream in;

    private OpenPgpFrames(InputStream in) {
        this.in = in;
    }

    /**
     * Reads a binary message to its end.
     *
     * @throws IOException if it is none, or cut, or followed by something; or what reading it throws
     */
    static void walk(InputStream message) throws IOException {
        new OpenPgpFrames(message).message();
    }

    private void message() throws IOException {
        boolean encrypted = false;
        for (int first = in.read(); first >= 0; first = in.read()) {
            if ((first & 0x80) == 0) {
                throw new IOException("no OpenPGP packet begins where one should");
            }
            int tag = (first & 0x40) != 0 ? first & 0x3f : (first & 0x3c) >> 2;
            switch (tag) {
                case SESSION_KEY_FOR_PUBLIC_KEY, SESSION_KEY_FOR_PASSPHRASE, MARKER, PADDING -> {
                    if (encrypted) {
                        throw new IOException("something stands behind the message");
                    }
                }
                case ENCRYPTED, ENCRYPTED_AND_PROTECTED, AEAD_ENCRYPTED -> {
                    if (encrypted) {
                        throw new IOException("a second message stands behind the first");
                    }
                    encrypted = true;
                }
                default -> {
                    if (tag < NOT_CRITICAL || encrypted) {
                        throw new IOException("it is no encrypted OpenPGP message: there is a packet of type " + tag);
                    }
                }
            }
            if ((first & 0x40) != 0) {
                skipNewFormat();
            } else {
                skipOldFormat(first & 3);
            }
        }
        if (!encrypted) {
            throw new EOFException("it ends before the encrypted data begin");
        }
    }

    private void skipNewFormat() throws IOException {
        while (true) {
            int first = octet();
            if (first < 192) {
                skip(first);
                return;
            } else if (first < 224) {
                skip(((first - 192) << 8) + octet() + 192);
                return;
            } else if (first == 255) {
                skip(number(4));
                return;
            }
            skip(1L << (first & 0x1f));
        }
    }

    /** A packet of indeterminate length (type 3) goes to the end of the file, wherever that may be. */
    private void skipOldFormat(int lengthType) throws IOException {
        if (lengthType == 3) {
            throw new IOException("the message does not say where it ends");
        }
        skip(number(1 << lengthType));
    }

    private long number(int octets) throws IOException {
        long number = 0;
        for (int i = 0; i < octets; i++) {
            number = number << 8 | octet();
        }
        return number;
    }

    private int octet() throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw cut();
        }
        return octet;
    }

    private void skip(long bytes) throws IOException {
        byte[] buffer = new byte[(int) Math.min(bytes, 1 << 16)];
        for (long left = bytes; left > 0; ) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                throw cut();
            }
            left -= read;
        }
    }

    private static EOFException cut() {
        return new EOFException("the OpenPGP message is cut: its end is missing");
    }
}

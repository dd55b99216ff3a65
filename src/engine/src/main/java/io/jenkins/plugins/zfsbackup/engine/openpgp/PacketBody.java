package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The body of a packet: either of one length, or in parts, each of which contains its length (RFC 9580, section 4.2).
 */
final class PacketBody extends InputStream {
    private final InputStream in;
    /** The number of bytes left in this part; negative if the packet ends with the input. */
    private long left;

    private boolean more;

    private PacketBody(InputStream in) {
        this.in = in;
    }

    /** After the first octet of a header in the current format. */
    static PacketBody current(InputStream in) throws IOException {
        PacketBody body = new PacketBody(in);
        body.beginPart();
        return body;
    }

    /** After the first octet of a header in the old format. */
    static PacketBody old(InputStream in, int lengthType) throws IOException {
        PacketBody body = new PacketBody(in);
        body.left = lengthType == 3 ? -1 : body.number(1 << lengthType);
        return body;
    }

    private void beginPart() throws IOException {
        int first = octet();
        more = first >= 224 && first < 255;
        if (first < 192) {
            left = first;
        } else if (first < 224) {
            left = (first - 192 << 8) + octet() + 192;
        } else {
            left = more ? 1L << (first & 0x1F) : number(4);
        }
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

    /** Whether there are bytes left, in this part or in a following one. */
    private boolean begun() throws IOException {
        while (left == 0 && more) {
            beginPart();
        }
        return left != 0;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!begun()) {
            return -1;
        }
        int n = in.read(bytes, offset, left < 0 ? length : (int) Math.min(left, length));
        if (left >= 0) {
            if (n < 0) {
                throw cut();
            }
            left -= n;
        }
        return n;
    }

    /**
     * Skips the rest.
     *
     * @return the number of bytes; an empty packet counts as one, so that a sequence of them comes to an end
     * @throws IOException if there are more bytes than the maximum
     */
    long skipToEnd(long most) throws IOException {
        byte[] passed = new byte[1 << 13];
        long bytes = 1;
        for (int n = 0; n >= 0; n = read(passed)) {
            bytes += n;
            if (bytes > most) {
                throw new IOException("more of it means nothing than there is a reason for");
            }
        }
        return bytes;
    }

    private static EOFException cut() {
        return new EOFException("it ends in the middle of a packet");
    }
}

package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.OptionalInt;
import org.bouncycastle.bcpg.PacketTags;

/**
 * A sequence of packets (RFC 9580, section 4). The one of Bouncy Castle fails at the first packet with an unsupported
 * version or algorithm. Here packets are read one by one, so that unsupported ones can be skipped.
 */
final class PacketStream {
    /** The lowest type of packets that a reader may skip if it does not support them (RFC 9580, section 4.3). */
    private static final int NOT_CRITICAL = 40;

    private final PushbackInputStream in;
    /** The number of bytes that may still be skipped. */
    private long mayBePassedOver;

    PacketStream(InputStream in) {
        this(in, Long.MAX_VALUE);
    }

    /** @param most the maximum number of bytes in ignored packets; compressed data can contain any number of them */
    PacketStream(InputStream in, long most) {
        this.in = new PushbackInputStream(in, 1);
        this.mayBePassedOver = most;
    }

    /**
     * The type of the next packet that is not ignored; empty at the end. Markers, padding and packets that are not
     * critical are ignored.
     */
    OptionalInt nextType() throws IOException {
        OptionalInt type = peek();
        while (type.isPresent() && meansNothing(type.getAsInt())) {
            mayBePassedOver -= body().skipToEnd(mayBePassedOver);
            type = peek();
        }
        return type;
    }

    private OptionalInt peek() throws IOException {
        int first = in.read();
        if (first < 0) {
            return OptionalInt.empty();
        }
        in.unread(first);
        return OptionalInt.of(type(first));
    }

    private static boolean meansNothing(int type) {
        return type == PacketTags.MARKER || type == PacketTags.PADDING || type >= NOT_CRITICAL;
    }

    private static int type(int first) throws IOException {
        if ((first & 0x80) == 0) {
            throw new IOException("no OpenPGP packet begins where one should");
        }
        return (first & 0x40) != 0 ? first & 0x3F : first >> 2 & 0x0F;
    }

    /**
     * Reads the next packet into memory.
     *
     * @param most the maximum size of its body in octets
     * @throws IOException if there is none, or it is larger
     */
    Packet read(int most) throws IOException {
        int type = nextType().orElseThrow(() -> new IOException("there is no packet"));
        byte[] body = body().readNBytes(most + 1);
        if (body.length > most) {
            throw new IOException("a packet of type " + type + " is longer than " + most + " bytes");
        }
        return new Packet(type, body);
    }

    /** Reads the header of the next packet. The returned stream ends with the packet and must be read to its end. */
    PacketBody body() throws IOException {
        int first = in.read();
        type(first);
        return (first & 0x40) != 0 ? PacketBody.current(in) : PacketBody.old(in, first & 0x03);
    }

    /**
     * The next packet and what follows it, for Bouncy Castle to parse. It reads no further than the end of the packet.
     */
    InputStream remaining() {
        return in;
    }
}

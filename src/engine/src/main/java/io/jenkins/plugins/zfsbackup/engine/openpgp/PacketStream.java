package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.OptionalInt;
import org.bouncycastle.bcpg.PacketTags;

/**
 * A sequence of packets (RFC 9580, section 4). Bouncy Castle's own gives up at the first packet of a version or an
 * algorithm that it doesn't know; here each packet comes by itself, so that the unknown ones can be passed over.
 */
final class PacketStream {
    /** The lowest type whose packets may be passed over by who doesn't know them (RFC 9580, section 4.3). */
    private static final int NOT_CRITICAL = 40;

    private final PushbackInputStream in;
    /** Bytes that may still be passed over. */
    private long mayBePassedOver;

    PacketStream(InputStream in) {
        this(in, Long.MAX_VALUE);
    }

    /** @param most bytes of packets that mean nothing: what was compressed may be any number of them */
    PacketStream(InputStream in, long most) {
        this.in = new PushbackInputStream(in, 1);
        this.mayBePassedOver = most;
    }

    /**
     * The type of the next packet that means something; empty at the end. Markers, padding and what may be passed over
     * are skipped.
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
     * Reads the next packet whole.
     *
     * @param most octets of its body
     * @throws IOException if there is none, or it is longer
     */
    Packet read(int most) throws IOException {
        int type = nextType().orElseThrow(() -> new IOException("there is no packet"));
        byte[] body = body().readNBytes(most + 1);
        if (body.length > most) {
            throw new IOException("a packet of type " + type + " is longer than " + most + " bytes");
        }
        return new Packet(type, body);
    }

    /** Goes past the next packet's header; what is returned ends with the packet and has to be read to its end. */
    PacketBody body() throws IOException {
        int first = in.read();
        type(first);
        return (first & 0x40) != 0 ? PacketBody.current(in) : PacketBody.old(in, first & 0x03);
    }

    /** The next packet and what follows it, for Bouncy Castle to parse; it reads no further than the packet's end. */
    InputStream remaining() {
        return in;
    }
}

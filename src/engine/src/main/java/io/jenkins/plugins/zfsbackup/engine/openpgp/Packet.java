package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.bouncycastle.bcpg.BCPGInputStream;

/**
 * A packet that was read whole (RFC 9580, section 4).
 *
 * @param type its type, 0 to 63
 * @param body what follows its header
 */
record Packet(int type, byte[] body) {
    private static final int HEADER = 0xC0;
    private static final int FOUR_OCTET_LENGTH = 0xFF;

    /** The version of a packet that begins with one; -1 if the packet is empty. */
    int version() {
        return body.length == 0 ? -1 : body[0] & 0xFF;
    }

    /** The packet as it is written, for Bouncy Castle to parse. */
    BCPGInputStream encoded() {
        ByteArrayOutputStream packet = new ByteArrayOutputStream(body.length + 6);
        packet.write(HEADER | type);
        packet.write(FOUR_OCTET_LENGTH);
        packet.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(body.length).array());
        packet.writeBytes(body);
        return new BCPGInputStream(new ByteArrayInputStream(packet.toByteArray()));
    }
}

package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.bouncycastle.bcpg.BCPGInputStream;

/**
 * A packet in memory (RFC 9580, section 4).
 *
 * @param type its type, 0 to 63
 * @param body the packet after its header
 */
record Packet(int type, byte[] body) {
    private static final int HEADER = 0xC0;
    private static final int FOUR_OCTET_LENGTH = 0xFF;

    /** The version, for packets that begin with one; -1 if the packet is empty. */
    int version() {
        return body.length == 0 ? -1 : body[0] & 0xFF;
    }

    /** The encoded packet, for Bouncy Castle to parse. */
    BCPGInputStream encoded() {
        ByteArrayOutputStream packet = new ByteArrayOutputStream(body.length + 6);
        packet.write(HEADER | type);
        packet.write(FOUR_OCTET_LENGTH);
        packet.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(body.length).array());
        packet.writeBytes(body);
        return new BCPGInputStream(new ByteArrayInputStream(packet.toByteArray()));
    }
}

package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.IOException;
import java.io.InputStream;
import org.bouncycastle.bcpg.ArmoredInputStream;

/**
 * What is in the first armored block of a text; behind it only blank space may follow. The checksum is passed over (RFC
 * 9580, section
 * 6.1): newer programs leave it out, and what it is for a message and a signature do better.
 */
final class OneArmor extends InputStream {
    private final InputStream text;
    private final ArmoredInputStream armor;
    private boolean ended;

    OneArmor(InputStream text) throws IOException {
        this.text = text;
        this.armor = ArmoredInputStream.builder().setIgnoreCRC(true).build(text);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (ended) {
            return -1;
        }
        int n = armor.read(bytes, offset, length);
        if (n < 0) {
            // Asked once more, Bouncy Castle's would go on with the next block.
            ended = true;
            for (int c = text.read(); c >= 0; c = text.read()) {
                if (!Character.isWhitespace(c)) {
                    throw new IOException("something stands behind the armored message");
                }
            }
        }
        return n;
    }
}

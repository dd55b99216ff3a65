package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.IOException;
import java.io.InputStream;
import org.bouncycastle.bcpg.ArmoredInputStream;

/**
 * The content of the first armored block of a text. Only white space may follow the block. The checksum is ignored (RFC
 * 9580, section 6.1): newer programs omit it, and messages and signatures contain better checks.
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
            // After another read, Bouncy Castle would continue with the next block.
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

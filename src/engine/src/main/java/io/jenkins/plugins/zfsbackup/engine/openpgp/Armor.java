package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import org.bouncycastle.bcpg.ArmoredOutputStream;

/**
 * Reads the armored blocks in a text (RFC 9580, section 6.2): any number of blocks, with any text around them. The
 * checksum at the end of a block is ignored, as section 6.1 says, because keys and signatures contain their own checks.
 */
final class Armor {
    private static final String BEGIN = "-----BEGIN PGP ";
    private static final String KEYS = " KEY BLOCK-----";
    private static final String SIGNATURES = " SIGNATURE-----";
    private static final String END = "-----END PGP ";

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private Armor() {}

    /**
     * Whether a file is text and not binary packets, whose first byte is never ASCII. Text may begin with a byte order
     * mark.
     */
    static boolean isText(byte[] file) {
        return file.length == 0 || file[0] >= 0 || Arrays.mismatch(file, BYTE_ORDER_MARK) == BYTE_ORDER_MARK.length;
    }

    /**
     * The content of each block of keys, in order.
     *
     * @throws IOException if a block is truncated or is not valid base64
     */
    static List<byte[]> keyBlocks(byte[] text) throws IOException {
        return blocks(text, KEYS);
    }

    /** As {@link #keyBlocks}, for signatures. */
    static List<byte[]> signatureBlocks(byte[] text) throws IOException {
        return blocks(text, SIGNATURES);
    }

    /** Packets in armor without headers. The first packet determines the type of the armor. */
    static byte[] written(byte[] packets) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (ArmoredOutputStream armor =
                ArmoredOutputStream.builder().clearHeaders().build(text)) {
            armor.write(packets);
        }
        return text.toByteArray();
    }

    private static List<byte[]> blocks(byte[] text, String kind) throws IOException {
        List<byte[]> blocks = new ArrayList<>();
        Iterator<String> lines = new String(text, StandardCharsets.ISO_8859_1)
                .lines()
                .map(String::strip)
                .iterator();
        while (lines.hasNext()) {
            String line = lines.next();
            // A byte order mark may precede it on its line.
            if (line.contains(BEGIN) && line.endsWith(kind)) {
                blocks.add(block(lines));
            }
        }
        return blocks;
    }

    private static byte[] block(Iterator<String> lines) throws IOException {
        StringBuilder base64 = new StringBuilder();
        while (lines.hasNext()) {
            String line = lines.next();
            if (line.startsWith(END)) {
                return decoded(base64.toString());
            }
            boolean header = line.contains(":");
            boolean checksum = line.startsWith("=");
            if (!header && !checksum) {
                base64.append(line);
            }
        }
        throw new IOException("an armored block has no end");
    }

    private static byte[] decoded(String base64) throws IOException {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IOException("an armored block is damaged", e);
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bouncycastle.bcpg.ArmoredInputStream;
import org.bouncycastle.bcpg.PacketTags;
import org.bouncycastle.bcpg.UnsupportedPacketVersionException;
import org.bouncycastle.openpgp.PGPKeyRing;
import org.bouncycastle.openpgp.PGPObjectFactory;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;

/** The keys in a file as {@code gpg --export} or {@code --export-secret-keys} writes it: armored or binary, one or several. */
final class KeyFile {
    private static final String NEXT =
            "Give a file as written by gpg --export or gpg --export-secret-keys, armored or binary.";

    private static final Set<Integer> KEY_PACKETS = Set.of(
            PacketTags.PUBLIC_KEY,
            PacketTags.PUBLIC_SUBKEY,
            PacketTags.SECRET_KEY,
            PacketTags.SECRET_SUBKEY,
            PacketTags.USER_ID,
            PacketTags.USER_ATTRIBUTE,
            PacketTags.SIGNATURE);

    private KeyFile() {}

    /**
     * The keys of several files, in order, at least one for each.
     *
     * @param doing what they are read for, for messages
     */
    static List<Certificate> read(List<byte[]> files, String doing) throws UsageException {
        List<Certificate> keys = new ArrayList<>();
        for (byte[] file : files) {
            keys.addAll(read(file, doing));
        }
        return keys;
    }

    /** The keys of a file, in order, at least one. */
    static List<Certificate> read(byte[] file, String doing) throws UsageException {
        try {
            byte[] binary = file.length > 0 && file[0] < 0 ? file : dearmored(file);
            PGPObjectFactory objects = new PGPObjectFactory(keyPackets(binary), new BcKeyFingerprintCalculator());
            List<Certificate> keys = new ArrayList<>();
            for (Object object = objects.nextObject(); object != null; object = objects.nextObject()) {
                if (object instanceof PGPKeyRing ring) {
                    keys.add(new Certificate(ring));
                }
            }
            if (keys.isEmpty()) {
                throw new UsageException(doing, "the file is no OpenPGP key", NEXT);
            }
            return keys;
        } catch (UsageException e) {
            throw e;
        } catch (IOException | UnsupportedPacketVersionException e) {
            throw new UsageException(doing, "the file is no OpenPGP key that can be read here: " + e.getMessage(), NEXT, e);
        } catch (RuntimeException e) {
            // Bouncy Castle checks little of what it parses, so that rubbish may end in any unchecked exception.
            throw new UsageException(doing, "the file is no OpenPGP key, or a damaged one", NEXT, e);
        }
    }

    /** The content of all armored blocks of a file, one after the other. */
    private static byte[] dearmored(byte[] file) throws IOException {
        ByteArrayOutputStream binary = new ByteArrayOutputStream(file.length);
        BufferedInputStream text = new BufferedInputStream(new ByteArrayInputStream(file));
        ArmoredInputStream block = new ArmoredInputStream(text);
        while (block.getArmorHeaderLine() != null) {
            block.transferTo(binary);
            block = new ArmoredInputStream(text);
        }
        return binary.toByteArray();
    }

    /** What of a file belongs to keys: Bouncy Castle ends a key at the first packet that it doesn't know (RFC 9580, section 4.2). */
    private static byte[] keyPackets(byte[] file) throws IOException {
        ByteArrayOutputStream packets = new ByteArrayOutputStream(file.length);
        ByteBuffer in = ByteBuffer.wrap(file);
        while (in.hasRemaining()) {
            int start = in.position();
            int header = in.get() & 0xFF;
            if (header < 0x80) {
                throw new IOException("no packet starts at byte " + start);
            }
            boolean current = header >= 0xC0;
            int tag = current ? header & 0x3F : header >> 2 & 0xF;
            int length = current ? length(in) : oldLength(in, header & 0x3);
            in.position(Math.addExact(in.position(), length));
            if (KEY_PACKETS.contains(tag)) {
                packets.write(file, start, in.position() - start);
            }
        }
        return packets.toByteArray();
    }

    private static int length(ByteBuffer in) throws IOException {
        int first = in.get() & 0xFF;
        if (first < 192) {
            return first;
        }
        if (first < 224) {
            return (first - 192 << 8) + (in.get() & 0xFF) + 192;
        }
        if (first < 255) {
            throw new IOException("a packet of a key must tell its length");
        }
        return in.getInt();
    }

    private static int oldLength(ByteBuffer in, int lengthType) {
        return switch (lengthType) {
            case 0 -> in.get() & 0xFF;
            case 1 -> in.getShort() & 0xFFFF;
            case 2 -> in.getInt();
            default -> in.remaining();
        };
    }
}

package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.bouncycastle.bcpg.PacketTags;
import org.bouncycastle.bcpg.SecretKeyPacket;

/** Extracts the public keys from a key file. */
public final class PublicPart {

    private static final String DOING = "taking the public part of an OpenPGP key";

    /** The maximum size of a packet in bytes, as in {@link KeyReader}. */
    private static final int LARGEST = 1 << 24;

    private PublicPart() {}

    /**
     * The public keys of a file, as {@code gpg --armor --export} writes them.
     *
     * @param keyFile public or secret keys, armored or binary
     * @return the public keys in ASCII armor
     * @throws UsageException if it is not an OpenPGP key, or contains no supported key
     */
    public static String of(byte[] keyFile) throws UsageException {
        KeyFile.read(List.of(keyFile), DOING, Algorithms.MAKE_ANOTHER_KEY);
        try {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (byte[] packets : Armor.isText(keyFile) ? Armor.keyBlocks(keyFile) : List.of(keyFile)) {
                copy(packets, all);
            }
            return new String(Armor.written(all.toByteArray()), StandardCharsets.US_ASCII);
        } catch (IOException | RuntimeException e) {
            throw new UsageException(DOING, "the file holds a key that can't be read", Algorithms.MAKE_ANOTHER_KEY, e);
        }
    }

    private static void copy(byte[] packets, ByteArrayOutputStream to) throws IOException {
        PacketStream stream = new PacketStream(new ByteArrayInputStream(packets));
        while (stream.nextType().isPresent()) {
            Packet packet = stream.read(LARGEST);
            switch (packet.type()) {
                case PacketTags.SECRET_KEY ->
                    publicKey(PacketTags.PUBLIC_KEY, packet).encoded().transferTo(to);
                case PacketTags.SECRET_SUBKEY ->
                    publicKey(PacketTags.PUBLIC_SUBKEY, packet).encoded().transferTo(to);
                case PacketTags.PUBLIC_KEY,
                        PacketTags.PUBLIC_SUBKEY,
                        PacketTags.USER_ID,
                        PacketTags.USER_ATTRIBUTE,
                        PacketTags.SIGNATURE -> packet.encoded().transferTo(to);
                default -> {
                    // Other packets do not belong to a key and may be confidential.
                }
            }
        }
    }

    private static Packet publicKey(int type, Packet secret) throws IOException {
        SecretKeyPacket packet = (SecretKeyPacket) secret.encoded().readPacket();
        return new Packet(type, packet.getPublicKeyPacket().getEncodedContents());
    }
}

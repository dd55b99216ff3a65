package io.jenkins.plugins.zfsbackup.keys;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.EdECPrivateKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * SSH keys as {@code ssh-keygen} writes them: the form is told in the file {@code PROTOCOL.key} of OpenSSH's sources.
 */
public final class OpenSshKey {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String ED25519 = "ssh-ed25519";
    private static final String NO_CIPHER = "none";
    private static final byte[] MAGIC = "openssh-key-v1\0".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern FILE = Pattern.compile(
            "-----BEGIN OPENSSH PRIVATE KEY-----(?<content>[A-Za-z0-9+/=\\s]+)-----END OPENSSH PRIVATE KEY-----");

    /** Bytes of an Ed25519 key, RFC 8032. */
    private static final int KEY_LENGTH = 32;

    /** The private section is padded to multiples of this many bytes where it is not encrypted. */
    private static final int BLOCK = 8;

    private static final int LINE = 70;

    /** Bytes of any true text in a key file. */
    private static final int LARGEST = 1 << 16;

    private OpenSshKey() {}

    /**
     * A new Ed25519 key without a passphrase.
     *
     * @param comment says whose it is
     * @return the private key's file
     */
    public static String newEd25519(String comment) {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            byte[] seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
            // The key is the end of the structure that RFC 8410 puts around it.
            byte[] encoded = pair.getPublic().getEncoded();
            byte[] key = Arrays.copyOfRange(encoded, encoded.length - KEY_LENGTH, encoded.length);
            return file(seed, key, comment);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java from 15 on has Ed25519", e);
        } catch (IOException e) {
            throw new IllegalStateException("Writing to memory can't fail", e);
        }
    }

    private static String file(byte[] seed, byte[] key, String comment) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(MAGIC);
        text(out, NO_CIPHER);
        text(out, NO_CIPHER);
        text(out, "");
        out.writeInt(1);
        string(out, publicKey(key));
        string(out, privateSection(seed, key, comment));
        return "-----BEGIN OPENSSH PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(bytes.toByteArray())
                + "\n-----END OPENSSH PRIVATE KEY-----\n";
    }

    private static byte[] publicKey(byte[] key) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        text(out, ED25519);
        string(out, key);
        return bytes.toByteArray();
    }

    private static byte[] privateSection(byte[] seed, byte[] key, String comment) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        // The same number twice shows who has decrypted it that the passphrase was right.
        int check = RANDOM.nextInt();
        out.writeInt(check);
        out.writeInt(check);
        text(out, ED25519);
        string(out, key);
        out.writeInt(seed.length + key.length);
        out.write(seed);
        out.write(key);
        text(out, comment);
        for (int i = 1; bytes.size() % BLOCK != 0; i++) {
            out.write(i);
        }
        return bytes.toByteArray();
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        string(out, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void string(DataOutputStream out, byte[] content) throws IOException {
        out.writeInt(content.length);
        out.write(content);
    }

    /**
     * The line for a server's {@code authorized_keys} that lets a key in. It stands unencrypted in the file of a key
     * that has a passphrase, too.
     *
     * @return empty if the file is in another form, as older programs write it
     */
    public static Optional<String> publicLine(String file) {
        Matcher matcher = FILE.matcher(file);
        if (!matcher.find()) {
            return Optional.empty();
        }
        try {
            ByteBuffer in = ByteBuffer.wrap(Base64.getMimeDecoder().decode(matcher.group("content")));
            byte[] magic = new byte[MAGIC.length];
            in.get(magic);
            string(in);
            string(in);
            string(in);
            if (!Arrays.equals(magic, MAGIC) || in.getInt() != 1) {
                return Optional.empty();
            }
            byte[] key = string(in);
            String type = new String(string(ByteBuffer.wrap(key)), StandardCharsets.US_ASCII);
            return type.matches("[a-z0-9@.-]+")
                    ? Optional.of(type + " " + Base64.getEncoder().encodeToString(key))
                    : Optional.empty();
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static byte[] string(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > Math.min(LARGEST, in.remaining())) {
            throw new BufferUnderflowException();
        }
        byte[] content = new byte[length];
        in.get(content);
        return content;
    }
}

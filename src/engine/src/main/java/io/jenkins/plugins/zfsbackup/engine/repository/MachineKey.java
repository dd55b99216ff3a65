package io.jenkins.plugins.zfsbackup.engine.repository;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A random secret that only this user of this machine can read. With it the engine recognizes notes that it has written
 * itself in a place where others can write too. It opens nothing else: without it such notes count for nothing, and a
 * new one is made.
 */
final class MachineKey {

    /** RFC 2104 with SHA-256. */
    private static final String ALGORITHM = "HmacSHA256";
    /** The length of the code in hexadecimal digits. */
    static final int CODE_LENGTH = 64;

    private static final int KEY_BYTES = 32;
    private static final Set<PosixFilePermission> OWNER =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final Path file;
    private final Consumer<IOException> failed;
    private Optional<byte[]> key = Optional.empty();

    /**
     * @param file where the secret is kept; made when it is needed
     * @param failed hears why it can't be kept there
     */
    MachineKey(Path file, Consumer<IOException> failed) {
        this.file = file;
        this.failed = failed;
    }

    /** The HMAC-SHA-256 of the data, in lower-case hexadecimal; empty if no secret can be kept here. */
    Optional<String> code(byte[] data) {
        return key().map(secret -> HexFormat.of().formatHex(mac(secret, data)));
    }

    /** Whether this machine has made the code for exactly this data. */
    boolean made(String code, byte[] data) {
        return code(data)
                .filter(own -> MessageDigest.isEqual(
                        own.getBytes(StandardCharsets.US_ASCII), code.getBytes(StandardCharsets.US_ASCII)))
                .isPresent();
    }

    private static byte[] mac(byte[] secret, byte[] data) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            return mac.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    private synchronized Optional<byte[]> key() {
        if (key.isEmpty()) {
            try {
                Optional<byte[]> kept = kept();
                key = kept.isPresent() ? kept : Optional.of(make());
            } catch (IOException e) {
                failed.accept(e);
            }
        }
        return key;
    }

    /** The secret in the file, unless it is cut or others could have read it. */
    private Optional<byte[]> kept() throws IOException {
        try {
            PosixFileAttributeView view =
                    Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
            boolean secret =
                    view == null || OWNER.containsAll(view.readAttributes().permissions());
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && secret && Files.size(file) == KEY_BYTES
                    ? Optional.of(Files.readAllBytes(file))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private byte[] make() throws IOException {
        byte[] fresh = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(fresh);
        Files.createDirectories(file.getParent());
        // A temporary file is its owner's alone from the start.
        Path next = Files.createTempFile(file.getParent(), "." + file.getFileName(), "");
        Files.write(next, fresh);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        // Of two runs that make one at the same moment, the last one's stays.
        return kept().orElse(fresh);
    }
}

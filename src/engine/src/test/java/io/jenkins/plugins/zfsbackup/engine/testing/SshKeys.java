package io.jenkins.plugins.zfsbackup.engine.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An SSH key pair made by the real {@code ssh-keygen}.
 *
 * @param file the private key; the public one lies beside it with {@code .pub}
 */
public record SshKeys(Path file) {

    /**
     * Makes a key.
     *
     * @param type as {@code ssh-keygen -t} takes it: rsa, ecdsa, ed25519
     * @param passphrase empty for none
     * @param options further ones, e.g. {@code -m PEM} for the form that OpenSSH wrote before 7.8
     */
    public static SshKeys make(Path file, String type, String passphrase, String... options) {
        List<String> command = new ArrayList<>(
                List.of("ssh-keygen", "-q", "-t", type, "-N", passphrase, "-C", "test", "-f", file.toString()));
        command.addAll(List.of(options));
        Programs.succeed(file.toAbsolutePath().getParent(), Map.of(), command.toArray(String[]::new));
        return new SshKeys(file);
    }

    /** An Ed25519 key without a passphrase. */
    public static SshKeys make(Path file) {
        return make(file, "ed25519", "");
    }

    /** The private key. */
    public byte[] secret() {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The public key as {@code authorized_keys} has it: type and base64. */
    public String open() {
        try {
            String[] parts = Files.readString(Path.of(file + ".pub")).trim().split(" ");
            return parts[0] + " " + parts[1];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The fingerprint as {@code ssh-keygen -l} tells it, {@code SHA256:…}. */
    public String fingerprint() {
        return Programs.succeed(file.getParent(), Map.of(), "ssh-keygen", "-l", "-f", file + ".pub")
                .split(" ")[1];
    }

    /** {@code known_hosts} lines with their host names hashed, as {@code ssh-keygen -H} does it. */
    public static String hashed(Path folder, String lines) {
        try {
            Path file = Files.createTempFile(folder, "known", "hosts");
            Files.writeString(file, lines + "\n");
            Programs.succeed(folder, Map.of(), "ssh-keygen", "-q", "-H", "-f", file.toString());
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.protocol;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The key of one server, as a line of {@code known_hosts}, sshd(8).
 *
 * @param host as the line names it, e.g. {@code [backup.example]:2222}
 * @param type e.g. {@code ssh-ed25519}
 * @param fingerprint as {@code ssh-keygen -l} prints it, e.g. {@code SHA256:…}
 */
public record HostKeyLine(String host, String type, String fingerprint) {

    private static final int USUAL_PORT = 22;

    private static final Pattern LINE = Pattern.compile("(?<host>\\S{1,300})"
            + " (?<type>ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\\d{3})"
            + " (?<key>[A-Za-z0-9+/]{40,4000}={0,2})");

    /** The key in a line; empty if it is no line about one server. */
    public static Optional<HostKeyLine> of(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            byte[] key = Base64.getDecoder().decode(matcher.group("key"));
            return Optional.of(new HostKeyLine(matcher.group("host"), matcher.group("type"), fingerprint(key)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** How a line names a server: without the port where that is the usual one. */
    public static String name(String host, int port) {
        String name = host.toLowerCase(Locale.ROOT);
        return port == USUAL_PORT ? name : "[" + name + "]:" + port;
    }

    /** Whether the line is about the server of an address, and about nothing else. */
    public boolean isOf(RepositoryAddress address) {
        return host.equals(name(address.host(), address.port().orElse(USUAL_PORT)));
    }

    /** @param key in the wire format of RFC 4253, section 6.6 */
    public static String fingerprint(byte[] key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key);
            return "SHA256:" + new String(Base64.getEncoder().withoutPadding().encode(hash), StandardCharsets.US_ASCII);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /** For people, e.g. {@code backup.example ssh-ed25519 SHA256:…}. */
    @Override
    public String toString() {
        return host + " " + type + " " + fingerprint;
    }
}

package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import io.jenkins.plugins.zfsbackup.engine.protocol.HostKeyLine;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The host keys that are trusted, in the form of OpenSSH's {@code known_hosts} (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT):
 * plain and hashed names, wildcards and negations, {@code [host]:port}, {@code @revoked}. The engine takes no host
 * certificates, so that a line for a certificate authority ({@code @cert-authority}) makes no host known, and is only
 * told of. Lines that can't be read say nothing.
 */
final class KnownHosts {

    private static final String HASHED = "|1|";

    /** Read while connections are made side by side; one of them may add what it has learnt. */
    private final List<Entry> entries;

    private KnownHosts(List<Entry> entries) {
        this.entries = new CopyOnWriteArrayList<>(entries);
    }

    /** What is known about a key that a server offers. */
    enum Verdict {
        /** It is this server's key. */
        TRUSTED,
        /** Nothing is known about the server. */
        UNKNOWN,
        /** The server is known by another key. */
        CHANGED,
        /** The key must not be trusted any more. */
        REVOKED
    }

    /** What a line is about. */
    private enum Marker {
        /** A host's key. */
        NONE,
        /** A key that must not be trusted any more. */
        REVOKED,
        /** The key of an authority that certifies hosts. */
        AUTHORITY
    }

    private record Entry(Marker marker, String names, String type, byte[] key) {

        /** Whether the line is about a host; a negated pattern that matches rules it out. */
        boolean isAbout(String host) {
            if (names.startsWith(HASHED)) {
                return isHashOf(host);
            }
            boolean found = false;
            for (String pattern : names.split(",")) {
                boolean negated = pattern.startsWith("!");
                if (matches(negated ? pattern.substring(1) : pattern, host)) {
                    if (negated) {
                        return false;
                    }
                    found = true;
                }
            }
            return found;
        }

        private static boolean matches(String pattern, String host) {
            StringBuilder regex = new StringBuilder();
            for (char c : pattern.toLowerCase(Locale.ROOT).toCharArray()) {
                regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
            }
            return host.matches(regex.toString());
        }

        private boolean isHashOf(String host) {
            String[] parts = names.substring(HASHED.length()).split("\\|");
            if (parts.length != 2) {
                return false;
            }
            try {
                Mac mac = Mac.getInstance("HmacSHA1");
                mac.init(new SecretKeySpec(Base64.getDecoder().decode(parts[0]), "HmacSHA1"));
                byte[] hash = mac.doFinal(host.getBytes(StandardCharsets.UTF_8));
                return Arrays.equals(hash, Base64.getDecoder().decode(parts[1]));
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                return false;
            }
        }
    }

    /** Reads the text of a {@code known_hosts} file. */
    static KnownHosts read(byte[] text) {
        List<Entry> entries = new ArrayList<>();
        for (String line : new String(text, StandardCharsets.UTF_8).split("\\R")) {
            entry(line.trim()).ifPresent(entries::add);
        }
        return new KnownHosts(entries);
    }

    private static Optional<Entry> entry(String line) {
        if (line.isEmpty() || line.startsWith("#")) {
            return Optional.empty();
        }
        String[] words = line.split("\\s+");
        Marker marker =
                switch (words[0]) {
                    case "@revoked" -> Marker.REVOKED;
                    case "@cert-authority" -> Marker.AUTHORITY;
                    default -> Marker.NONE;
                };
        int first = marker == Marker.NONE ? 0 : 1;
        boolean otherMarker = marker == Marker.NONE && line.startsWith("@");
        if (otherMarker || words.length < first + 3) {
            return Optional.empty();
        }
        try {
            byte[] key = Base64.getDecoder().decode(words[first + 2]);
            return Optional.of(new Entry(marker, words[first], words[first + 1], key));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * Judges the key that a server offers. As in OpenSSH, a key that is listed for the host without its port is trusted
     * on other ports too, but does not make another key there a changed one.
     *
     * @param key in the wire format of RFC 4253, section 6.6
     */
    Verdict judge(String host, int port, byte[] key) {
        String name = HostKeyLine.name(host, port);
        String bare = host.toLowerCase(Locale.ROOT);
        if (entries.stream()
                .anyMatch(e -> e.marker == Marker.REVOKED
                        && Arrays.equals(e.key, key)
                        && (e.isAbout(name) || e.isAbout(bare)))) {
            return Verdict.REVOKED;
        }
        List<Entry> trusted =
                entries.stream().filter(e -> e.marker == Marker.NONE).toList();
        if (trusted.stream().anyMatch(e -> Arrays.equals(e.key, key) && (e.isAbout(name) || e.isAbout(bare)))) {
            return Verdict.TRUSTED;
        }
        return trusted.stream().anyMatch(e -> e.isAbout(name)) ? Verdict.CHANGED : Verdict.UNKNOWN;
    }

    /** From now on knows a server by a key; what is in the file stays as it is. */
    void learn(String host, int port, String type, byte[] key) {
        entries.add(new Entry(Marker.NONE, HostKeyLine.name(host, port), type, key.clone()));
    }

    /** The types of the keys a server is known by, e.g. {@code ssh-ed25519}: those it must be asked for. */
    Set<String> types(String host, int port) {
        Set<String> types = new LinkedHashSet<>();
        String name = HostKeyLine.name(host, port);
        String bare = host.toLowerCase(Locale.ROOT);
        entries.stream().filter(e -> e.marker == Marker.NONE && e.isAbout(name)).forEach(e -> types.add(e.type));
        entries.stream().filter(e -> e.marker == Marker.NONE && e.isAbout(bare)).forEach(e -> types.add(e.type));
        return types;
    }

    /** Whether an authority is trusted to certify a server's key, which the engine does not ask for. */
    boolean hasAuthority(String host, int port) {
        String name = HostKeyLine.name(host, port);
        String bare = host.toLowerCase(Locale.ROOT);
        return entries.stream().anyMatch(e -> e.marker == Marker.AUTHORITY && (e.isAbout(name) || e.isAbout(bare)));
    }
}

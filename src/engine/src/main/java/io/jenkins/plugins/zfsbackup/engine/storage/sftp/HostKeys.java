package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import com.jcraft.jsch.HostKey;
import com.jcraft.jsch.HostKeyRepository;
import com.jcraft.jsch.UserInfo;
import io.jenkins.plugins.zfsbackup.engine.protocol.HostKeyLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The judge of one connection's host key, as JSch asks for it. Remembers which key was offered and what was found, so
 * that a refusal can show it.
 */
final class HostKeys implements HostKeyRepository {

    /** A key of a type and how the server signs with it. */
    private record Algorithm(String name, String keyType) {}

    /** Signatures with SHA-1 ({@code ssh-rsa}) and DSA keys are not among them. */
    private static final List<Algorithm> ALGORITHMS = List.of(
            new Algorithm("ssh-ed25519", "ssh-ed25519"),
            new Algorithm("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"),
            new Algorithm("ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384"),
            new Algorithm("ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521"),
            new Algorithm("rsa-sha2-512", "ssh-rsa"),
            new Algorithm("rsa-sha2-256", "ssh-rsa"));

    private final KnownHosts known;
    private final SftpAddress address;
    private final Optional<Path> newKeys;
    private volatile Offer offer;

    /** @param newKeys the file that gets the key of a server about which nothing is known; empty to refuse it */
    HostKeys(KnownHosts known, SftpAddress address, Optional<Path> newKeys) {
        this.known = known;
        this.address = address;
        this.newKeys = newKeys;
    }

    /** The key that the server has shown. */
    record Offer(byte[] key, KnownHosts.Verdict verdict) {

        /** Its type, e.g. {@code ssh-ed25519}: the first string of the key (RFC 4253, section 6.6). */
        String type() {
            int length = (key[2] & 0xff) << 8 | key[3] & 0xff;
            return new String(key, 4, Math.min(length, key.length - 4), StandardCharsets.US_ASCII);
        }

        /** As {@code ssh-keygen -l} shows it. */
        String fingerprint() {
            return HostKeyLine.fingerprint(key);
        }
    }

    /** The key that the server has shown; empty if it never came to that. */
    Optional<Offer> offer() {
        return Optional.ofNullable(offer);
    }

    /** The line of {@code known_hosts} that would make the key trusted. */
    String line(Offer offered) {
        return HostKeyLine.name(address.host(), address.port()) + " " + offered.type() + " "
                + Base64.getEncoder().encodeToString(offered.key());
    }

    /** The types of the keys the server is known by. */
    Set<String> types() {
        return known.types(address.host(), address.port());
    }

    /** Whether an authority is trusted to certify the server's key. */
    boolean hasAuthority() {
        return known.hasAuthority(address.host(), address.port());
    }

    /** What to ask the server for, comma-separated, with what it is known by first, as OpenSSH does. */
    String algorithms() {
        Set<String> types = types();
        List<String> first = new ArrayList<>();
        List<String> rest = new ArrayList<>();
        for (Algorithm algorithm : ALGORITHMS) {
            (types.contains(algorithm.keyType) ? first : rest).add(algorithm.name);
        }
        first.addAll(rest);
        return String.join(",", first);
    }

    @Override
    public int check(String host, byte[] key) {
        Offer offered = judged(key);
        offer = offered;
        return switch (offered.verdict()) {
            case TRUSTED -> OK;
            case UNKNOWN -> NOT_INCLUDED;
            case CHANGED, REVOKED -> CHANGED;
        };
    }

    private Offer judged(byte[] key) {
        // One connection after the other: what the first has learnt binds the next.
        synchronized (known) {
            Offer offered = new Offer(key.clone(), known.judge(address.host(), address.port(), key));
            if (offered.verdict() != KnownHosts.Verdict.UNKNOWN || newKeys.isEmpty()) {
                return offered;
            }
            note(newKeys.get(), offered);
            known.learn(address.host(), address.port(), offered.type(), key);
            return new Offer(offered.key(), KnownHosts.Verdict.TRUSTED);
        }
    }

    private void note(Path file, Offer offered) {
        try {
            Files.writeString(file, line(offered) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public HostKey[] getHostKey() {
        return new HostKey[0];
    }

    @Override
    public HostKey[] getHostKey(String host, String type) {
        return new HostKey[0];
    }

    @Override
    public String getKnownHostsRepositoryID() {
        return "known_hosts";
    }

    @Override
    public void add(HostKey key, UserInfo user) {
        throw new UnsupportedOperationException("a key becomes trusted by hand only");
    }

    @Override
    public void remove(String host, String type) {
        throw new UnsupportedOperationException("a key stays trusted until it is removed by hand");
    }

    @Override
    public void remove(String host, String type, byte[] key) {
        remove(host, type);
    }
}

package io.jenkins.plugins.zfsbackup.engine.sftp;

import com.jcraft.jsch.HostKey;
import com.jcraft.jsch.HostKeyRepository;
import com.jcraft.jsch.UserInfo;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;

/** The known host keys, remembering which key the server has offered, so that a refusal can show it. */
final class HostKeys implements HostKeyRepository {

    private final HostKeyRepository known;
    private volatile byte[] offered;

    HostKeys(HostKeyRepository known) {
        this.known = known;
    }

    /** The offered key as {@code ssh-keygen -l} shows it. */
    Optional<String> fingerprint() {
        if (offered == null) {
            return Optional.empty();
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(offered);
            return Optional.of("SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The line that would make the offered key known. */
    String line(String host) {
        byte[] key = offered;
        int length = (key[0] & 0xff) << 24 | (key[1] & 0xff) << 16 | (key[2] & 0xff) << 8 | key[3] & 0xff;
        String type = new String(key, 4, length, java.nio.charset.StandardCharsets.US_ASCII);
        return host + " " + type + " " + Base64.getEncoder().encodeToString(key);
    }

    @Override
    public int check(String host, byte[] key) {
        offered = key.clone();
        return known.check(host, key);
    }

    @Override
    public void add(HostKey key, UserInfo user) {
        known.add(key, user);
    }

    @Override
    public void remove(String host, String type) {
        known.remove(host, type);
    }

    @Override
    public void remove(String host, String type, byte[] key) {
        known.remove(host, type, key);
    }

    @Override
    public String getKnownHostsRepositoryID() {
        return known.getKnownHostsRepositoryID();
    }

    @Override
    public HostKey[] getHostKey() {
        return known.getHostKey();
    }

    @Override
    public HostKey[] getHostKey(String host, String type) {
        return known.getHostKey(host, type);
    }
}

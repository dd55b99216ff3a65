package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.openpgp.PGPPublicKey;

/** A recipient of encrypted messages: a certificate and that one of its keys which is encrypted to. */
public final class Recipient {
    private final String fingerprint;
    private final List<String> userIds;
    private final Certificate.Part part;
    private final Optional<Instant> expires;

    Recipient(Certificate certificate, Certificate.Part primary, Certificate.Part part) {
        this.fingerprint = certificate.fingerprint();
        this.userIds = certificate.userIds();
        this.part = part;
        this.expires = Stream.of(primary.expires(), part.expires())
                .flatMap(Optional::stream)
                .min(Instant::compareTo);
    }

    /** The fingerprint of the primary key, in upper-case hexadecimal. */
    public String fingerprint() {
        return fingerprint;
    }

    /** The fingerprint of the key that is encrypted to, usually a subkey, in upper-case hexadecimal. */
    public String keyFingerprint() {
        return part.fingerprint();
    }

    /** The owner of the key, as {@code Name <address>}; may be empty. */
    public List<String> userIds() {
        return userIds;
    }

    /** When the key can no longer be encrypted to, UTC; empty if never. */
    public Optional<Instant> expires() {
        return expires;
    }

    PGPPublicKey key() {
        return part.key();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Recipient that && keyFingerprint().equals(that.keyFingerprint());
    }

    @Override
    public int hashCode() {
        return Objects.hash(keyFingerprint());
    }

    @Override
    public String toString() {
        return userIds.isEmpty() ? fingerprint : fingerprint + " (" + userIds.get(0) + ")";
    }
}

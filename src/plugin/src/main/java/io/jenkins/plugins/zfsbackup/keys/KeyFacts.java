package io.jenkins.plugins.zfsbackup.keys;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an OpenPGP key is. Nothing secret is in it.
 *
 * @param fingerprint of the primary key, in upper-case hexadecimal
 * @param owner as {@code Name <address>}, several separated by commas; may be empty
 * @param algorithm of the primary key
 * @param expires the day on which it ends, UTC; empty if never
 * @param revoked whether its owner has revoked it
 * @param secret whether the secret key is there
 * @param locked whether the secret key needs a passphrase
 * @param canEncrypt whether it can be encrypted to now
 * @param canSign whether it can sign now
 * @param canVerify whether signatures that it makes now can be checked with it
 */
public record KeyFacts(
        String fingerprint,
        String owner,
        String algorithm,
        Optional<LocalDate> expires,
        boolean revoked,
        boolean secret,
        boolean locked,
        boolean canEncrypt,
        boolean canSign,
        boolean canVerify) {

    /** In one line, in the reader's language. */
    public String line() {
        List<String> parts = new ArrayList<>();
        parts.add(secret ? Messages.secretKey() : Messages.publicKey());
        parts.add(name());
        parts.add(algorithm);
        parts.add(expires.map(Messages::expires).orElseGet(Messages::neverExpires));
        if (revoked) {
            parts.add(Messages.revoked());
        }
        if (canEncrypt) {
            parts.add(Messages.canEncrypt());
        }
        if (canSign) {
            parts.add(Messages.canSign());
        } else if (canVerify) {
            parts.add(Messages.canVerify());
        }
        return String.join(" · ", parts);
    }

    /** What to call it in a sentence. */
    public String name() {
        return owner.isEmpty() ? fingerprint : fingerprint + " " + owner;
    }
}

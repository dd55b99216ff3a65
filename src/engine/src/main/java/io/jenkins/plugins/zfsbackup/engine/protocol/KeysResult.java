package io.jenkins.plugins.zfsbackup.engine.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is in an OpenPGP key file, or a key that was made.
 *
 * @param keys those that are supported; none if the file is no key
 * @param unusable why keys of the file can't be used although they are keys, as sentences; mostly none
 * @param opened whether the passphrase that was given opens the secret keys; also if none of them needs one
 * @param publicPart the public keys in ASCII armor; empty if there are none
 * @param secretPart the secret key that was made, in ASCII armor; empty, and not written, if none was
 * @param message empty, and not written, where there is a result
 */
public record KeysResult(
        String formatVersion,
        List<Key> keys,
        List<String> unusable,
        boolean opened,
        String publicPart,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) String secretPart,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) String message)
        implements Result {

    public KeysResult {
        formatVersion = Absent.text(formatVersion);
        keys = Absent.list(keys);
        unusable = Absent.list(unusable);
        publicPart = Absent.text(publicPart);
        secretPart = Absent.text(secretPart);
        message = Absent.text(message);
    }

    @Override
    public Outcome outcome() {
        return message.isEmpty() ? Outcome.OK : Outcome.FAILED;
    }

    /**
     * One key. Nothing secret is in it.
     *
     * @param fingerprint of the primary key, in upper-case hexadecimal
     * @param owners as {@code Name <address>}; may be empty
     * @param algorithm of the primary key, e.g. {@code RSA 4096}
     * @param expires when it expires, UTC; empty if never
     * @param revoked whether its owner has revoked it
     * @param secret whether the secret key is there
     * @param locked whether the secret key needs a passphrase
     * @param canEncrypt whether it can be encrypted to now
     * @param canSign whether it can sign now
     * @param canVerify whether signatures that it makes now can be checked with it
     */
    public record Key(
            String fingerprint,
            List<String> owners,
            String algorithm,
            Optional<Instant> expires,
            boolean revoked,
            boolean secret,
            boolean locked,
            boolean canEncrypt,
            boolean canSign,
            boolean canVerify) {
        public Key {
            fingerprint = Absent.text(fingerprint);
            owners = Absent.list(owners);
            algorithm = Absent.text(algorithm);
            expires = Absent.value(expires);
        }
    }
}

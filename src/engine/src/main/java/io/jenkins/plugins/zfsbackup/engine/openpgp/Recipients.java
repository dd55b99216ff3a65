package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The recipients to encrypt to: at least one, each with a key that can be encrypted to now.
 *
 * @param all in the order of their files, without duplicates
 */
public record Recipients(List<Recipient> all) {

    /** Copies the list. */
    public Recipients {
        if (all.isEmpty()) {
            throw new IllegalArgumentException("nobody to encrypt to");
        }
        all = List.copyOf(all);
    }

    /**
     * Reads public keys. Every key in every file becomes a recipient. A key that can't be encrypted to is an error, and
     * is never ignored. Of each key, the newest subkey for encryption is used. Of a secret key, the public part is
     * used.
     *
     * @param keyFiles files written by {@code gpg --export}, armored or binary
     * @param clock determines whether a key has expired
     * @throws UsageException if there is no file, a file is not a key, or a key is not supported, made in the future,
     *     expired, revoked, only for signing, or too weak
     */
    public static Recipients read(List<byte[]> keyFiles, Clock clock) throws UsageException {
        String doing = "reading the recipients' keys";
        if (keyFiles.isEmpty()) {
            throw new UsageException(doing, "there is none", "Name at least one public key to encrypt to.");
        }
        KeyFile.Keys keys = KeyFile.read(keyFiles, doing, Algorithms.MAKE_ANOTHER_KEY);
        if (!keys.unknown().isEmpty()) {
            throw new UsageException(doing, String.join("; ", keys.unknown()), Algorithms.MAKE_ANOTHER_KEY);
        }
        Set<Recipient> recipients = new LinkedHashSet<>();
        for (Certificate certificate : keys.known()) {
            recipients.add(recipient(certificate, clock.instant()));
        }
        return new Recipients(List.copyOf(recipients));
    }

    /** The fingerprints of the primary keys, in upper-case hexadecimal. */
    public List<String> fingerprints() {
        return all.stream().map(Recipient::fingerprint).toList();
    }

    private static Recipient recipient(Certificate certificate, Instant now) throws UsageException {
        Certificate.Choice choice = certificate.encryptionKey(now);
        return new Recipient(
                certificate,
                certificate.primary(now),
                choice.part()
                        .orElseThrow(() -> new UsageException(
                                "encrypting to key " + certificate,
                                choice.refusal(),
                                "Ask its owner for a current export (gpg --armor --export) of a key for encryption.")));
    }
}

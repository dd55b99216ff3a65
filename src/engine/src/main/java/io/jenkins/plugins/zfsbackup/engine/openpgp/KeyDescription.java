package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a key file holds, in plain values for a form or a page. Nothing secret is in it.
 *
 * @param fingerprint of the primary key, in upper-case hexadecimal
 * @param userIds whom it belongs to, as {@code Name <address>}; may be empty
 * @param algorithm of the primary key, as {@code RSA 4096}
 * @param created when the key was made, UTC
 * @param expires when it ends, UTC; empty if never
 * @param revoked whether its owner has revoked it
 * @param secret whether the secret key is there, as signing and decrypting need it
 * @param passphraseProtected whether a passphrase is needed to use the secret key
 * @param canEncrypt whether it can be encrypted to now
 * @param canSign whether it can sign now with what is in the file
 * @param canVerify whether what its owner signs now can be checked with it
 */
public record KeyDescription(
        String fingerprint,
        List<String> userIds,
        String algorithm,
        Instant created,
        Optional<Instant> expires,
        boolean revoked,
        boolean secret,
        boolean passphraseProtected,
        boolean canEncrypt,
        boolean canSign,
        boolean canVerify) {

    /**
     * Describes the keys of a file, at least one.
     *
     * @param keyFile as written by {@code gpg --export} or {@code --export-secret-keys}, armored or binary
     * @throws UsageException if it is no OpenPGP key, or none that is known here
     */
    public static List<KeyDescription> of(byte[] keyFile, Clock clock) throws UsageException {
        return KeyFile.read(List.of(keyFile), "reading an OpenPGP key", Algorithms.MAKE_ANOTHER_KEY).known().stream()
                .map(certificate -> of(certificate, clock.instant()))
                .toList();
    }

    /**
     * Which keys of a file can't be used here, because they are of a version or an algorithm that is unknown, as
     * sentences; none if all can be, or if it is no OpenPGP key at all.
     */
    public static List<String> unusable(byte[] keyFile) {
        return KeyFile.unknown(keyFile);
    }

    /**
     * Whether a passphrase opens the secret keys of a file; also if none of them needs one.
     *
     * @throws UsageException if it is no OpenPGP key
     */
    public static boolean opens(byte[] keyFile, char[] passphrase) throws UsageException {
        String doing = "opening an OpenPGP key";
        List<SecretPart> secrets = KeyFile.read(List.of(keyFile), doing, Algorithms.MAKE_ANOTHER_KEY).known().stream()
                .flatMap(certificate -> certificate.keys().stream().flatMap(key -> certificate.secrets(key).stream()))
                .toList();
        for (SecretPart secret : secrets) {
            try {
                secret.unlock(Optional.of(passphrase), doing);
            } catch (UsageException e) {
                return false;
            }
        }
        return true;
    }

    private static KeyDescription of(Certificate certificate, Instant now) {
        Certificate.Part primary = certificate.primary(now);
        return new KeyDescription(
                certificate.fingerprint(),
                certificate.userIds(),
                Algorithms.name(primary.key()),
                primary.created(),
                primary.expires(),
                primary.revoked().isPresent(),
                certificate.isSecret(),
                certificate.keys().stream()
                        .flatMap(key -> certificate.secrets(key).stream())
                        .anyMatch(SecretPart::isProtected),
                certificate.encryptionKey(now).part().isPresent(),
                certificate.signingKey(now).part().isPresent(),
                certificate.canVerify(now));
    }
}

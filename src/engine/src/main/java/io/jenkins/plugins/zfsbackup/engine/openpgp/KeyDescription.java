package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The description of a key, in plain values for a form or a page. It contains nothing secret.
 *
 * @param fingerprint the fingerprint of the primary key, in upper-case hexadecimal
 * @param userIds the owner, as {@code Name <address>}; may be empty
 * @param algorithm the algorithm of the primary key, such as {@code RSA 4096}
 * @param created when the key was made, UTC
 * @param expires when it expires, UTC; empty if never
 * @param revoked whether its owner has revoked it
 * @param secret whether the file contains the secret key, which is needed to sign and decrypt
 * @param passphraseProtected whether using the secret key requires a passphrase
 * @param canEncrypt whether it can be encrypted to now
 * @param canSign whether it can sign now with what is in the file
 * @param canVerify whether signatures that its owner makes now can be checked with it
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
     * @param keyFile a file written by {@code gpg --export} or {@code --export-secret-keys}, armored or binary
     * @throws UsageException if it is not an OpenPGP key, or contains no supported key
     */
    public static List<KeyDescription> of(byte[] keyFile, Clock clock) throws UsageException {
        return KeyFile.read(List.of(keyFile), "reading an OpenPGP key", Algorithms.MAKE_ANOTHER_KEY).known().stream()
                .map(certificate -> of(certificate, clock.instant()))
                .toList();
    }

    /**
     * The keys of a file that can't be used, because their version or algorithm is not supported, as sentences; none if
     * all can be used, or the file is not an OpenPGP key.
     */
    public static List<String> unusable(byte[] keyFile) {
        return KeyFile.unknown(keyFile);
    }

    /**
     * Whether a passphrase unlocks the secret keys of a file; also true if none of them needs one.
     *
     * @throws UsageException if it is not an OpenPGP key
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

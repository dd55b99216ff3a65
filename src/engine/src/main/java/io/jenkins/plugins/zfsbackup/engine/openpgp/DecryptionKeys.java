package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPPublicKey;

/**
 * Unlocked secret keys for decryption. They include expired and revoked keys, because older backups that are encrypted
 * to them must remain readable. Thread-safe.
 */
public final class DecryptionKeys {
    private final List<PGPKeyPair> pairs;

    private DecryptionKeys(List<PGPKeyPair> pairs) {
        this.pairs = List.copyOf(pairs);
    }

    /** Only this key. */
    static DecryptionKeys of(PGPKeyPair pair) {
        return new DecryptionKeys(List.of(pair));
    }

    /**
     * Reads secret keys and unlocks every part of them that decrypts. Public keys are ignored. Keys that the passphrase
     * does not unlock are left out, as long as there is one that decrypts.
     *
     * @param keyFiles files written by {@code gpg --export-secret-keys}, armored or binary; they may contain public
     *     keys
     * @param passphrase the passphrase of the keys; not needed if they have none
     * @throws UsageException if a file is not a key, the passphrase is missing or wrong, or there is no key that
     *     decrypts
     */
    public static DecryptionKeys read(List<byte[]> keyFiles, Optional<char[]> passphrase) throws UsageException {
        String doing = "reading the decryption keys";
        KeyFile.Keys keys = KeyFile.read(
                keyFiles,
                doing,
                "What is encrypted to it is decrypted by the program that has made it: gpg --decrypt.");
        List<PGPKeyPair> pairs = new ArrayList<>();
        Optional<UsageException> locked = Optional.empty();
        for (Certificate certificate : keys.known()) {
            for (PGPPublicKey key : certificate.keys()) {
                List<SecretPart> secrets = Algorithms.canEncrypt(key) ? certificate.secrets(key) : List.of();
                if (!secrets.isEmpty()) {
                    try {
                        pairs.add(SecretPart.unlock(secrets, passphrase, "unlocking decryption key " + certificate));
                    } catch (UsageException e) {
                        locked = Optional.of(e);
                    }
                }
            }
        }
        if (!pairs.isEmpty()) {
            return new DecryptionKeys(pairs);
        }
        throw locked.orElseGet(() -> new UsageException(
                doing, nothing(keys), "Give a file as written by gpg --export-secret-keys of a key for encryption."));
    }

    /** Why no key in the files decrypts. */
    private static String nothing(KeyFile.Keys keys) {
        List<String> reasons = new ArrayList<>();
        for (Certificate certificate : keys.known()) {
            List<String> missing = certificate.isSecret()
                    ? certificate.keys().stream()
                            .filter(Algorithms::canEncrypt)
                            .map(certificate::withoutSecret)
                            .flatMap(Optional::stream)
                            .toList()
                    : List.of("it is a public key, and only a secret one decrypts");
            reasons.add("key " + certificate + ": "
                    + (missing.isEmpty() ? "no part of it is for encryption" : String.join("; ", missing)));
            reasons.addAll(certificate.unknown());
        }
        reasons.addAll(keys.unknown());
        return String.join("; ", reasons);
    }

    /** The fingerprints of the keys that decrypt, usually subkeys, in upper-case hexadecimal. */
    public List<String> keyFingerprints() {
        return pairs.stream()
                .map(pair -> Certificate.hex(pair.getPublicKey().getFingerprint()))
                .toList();
    }

    /** All keys. */
    List<PGPKeyPair> all() {
        return pairs;
    }
}

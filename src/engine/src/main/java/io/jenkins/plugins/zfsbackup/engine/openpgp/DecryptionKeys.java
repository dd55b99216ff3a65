package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.bcpg.KeyIdentifier;
import org.bouncycastle.openpgp.PGPKeyPair;

/**
 * Unlocked secret keys that decrypt. Expired and revoked ones are among them, because what was encrypted to them before has
 * to be readable. May be used by several threads at once.
 */
public final class DecryptionKeys {
    private final List<PGPKeyPair> pairs;

    private DecryptionKeys(List<PGPKeyPair> pairs) {
        this.pairs = List.copyOf(pairs);
    }

    /**
     * Reads secret keys and unlocks every part of them that decrypts. With several files, keys that the passphrase doesn't
     * open are left out as long as it opens one.
     *
     * @param keyFiles each as written by {@code gpg --export-secret-keys}, armored or binary
     * @param passphrase of the keys; not needed if they have none
     * @throws UsageException if a file is no secret key, the passphrase is missing or wrong, or no key is there that decrypts
     */
    public static DecryptionKeys read(List<byte[]> keyFiles, Optional<char[]> passphrase) throws UsageException {
        String doing = "reading the decryption keys";
        String next = "Give a file as written by gpg --export-secret-keys of a key for encryption.";
        List<PGPKeyPair> pairs = new ArrayList<>();
        Optional<UsageException> locked = Optional.empty();
        for (Certificate certificate : KeyFile.read(keyFiles, doing)) {
            if (!certificate.isSecret()) {
                throw new UsageException(
                        doing, "key " + certificate + " is a public key, and only a secret one decrypts", next);
            }
            for (Certificate.Part part : certificate.parts()) {
                Optional<SecretPart> secret =
                        certificate.secret(part).filter(s -> Algorithms.canEncrypt(part.key()));
                if (secret.isPresent()) {
                    try {
                        pairs.add(secret.get().unlock(passphrase, "unlocking decryption key " + certificate));
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
                doing, "the files hold no secret key that decrypts, or only stubs of keys kept elsewhere", next));
    }

    /** The fingerprints of the keys that decrypt, mostly subkeys, in upper-case hexadecimal. */
    public List<String> keyFingerprints() {
        return pairs.stream()
                .map(pair -> Certificate.hex(pair.getPublicKey().getFingerprint()))
                .toList();
    }

    /** The keys to try on what is encrypted to this one; all of them if the message hides whom it is for. */
    List<PGPKeyPair> matching(KeyIdentifier recipient) {
        return pairs.stream()
                .filter(pair -> recipient.matches(pair.getPublicKey().getKeyIdentifier()))
                .toList();
    }
}

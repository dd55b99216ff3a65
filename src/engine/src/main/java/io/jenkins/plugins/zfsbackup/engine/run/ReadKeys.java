package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Manifest;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.stream.VolumeFormat;
import java.io.IOException;
import java.util.Optional;

/**
 * What a reader of backups brings along to believe and to read them.
 *
 * @param decrypt opens volumes; empty without a decryption key
 * @param verify checks manifests' signatures; empty without keys to check with, and then nothing is said about them
 * @param decryptSigned opens messages whose only signature is the one inside; checks that, given keys
 */
public record ReadKeys(
        Optional<VolumeFormat.Decrypt> decrypt,
        Optional<VerifySignature> verify,
        Optional<VolumeFormat.Decrypt> decryptSigned) {

    /** No keys at all. */
    public static final ReadKeys NONE = new ReadKeys(Optional.empty(), Optional.empty(), Optional.empty());

    /** Checks a detached signature. */
    @FunctionalInterface
    public interface VerifySignature {
        /** Throws unless one of the known keys made the signature over exactly this data. */
        void check(byte[] data, byte[] signature, String where) throws IOException;
    }

    /** Reads a manifest and, given keys, checks its signature. */
    Manifest manifest(Repository repository, String dataset, String id) throws IOException {
        byte[] bytes = repository.manifestBytes(dataset, id);
        String where = repository.path(dataset, id);
        if (verify.isPresent()) {
            byte[] signature = repository
                    .signature(dataset, id)
                    .orElseThrow(() -> new IntegrityException(
                            "checking the signature of " + where,
                            "its signature is missing",
                            Wording.NOT_SIGNED.text()));
            requireGood(bytes, signature, where);
        }
        return repository.manifest(dataset, id, bytes);
    }

    private void requireGood(byte[] manifest, byte[] signature, String where) throws IOException {
        try {
            verify.orElseThrow().check(manifest, signature, where);
        } catch (IntegrityException e) {
            throw new IntegrityException(
                    "checking the signature of " + where, "its signature does not count: " + e.said(), e.next(), e);
        }
    }

    /**
     * What a reader must be told when no key checks who made the backups; empty if there are keys.
     *
     * @param signed whether the backups say that they are signed
     */
    Optional<String> unchecked(boolean signed) {
        if (verify.isPresent()) {
            return Optional.empty();
        }
        String anybody = "whoever can write to the repository could have put others there. ";
        return Optional.of("nothing was checked about who made these backups: "
                + (signed
                        ? "they are signed, but no key to check the signatures with was given, and " + anybody
                                + Wording.CHECK_SIGNATURES.text()
                        : "they are not signed, and " + anybody + Wording.SIGN_AND_CHECK.text()));
    }

    /** How to open the volumes of a backup that is encrypted so. */
    VolumeFormat.Decrypt decryptFor(Optional<Manifest.Encryption> encryption, String doing) throws BackupException {
        if (encryption.isEmpty() || decrypt.isPresent()) {
            return decrypt.orElse(message -> message);
        }
        throw new UsageException(
                doing,
                "it is encrypted to " + String.join(", ", encryption.get().recipients())
                        + ", and no decryption key was given",
                Wording.NO_DECRYPTION_KEY.text());
    }
}

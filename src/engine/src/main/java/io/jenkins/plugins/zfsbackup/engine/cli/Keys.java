package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.openpgp.Decryption;
import io.jenkins.plugins.zfsbackup.engine.openpgp.DecryptionKeys;
import io.jenkins.plugins.zfsbackup.engine.openpgp.Encryption;
import io.jenkins.plugins.zfsbackup.engine.openpgp.KeyProof;
import io.jenkins.plugins.zfsbackup.engine.openpgp.Recipients;
import io.jenkins.plugins.zfsbackup.engine.openpgp.SigningKey;
import io.jenkins.plugins.zfsbackup.engine.openpgp.Verification;
import io.jenkins.plugins.zfsbackup.engine.openpgp.VerificationKeys;
import io.jenkins.plugins.zfsbackup.engine.run.Protection;
import io.jenkins.plugins.zfsbackup.engine.run.ReadKeys;
import io.jenkins.plugins.zfsbackup.engine.run.SignedBy;
import io.jenkins.plugins.zfsbackup.engine.run.Signer;
import io.jenkins.plugins.zfsbackup.engine.stream.VolumeFormat;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads the keys that options name. */
final class Keys {

    private Keys() {}

    /** How a backup is protected, by keys that were proved by using them; refuses to leave it open unless told to. */
    static Protection protection(
            Environment environment,
            List<String> recipients,
            boolean noEncryption,
            String signWith,
            String passphraseFile,
            String pool,
            Archives archives)
            throws IOException {
        archives.requireFits(recipients, noEncryption, signWith, pool);
        if (recipients.isEmpty() && !noEncryption) {
            throw new UsageException("backing up " + pool, Wording.NO_RECIPIENT.text(), Wording.GIVE_RECIPIENT.text());
        }
        if (!recipients.isEmpty() && noEncryption) {
            throw new UsageException("backing up " + pool, Wording.RECIPIENT_AND_OPEN.text(), "Choose one.");
        }
        Optional<SigningKey> signing = signWith == null
                ? Optional.empty()
                : Optional.of(SigningKey.read(
                        OptionFile.read(environment, signWith, "the signing key"),
                        passphrase(environment, passphraseFile),
                        environment.clock()));
        KeyProof proof = new KeyProof(environment.clock(), new SecureRandom());
        if (signing.isPresent()) {
            proof.prove(signing.get());
        }
        Optional<Signer> signer = signing.map(Keys::signer);
        if (recipients.isEmpty()) {
            return new Protection(List.of(), Optional.empty(), signer);
        }
        Recipients keys = Recipients.read(contents(environment, recipients, "a recipient's key"), environment.clock());
        proof.prove(keys, signing);
        Encryption encryption = new Encryption(keys, signing, new SecureRandom());
        return new Protection(keys.fingerprints(), Optional.of(archives.encrypt(encryption)), signer);
    }

    private static Signer signer(SigningKey key) {
        return new Signer() {
            @Override
            public String fingerprint() {
                return key.fingerprint();
            }

            @Override
            public byte[] sign(byte[] data) throws UsageException {
                return key.detachedSignature(data);
            }
        };
    }

    /**
     * Whose signatures what a backup relies on must have: that of the key that it signs with, and of those that are
     * named beside it.
     *
     * @return empty if it does not sign, and none are named
     */
    static Optional<SignedBy> signedBy(Environment environment, String signWith, List<String> verifyWith)
            throws IOException {
        List<byte[]> files = contents(environment, verifyWith, "a signer's key");
        if (signWith != null) {
            files.add(OptionFile.read(environment, signWith, "the signing key"));
        }
        if (files.isEmpty()) {
            return Optional.empty();
        }
        VerificationKeys keys = VerificationKeys.read(files, environment.clock());
        String names = keys.fingerprints().stream().sorted().distinct().collect(Collectors.joining(","));
        return Optional.of(new SignedBy(names, (data, signature, where) -> keys.verifyDetached(data, signature)));
    }

    /** The keys to read and to believe backups with. */
    static ReadKeys readKeys(
            Environment environment, String decryptWith, List<String> verifyWith, String passphraseFile)
            throws IOException {
        Optional<VolumeFormat.Decrypt> decrypt = Optional.empty();
        Optional<VolumeFormat.Decrypt> decryptSigned = Optional.empty();
        Optional<DecryptionKeys> secret = Optional.empty();
        if (decryptWith != null) {
            DecryptionKeys keys = DecryptionKeys.read(
                    List.of(OptionFile.read(environment, decryptWith, "the decryption key")),
                    passphrase(environment, passphraseFile));
            secret = Optional.of(keys);
            // The manifest's signature covers every volume's hash: the signatures inside the volumes are for gpg alone.
            Decryption decryption = new Decryption(keys, Verification.none());
            decrypt = Optional.of(decryption::decrypt);
            decryptSigned = decrypt;
        }
        Optional<ReadKeys.VerifySignature> verify = Optional.empty();
        if (!verifyWith.isEmpty()) {
            VerificationKeys keys =
                    VerificationKeys.read(contents(environment, verifyWith, "a signer's key"), environment.clock());
            verify = Optional.of((data, signature, where) -> keys.verifyDetached(data, signature));
            decryptSigned = secret.map(each -> new Decryption(each, Verification.required(keys))::decrypt);
        }
        return new ReadKeys(decrypt, verify, decryptSigned);
    }

    private static List<byte[]> contents(Environment environment, List<String> names, String what)
            throws UsageException {
        List<byte[]> contents = new ArrayList<>();
        for (String name : names) {
            contents.add(OptionFile.read(environment, name, what));
        }
        return contents;
    }

    private static Optional<char[]> passphrase(Environment environment, String file) throws UsageException {
        return file == null ? Optional.empty() : Optional.of(OptionFile.passphrase(environment, file));
    }
}

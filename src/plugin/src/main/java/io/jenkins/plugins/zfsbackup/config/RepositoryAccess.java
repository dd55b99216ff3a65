package io.jenkins.plugins.zfsbackup.config;

import com.cloudbees.jenkins.plugins.sshcredentials.SSHUserPrivateKey;
import hudson.AbortException;
import hudson.util.Secret;
import io.jenkins.plugins.zfsbackup.agent.EngineProcess;
import io.jenkins.plugins.zfsbackup.agent.EngineRequest;
import io.jenkins.plugins.zfsbackup.keys.KeyFinder;
import java.io.IOException;
import java.util.List;

/**
 * Adds to a request what the engine needs to use a repository. Keys are fetched here, as late as can be. Which keys an
 * agent gets to see is decided by which of these methods is called.
 */
public final class RepositoryAccess {

    private static final String HOST_KEYS = "known-hosts";

    private final BackupRepository repository;
    private final KeyFinder keys;

    public RepositoryAccess(BackupRepository repository, KeyFinder keys) {
        this.repository = repository;
        this.keys = keys;
    }

    /** The address and the way in. */
    public RepositoryAccess open(EngineRequest request) throws AbortException {
        String url = repository.getUrl();
        if (!repository.getCredentialsId().isEmpty() && url.startsWith("sftp://")) {
            SSHUserPrivateKey key = keys.sshKey(repository.getCredentialsId());
            url = withUser(url, key.getUsername());
            identity(request, key);
        }
        if (url.startsWith("sftp://") && repository.getTrust() != HostKeyTrust.AGENT) {
            request.secret("--known-hosts", HOST_KEYS, repository.getHostKeys().replace("\r", "") + "\n");
        }
        if (url.startsWith("sftp://") && repository.trustsFirstKey()) {
            request.file("--accept-new-host-key", EngineProcess.NEW_HOST_KEYS);
        }
        request.with("--repo", url);
        return this;
    }

    private static String withUser(String url, String user) {
        String rest = url.substring("sftp://".length());
        int slash = rest.indexOf('/');
        boolean named = rest.substring(0, slash < 0 ? rest.length() : slash).contains("@");
        return named || user.isEmpty() ? url : "sftp://" + user + "@" + rest;
    }

    private static void identity(EngineRequest request, SSHUserPrivateKey key) throws AbortException {
        List<String> candidates = key.getPrivateKeys();
        if (candidates.isEmpty()) {
            throw new AbortException(Messages.emptySshKey(key.getId()));
        }
        request.secret("--identity", "identity", candidates.get(0).strip() + "\n");
        Secret passphrase = key.getPassphrase();
        if (passphrase != null && !passphrase.getPlainText().isEmpty()) {
            request.secret("--identity-passphrase-file", "identity-passphrase", passphrase.getPlainText());
        }
    }

    /**
     * Whom to encrypt to: for a backup.
     *
     * @throws AbortException if there is nobody, and the repository is not for open backups
     */
    public RepositoryAccess encrypt(EngineRequest request) throws AbortException {
        List<String> recipients = BackupRepository.keysIn(repository.getRecipients());
        if (recipients.isEmpty() && !repository.isUnencrypted()) {
            throw new AbortException(Messages.noRecipients(repository.getName()));
        }
        for (int i = 0; i < recipients.size(); i++) {
            request.secret("--recipient", "recipient-" + (i + 1), recipients.get(i));
        }
        return this;
    }

    /** The key to sign with: for a backup. */
    public RepositoryAccess sign(EngineRequest request) throws IOException {
        if (!repository.getSigningCredentialsId().isEmpty()) {
            key(request, "--sign-with", "signing-key", keys.openPgpKey(repository.getSigningCredentialsId()));
        }
        return this;
    }

    /** The key to decrypt with: for a restore or a deep verification, and for nothing else. */
    public RepositoryAccess decrypt(EngineRequest request) throws IOException {
        if (!repository.getDecryptionCredentialsId().isEmpty()) {
            key(request, "--decrypt-with", "decryption-key", keys.openPgpKey(repository.getDecryptionCredentialsId()));
        }
        return this;
    }

    /** Who must have signed: for a restore or a verification. */
    public RepositoryAccess check(EngineRequest request) {
        List<String> signers = BackupRepository.keysIn(repository.getSigners());
        for (int i = 0; i < signers.size(); i++) {
            request.secret("--verify-with", "signer-" + (i + 1), signers.get(i));
        }
        return this;
    }

    private static void key(EngineRequest request, String option, String name, KeyFinder.Key key) {
        request.secret(option, name, key.content());
        if (!key.passphrase().isEmpty()) {
            request.secret("--passphrase-file", "passphrase", key.passphrase());
        }
    }
}

package io.jenkins.plugins.zfsbackup.keys;

import com.cloudbees.jenkins.plugins.sshcredentials.SSHUserPrivateKey;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.common.IdCredentials;
import hudson.AbortException;
import hudson.model.Run;
import hudson.security.ACL;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.plaincredentials.FileCredentials;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;

/**
 * Finds credentials by their ids, in the context of a build (its folders included, its use noted) or, for a test by an
 * administrator, in that of Jenkins itself.
 */
public final class KeyFinder {

    private static final int LARGEST = 1 << 20;

    private final Optional<Run<?, ?>> build;

    private KeyFinder(Optional<Run<?, ?>> build) {
        this.build = build;
    }

    /** For a build. */
    public static KeyFinder forBuild(Run<?, ?> build) {
        return new KeyFinder(Optional.of(build));
    }

    /** For an administrator's test; the caller has checked that it is one. */
    public static KeyFinder forAdministrator() {
        return new KeyFinder(Optional.empty());
    }

    /**
     * A key and what opens it.
     *
     * @param content of the key file
     * @param passphrase empty if none is known
     */
    public record Key(byte[] content, String passphrase) {}

    /** An SSH key with its user name. */
    public SSHUserPrivateKey sshKey(String id) throws AbortException {
        return find(id, SSHUserPrivateKey.class)
                .orElseThrow(() -> new AbortException(Messages.noSshKey(id)));
    }

    /**
     * An OpenPGP key, or one in a secret file whose passphrase is in a secret text.
     *
     * @param passphraseId of the secret text; may be blank
     */
    public Key openPgpKey(String id, String passphraseId) throws IOException {
        Optional<OpenPgpKey> key = find(id, OpenPgpKey.class);
        String given = passphraseId == null || passphraseId.isBlank() ? "" : text(passphraseId);
        if (key.isPresent()) {
            String own = key.get().getPassphrase().getPlainText();
            return new Key(
                    key.get().getKey().getPlainText().getBytes(StandardCharsets.UTF_8), given.isEmpty() ? own : given);
        }
        FileCredentials file = find(id, FileCredentials.class)
                .orElseThrow(() -> new AbortException(Messages.noOpenPgpKey(id)));
        try (InputStream in = file.getContent()) {
            return new Key(in.readNBytes(LARGEST), given);
        }
    }

    private String text(String id) throws AbortException {
        return find(id, StringCredentials.class)
                .orElseThrow(() -> new AbortException(Messages.noPassphrase(id)))
                .getSecret()
                .getPlainText();
    }

    private <C extends IdCredentials> Optional<C> find(String id, Class<C> type) {
        if (build.isEmpty()) {
            return Optional.ofNullable(CredentialsProvider.findCredentialByIdInItemGroup(
                    id, type, Jenkins.get(), ACL.SYSTEM2, List.of()));
        }
        C found = CredentialsProvider.findCredentialById(id, type, build.get());
        return Optional.ofNullable(found == null ? null : CredentialsProvider.track(build.get(), found));
    }
}

package io.jenkins.plugins.zfsbackup.setup;

import com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey;
import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.common.IdCredentials;
import hudson.util.Secret;
import io.jenkins.plugins.zfsbackup.keys.KeyInspection;
import io.jenkins.plugins.zfsbackup.keys.OpenPgpKeyCredentials;
import io.jenkins.plugins.zfsbackup.keys.OpenSshKey;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import jenkins.model.Jenkins;

/** Makes keys and keeps them in Jenkins' own credentials, for all jobs. */
final class NewCredentials {

    private NewCredentials() {}

    /** An SSH key; the user's name comes from the repository's address. Returns its id. */
    static synchronized String sshKey() throws IOException {
        String id = freeId("zfs-backup-ssh");
        return keep(new BasicSSHUserPrivateKey(
                CredentialsScope.GLOBAL,
                id,
                "",
                new BasicSSHUserPrivateKey.DirectEntryPrivateKeySource(OpenSshKey.newEd25519(owner())),
                "",
                Messages.sshKeyDescription()));
    }

    /** An OpenPGP key that signs and opens nothing. Returns its id. */
    static synchronized String signingKey() throws IOException {
        String id = freeId("zfs-backup-signing");
        return keep(new OpenPgpKeyCredentials(
                CredentialsScope.GLOBAL,
                id,
                Messages.signingKeyDescription(),
                null,
                Secret.fromString(KeyInspection.newSigningKey(owner())),
                Secret.fromString("")));
    }

    private static <C extends Credentials & IdCredentials> String keep(C credentials) throws IOException {
        SystemCredentialsProvider system = SystemCredentialsProvider.getInstance();
        system.getCredentials().add(credentials);
        system.save();
        return credentials.getId();
    }

    private static String freeId(String wanted) {
        List<Credentials> all = SystemCredentialsProvider.getInstance().getCredentials();
        Set<String> taken = all.stream()
                .filter(IdCredentials.class::isInstance)
                .map(each -> ((IdCredentials) each).getId())
                .collect(Collectors.toSet());
        return SetupPage.free(wanted, taken);
    }

    /** Whose the keys are, for whoever meets them elsewhere. */
    private static String owner() {
        String url = Jenkins.get().getRootUrl();
        String host = url == null ? null : URI.create(url).getHost();
        return "ZFS Backup" + (host == null ? "" : " of Jenkins at " + host);
    }
}

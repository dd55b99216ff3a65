package io.jenkins.plugins.zfsbackup.config;

import com.cloudbees.plugins.credentials.common.StandardCredentials;
import hudson.Extension;
import hudson.model.AdministrativeMonitor;
import io.jenkins.plugins.zfsbackup.keys.KeyFinder;
import java.util.ArrayList;
import java.util.List;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Says that a repository names a credential that is nowhere: every job that uses it will fail. */
@Extension
public final class MissingCredentialMonitor extends AdministrativeMonitor {

    @Override
    public String getDisplayName() {
        return Messages.missingCredentialMonitor();
    }

    @Override
    public boolean isActivated() {
        return !getMissing().isEmpty();
    }

    /** A sentence for each. */
    @Restricted(NoExternalUse.class) // for the page
    public List<String> getMissing() {
        List<String> missing = new ArrayList<>();
        for (BackupRepository each : ZfsBackupConfiguration.get().getRepositories()) {
            look(each, each.getCredentialsId(), KeyFinder.SSH_KEYS, missing);
            look(each, each.getSigningCredentialsId(), KeyFinder.OPENPGP_KEYS, missing);
            look(each, each.getDecryptionCredentialsId(), KeyFinder.OPENPGP_KEYS, missing);
        }
        return missing;
    }

    private static void look(
            BackupRepository repository,
            String id,
            List<Class<? extends StandardCredentials>> types,
            List<String> missing) {
        if (!id.isEmpty() && KeyFinder.whereIs(id, types) == KeyFinder.Place.NOWHERE) {
            missing.add(Messages.missingCredential(repository.getName(), id));
        }
    }
}

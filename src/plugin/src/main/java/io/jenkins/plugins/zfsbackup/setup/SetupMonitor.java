package io.jenkins.plugins.zfsbackup.setup;

import hudson.Extension;
import hudson.Util;
import hudson.model.AdministrativeMonitor;
import hudson.util.HttpResponses;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import java.io.IOException;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.HttpResponse;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.interceptor.RequirePOST;

/** Leads to the guided set-up as long as there is no repository, or until somebody does not want to be told. */
@Extension
public final class SetupMonitor extends AdministrativeMonitor {

    @Override
    public String getDisplayName() {
        return Messages.monitor();
    }

    @Override
    public boolean isActivated() {
        return ZfsBackupConfiguration.get().getRepositories().isEmpty();
    }

    /** One of its buttons was pressed. */
    @RequirePOST
    @Restricted(NoExternalUse.class)
    public HttpResponse doAct(@QueryParameter String dismiss) throws IOException {
        checkRequiredPermission();
        if (Util.fixEmptyAndTrim(dismiss) == null) {
            return HttpResponses.redirectViaContextPath("manage/" + SetupPage.URL + "/");
        }
        disable(true);
        return HttpResponses.redirectViaContextPath("manage/");
    }
}

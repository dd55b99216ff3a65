package io.jenkins.plugins.zfsbackup.config;

import hudson.Extension;
import hudson.Util;
import hudson.model.AdministrativeMonitor;
import hudson.util.HttpResponses;
import io.jenkins.plugins.zfsbackup.engine.protocol.HostKeyLine;
import java.util.List;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.HttpResponse;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.interceptor.RequirePOST;

/**
 * Asks an administrator to compare the host key of a server that was trusted at first use with what the server's own
 * administrator says: until then the connection is as safe as the network was on that day.
 */
@Extension
public final class HostKeyMonitor extends AdministrativeMonitor {

    @Override
    public String getDisplayName() {
        return Messages.hostKeyMonitor();
    }

    @Override
    public boolean isActivated() {
        return !ZfsBackupConfiguration.get().getUnconfirmedHostKeys().isEmpty();
    }

    @Override
    public boolean isSecurity() {
        return true;
    }

    /** The keys that nobody has confirmed. */
    @Restricted(NoExternalUse.class) // for the page
    public List<HostKeyLine> getKeys() {
        return ZfsBackupConfiguration.get().getUnconfirmedHostKeys().stream()
                .flatMap(line -> HostKeyLine.of(line).stream())
                .toList();
    }

    /** The administrator has compared the keys of this fingerprint, and they are the server's, or are not. */
    @RequirePOST
    @Restricted(NoExternalUse.class)
    public HttpResponse doDecide(@QueryParameter String key, @QueryParameter String confirm) {
        checkRequiredPermission();
        ZfsBackupConfiguration configuration = ZfsBackupConfiguration.get();
        for (String line : configuration.getUnconfirmedHostKeys()) {
            if (HostKeyLine.of(line).filter(each -> each.toString().equals(key)).isPresent()) {
                if (Util.fixEmptyAndTrim(confirm) == null) {
                    configuration.rejectHostKey(line);
                } else {
                    configuration.confirmHostKey(line);
                }
            }
        }
        return HttpResponses.redirectViaContextPath("manage/");
    }
}

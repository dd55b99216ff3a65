package io.jenkins.plugins.zfsbackup.steps;

import hudson.Extension;
import hudson.Util;
import io.jenkins.plugins.zfsbackup.agent.EngineRequest;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.RepositoryAccess;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetPattern;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import java.io.IOException;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;

/** {@code zfsList}: returns what is stored. It needs no key but the one to the server. */
public final class ZfsListStep extends EngineStep {

    private static final long serialVersionUID = 1L;

    private String datasets = "";

    @DataBoundConstructor
    public ZfsListStep() {}

    public String getDatasets() {
        return datasets;
    }

    /** Names, separated by commas or white space; blank for all. */
    @DataBoundSetter
    public void setDatasets(String datasets) {
        this.datasets = Util.fixNull(datasets).strip();
    }

    @Override
    PoolRun.Task task() {
        return PoolRun.Task.LIST;
    }

    @Override
    String subject() {
        return datasets.isEmpty() ? PoolRun.ALL_DATASETS : datasets;
    }

    @Override
    boolean transfers() {
        return false;
    }

    @Override
    EngineRequest request(BackupRepository place, RepositoryAccess access) throws IOException {
        EngineRequest request = new EngineRequest("list");
        DatasetPattern.words(datasets).forEach(request::with);
        access.open(request);
        return request;
    }

    /** The snippet generator's. */
    @Extension
    public static final class DescriptorImpl extends EngineStepDescriptor {

        @Override
        public String getFunctionName() {
            return "zfsList";
        }

        @Override
        public String getDisplayName() {
            return Messages.list();
        }
    }
}

package io.jenkins.plugins.zfsbackup.steps;

import hudson.Extension;
import hudson.Util;
import hudson.model.Item;
import hudson.util.FormValidation;
import io.jenkins.plugins.zfsbackup.agent.EngineRequest;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.RepositoryAccess;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetPattern;
import io.jenkins.plugins.zfsbackup.engine.protocol.Share;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import java.io.IOException;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.interceptor.RequirePOST;

/** {@code zfsVerify}: looks whether what is stored can be restored. */
public final class ZfsVerifyStep extends EngineStep {

    private static final long serialVersionUID = 1L;

    private String datasets = "";
    private Depth depth = Depth.hash;
    private String subset = "";

    /** How deep to look. Its constants are written as the command line and pipelines write them. */
    public enum Depth {
        /** Are all files there, and all chains whole? */
        listing,
        /** Has every byte its hash? */
        hash,
        /** Does it decrypt to a good stream? Needs the decryption key. */
        content,
        /** Does {@code zfs receive} take it? Needs the decryption key. */
        receive;

        boolean opens() {
            return this == content || this == receive;
        }
    }

    @DataBoundConstructor
    public ZfsVerifyStep() {}

    public String getDatasets() {
        return datasets;
    }

    /** Names, separated by commas or white space; blank for all. */
    @DataBoundSetter
    public void setDatasets(String datasets) {
        this.datasets = Util.fixNull(datasets).strip();
    }

    public Depth getDepth() {
        return depth;
    }

    @DataBoundSetter
    public void setDepth(Depth depth) {
        this.depth = depth == null ? Depth.hash : depth;
    }

    public String getSubset() {
        return subset;
    }

    /** {@code N/T}: the N-th of T shares; blank for all. */
    @DataBoundSetter
    public void setSubset(String subset) {
        this.subset = Util.fixNull(subset).strip();
    }

    @Override
    PoolRun.Task task() {
        return PoolRun.Task.VERIFY;
    }

    @Override
    String subject() {
        return datasets.isEmpty() ? PoolRun.ALL_DATASETS : datasets;
    }

    @Override
    EngineRequest request(BackupRepository place, RepositoryAccess access) throws IOException {
        EngineRequest request =
                new EngineRequest("verify").option("--depth", depth.name()).option("--subset", subset);
        DatasetPattern.words(datasets).forEach(request::with);
        access.open(request).check(request);
        if (depth.opens()) {
            access.decrypt(request);
        }
        return request;
    }

    /** The snippet generator's and the form's. */
    @Extension
    public static final class DescriptorImpl extends EngineStepDescriptor {

        @Override
        public String getFunctionName() {
            return "zfsVerify";
        }

        @Override
        public String getDisplayName() {
            return Messages.verify();
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckSubset(@AncestorInPath Item item, @QueryParameter String value) {
            check(item);
            String share = Util.fixNull(value).strip();
            return share.isEmpty() || Share.parse(share).isPresent()
                    ? FormValidation.ok()
                    : FormValidation.error(Messages.badSubset());
        }
    }
}

package io.jenkins.plugins.zfsbackup.steps;

import hudson.AbortException;
import hudson.Extension;
import hudson.Util;
import hudson.model.Item;
import hudson.util.ComboBoxModel;
import io.jenkins.plugins.zfsbackup.agent.EngineRequest;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.RepositoryAccess;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import io.jenkins.plugins.zfsbackup.record.SeenStored;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.interceptor.RequirePOST;

/** {@code zfsRestore}: brings a dataset back, as it was at a snapshot. */
public final class ZfsRestoreStep extends EngineStep {

    private static final long serialVersionUID = 1L;

    private final String dataset;
    private final String target;
    private String snapshot = "";
    private boolean dryRun;

    /**
     * @param dataset as it was called when it was backed up, e.g. {@code tank/home}
     * @param target the dataset to receive into, which must not be there yet
     */
    @DataBoundConstructor
    public ZfsRestoreStep(String dataset, String target) {
        this.dataset = Util.fixNull(dataset).strip();
        this.target = Util.fixNull(target).strip();
    }

    public String getDataset() {
        return dataset;
    }

    public String getTarget() {
        return target;
    }

    public String getSnapshot() {
        return snapshot;
    }

    /** Which one; blank for the newest. */
    @DataBoundSetter
    public void setSnapshot(String snapshot) {
        this.snapshot = Util.fixNull(snapshot).strip();
    }

    public boolean isDryRun() {
        return dryRun;
    }

    /** Whether it is only said what would be received. */
    @DataBoundSetter
    public void setDryRun(boolean dryRun) {
        this.dryRun = dryRun;
    }

    @Override
    PoolRun.Task task() {
        return dryRun ? PoolRun.Task.RESTORE_DRY_RUN : PoolRun.Task.RESTORE;
    }

    @Override
    String subject() {
        return dataset;
    }

    @Override
    EngineRequest request(BackupRepository place, RepositoryAccess access) throws IOException {
        // Neither may be taken for an option; all else is for the engine to say.
        if (dataset.isEmpty() || target.isEmpty() || dataset.startsWith("-") || target.startsWith("-")) {
            throw new AbortException(Messages.restoreWhatWhere());
        }
        EngineRequest request = new EngineRequest("restore", snapshot.isEmpty() ? dataset : dataset + "@" + snapshot)
                .option("--to", target)
                .flag("--dry-run", dryRun);
        access.open(request).check(request).decrypt(request);
        return request;
    }

    /** The snippet generator's and the form's. */
    @Extension
    public static final class DescriptorImpl extends EngineStepDescriptor {

        @Override
        public String getFunctionName() {
            return "zfsRestore";
        }

        @Override
        public String getDisplayName() {
            return Messages.restore();
        }

        @Override
        public String argumentsToString(Map<String, Object> arguments) {
            return arguments.get("dataset") + " → " + arguments.get("target");
        }

        /** What builds have seen in the repository. */
        @RequirePOST
        @Restricted(NoExternalUse.class)
        public ComboBoxModel doFillDatasetItems(@AncestorInPath Item item, @QueryParameter String repository) {
            return new ComboBoxModel(
                    maySee(item) ? seen(repository).map(SeenStored::datasets).orElse(List.of()) : List.of());
        }

        /** What builds have seen in the repository of the chosen dataset. */
        @RequirePOST
        @Restricted(NoExternalUse.class)
        public ComboBoxModel doFillSnapshotItems(
                @AncestorInPath Item item, @QueryParameter String repository, @QueryParameter String dataset) {
            String name = Util.fixNull(dataset).strip();
            return new ComboBoxModel(
                    maySee(item) && !name.isEmpty()
                            ? seen(repository)
                                    .map(stored -> stored.snapshots(name))
                                    .orElse(List.of())
                            : List.of());
        }

        /** Empty where the form names no repository that there is. */
        private static Optional<SeenStored> seen(String repository) {
            try {
                return Optional.of(new SeenStored(ZfsBackupConfiguration.get()
                        .repository(Util.fixNull(repository).strip())
                        .getUrl()));
            } catch (AbortException e) {
                return Optional.empty();
            }
        }
    }
}

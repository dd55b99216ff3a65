package io.jenkins.plugins.zfsbackup.steps;

import hudson.AbortException;
import hudson.Extension;
import hudson.Util;
import hudson.model.Item;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.zfsbackup.agent.EngineRequest;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.RepositoryAccess;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetPattern;
import io.jenkins.plugins.zfsbackup.engine.protocol.KeepRule;
import io.jenkins.plugins.zfsbackup.engine.protocol.Layout;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.interceptor.RequirePOST;

/** {@code zfsBackup}: sends what is not stored yet of a pool's snapshots. */
public final class ZfsBackupStep extends EngineStep {

    private static final long serialVersionUID = 1L;

    private static final String NATIVE = Layout.NATIVE.text();

    private final String pool;
    private String include = "";
    private String exclude = "";
    private String policy = "";
    private boolean packed;
    private MonthBy monthBy = MonthBy.created;
    private String snapshot = "";
    private String keepSnapshots = "";
    private String layout = NATIVE;
    private String compression = "";
    private String limit = "";
    private boolean dryRun;

    /** What tells the month of a snapshot. Its constants are written as pipelines write them. */
    public enum MonthBy {
        /** When it was taken, in UTC. */
        created,
        /** The date in its name. */
        name
    }

    /** @param pool to back up */
    @DataBoundConstructor
    public ZfsBackupStep(String pool) {
        this.pool = Util.fixNull(pool).strip();
    }

    public String getPool() {
        return pool;
    }

    public String getInclude() {
        return include;
    }

    /** Globs of datasets below the pool, separated by commas or white space; blank for all. */
    @DataBoundSetter
    public void setInclude(String include) {
        this.include = Util.fixNull(include);
    }

    public String getExclude() {
        return exclude;
    }

    /** Globs of datasets to leave out, likewise. */
    @DataBoundSetter
    public void setExclude(String exclude) {
        this.exclude = Util.fixNull(exclude);
    }

    public String getPolicy() {
        return policy;
    }

    /** What to send, e.g. {@code forever} or {@code monthly}; blank for the global default. */
    @DataBoundSetter
    public void setPolicy(String policy) {
        this.policy = Util.fixNull(policy).strip();
    }

    public boolean isPacked() {
        return packed;
    }

    /** Whether the snapshots since the last backup go in one package. */
    @DataBoundSetter
    public void setPacked(boolean packed) {
        this.packed = packed;
    }

    public String getSnapshot() {
        return snapshot;
    }

    /** The name of a snapshot to take first, with date fields in UTC; blank to take none. */
    @DataBoundSetter
    public void setSnapshot(String snapshot) {
        this.snapshot = Util.fixNull(snapshot).strip();
    }

    public MonthBy getMonthBy() {
        return monthBy;
    }

    /** For policies that go by months. */
    @DataBoundSetter
    public void setMonthBy(MonthBy monthBy) {
        this.monthBy = monthBy == null ? MonthBy.created : monthBy;
    }

    public String getKeepSnapshots() {
        return keepSnapshots;
    }

    /** Which of the snapshots that these runs took stay on the pool, e.g. {@code daily=14,weekly=8}; blank for all. */
    @DataBoundSetter
    public void setKeepSnapshots(String keepSnapshots) {
        this.keepSnapshots = Util.fixNull(keepSnapshots).strip();
    }

    public String getLayout() {
        return layout;
    }

    /** {@code native}, or the layout of one of the old scripts. */
    @DataBoundSetter
    public void setLayout(String layout) {
        this.layout = Util.fixEmptyAndTrim(layout) == null ? NATIVE : layout.strip();
    }

    public String getCompression() {
        return compression;
    }

    /** E.g. {@code zstd:9}; blank for the global default. */
    @DataBoundSetter
    public void setCompression(String compression) {
        this.compression = Util.fixNull(compression).strip();
    }

    public String getLimit() {
        return limit;
    }

    /** Bytes a second at most, e.g. {@code 20M}; blank for no limit. */
    @DataBoundSetter
    public void setLimit(String limit) {
        this.limit = Util.fixNull(limit).strip();
    }

    public boolean isDryRun() {
        return dryRun;
    }

    /** Whether it is only said what would be sent. */
    @DataBoundSetter
    public void setDryRun(boolean dryRun) {
        this.dryRun = dryRun;
    }

    @Override
    PoolRun.Task task() {
        return dryRun ? PoolRun.Task.DRY_RUN : PoolRun.Task.BACKUP;
    }

    @Override
    String subject() {
        return pool;
    }

    @Override
    boolean alone() {
        return true;
    }

    @Override
    EngineRequest request(BackupRepository place, RepositoryAccess access) throws IOException {
        if (!isPool(pool)) {
            throw new AbortException(Messages.badPool(pool));
        }
        ZfsBackupConfiguration defaults = ZfsBackupConfiguration.get();
        EngineRequest request = new EngineRequest("backup", pool)
                .option("--policy", policy.isEmpty() ? defaults.getPolicy() : policy)
                .option("--compression", compression.isEmpty() ? defaults.getCompression() : compression)
                .option("--month-by", monthBy == MonthBy.name ? "name" : "")
                .option("--snapshot", snapshot)
                .option("--keep-snapshots", keepSnapshots)
                .option("--layout", layout.equals(NATIVE) ? "" : layout)
                .option("--limit", limit)
                .flag("--packed", packed)
                .flag("--dry-run", dryRun)
                .flag("--no-encryption", place.isUnencrypted());
        DatasetPattern.words(include).forEach(glob -> request.with("--include", glob));
        DatasetPattern.words(exclude).forEach(glob -> request.with("--exclude", glob));
        access.open(request).encrypt(request).sign(request);
        return request;
    }

    private static boolean isPool(String text) {
        try {
            return new DatasetName(text).belowPool().equals(".");
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The snippet generator's and the form's. */
    @Extension
    public static final class DescriptorImpl extends EngineStepDescriptor {

        @Override
        public String getFunctionName() {
            return "zfsBackup";
        }

        @Override
        public String getDisplayName() {
            return Messages.backup();
        }

        @Override
        public String argumentsToString(Map<String, Object> arguments) {
            return String.valueOf(arguments.get("pool"));
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckPool(@AncestorInPath Item item, @QueryParameter String value) {
            check(item);
            String name = Util.fixNull(value).strip();
            return isPool(name) ? FormValidation.ok() : FormValidation.error(Messages.badPool(name));
        }

        @Restricted(NoExternalUse.class)
        public ListBoxModel doFillLayoutItems() {
            ListBoxModel items = new ListBoxModel();
            Arrays.stream(Layout.values()).map(Layout::text).forEach(items::add);
            return items;
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckPolicy(@AncestorInPath Item item, @QueryParameter String value) {
            check(item);
            return ZfsBackupConfiguration.checkPolicy(Util.fixNull(value));
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckKeepSnapshots(@AncestorInPath Item item, @QueryParameter String value) {
            check(item);
            String rules = Util.fixNull(value).strip();
            try {
                if (!rules.isEmpty()) {
                    KeepRule.parse(rules);
                }
                return FormValidation.ok();
            } catch (IllegalArgumentException e) {
                return FormValidation.error(Messages.badKeepRules(rules));
            }
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckCompression(@AncestorInPath Item item, @QueryParameter String value) {
            check(item);
            return ZfsBackupConfiguration.checkCompression(Util.fixNull(value));
        }
    }
}

package io.jenkins.plugins.zfsbackup.steps;

import hudson.AbortException;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.Launcher;
import hudson.Util;
import hudson.model.Item;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.zfsbackup.agent.EngineRequest;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.RepositoryAccess;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import io.jenkins.plugins.zfsbackup.engine.protocol.Quantity;
import io.jenkins.plugins.zfsbackup.keys.KeyFinder;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import java.io.IOException;
import java.io.Serializable;
import java.util.OptionalLong;
import java.util.Set;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.Step;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepDescriptor;
import org.jenkinsci.plugins.workflow.steps.StepExecution;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.interceptor.RequirePOST;

/** A step that runs one command of the engine on the agent. */
public abstract class EngineStep extends Step implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final long LEAST_MEMORY_MIB = 16;
    private static final int MOST_CONNECTIONS = 64;

    private String repository = "";
    private String memory = "";
    private int connections;
    private boolean sudo;
    private WhenUnreachable whenUnreachable = WhenUnreachable.fail;

    /** What a repository out of reach means to the build. Its constants are written as pipelines write them. */
    public enum WhenUnreachable {
        /** The build fails. */
        fail,
        /** The build counts as not run, which is fine for a machine that is not always near its server. */
        skip
    }

    public final String getRepository() {
        return repository;
    }

    /** The repository's name in the global configuration; blank for the default one. */
    @DataBoundSetter
    public final void setRepository(String repository) {
        this.repository = Util.fixNull(repository).strip();
    }

    public final String getMemory() {
        return memory;
    }

    /** For raw data, e.g. {@code 512M} or {@code 2G}; blank for 512M. */
    @DataBoundSetter
    public final void setMemory(String memory) {
        this.memory = Util.fixNull(memory).strip();
    }

    public final int getConnections() {
        return connections;
    }

    /** To the SFTP server; 0 for the engine's default. */
    @DataBoundSetter
    public final void setConnections(int connections) {
        this.connections = connections;
    }

    public final boolean isSudo() {
        return sudo;
    }

    /** Whether {@code zfs} is run through {@code sudo -n}. */
    @DataBoundSetter
    public final void setSudo(boolean sudo) {
        this.sudo = sudo;
    }

    public final WhenUnreachable getWhenUnreachable() {
        return whenUnreachable;
    }

    @DataBoundSetter
    public final void setWhenUnreachable(WhenUnreachable whenUnreachable) {
        this.whenUnreachable = whenUnreachable == null ? WhenUnreachable.fail : whenUnreachable;
    }

    @Override
    public final StepExecution start(StepContext context) {
        return new EngineStepExecution(context, this);
    }

    /** What is done, for the record. */
    abstract PoolRun.Task task();

    /** The pool or dataset, for the record. */
    abstract String subject();

    /**
     * The command, with the keys that it needs and no others.
     *
     * @throws AbortException if a setting is wrong or a key is missing
     */
    abstract EngineRequest request(BackupRepository place, RepositoryAccess access) throws IOException;

    /** Whether two of these on the same pool must not run at once. */
    boolean alone() {
        return false;
    }

    /** The repository's settings. */
    final BackupRepository place() throws AbortException {
        return ZfsBackupConfiguration.get().repository(repository);
    }

    final EngineRequest requestFor(Run<?, ?> build, BackupRepository place) throws IOException {
        return common(request(place, new RepositoryAccess(place, KeyFinder.forBuild(build))));
    }

    private EngineRequest common(EngineRequest request) throws AbortException {
        if (connections < 0 || connections > MOST_CONNECTIONS) {
            throw new AbortException(Messages.badConnections(MOST_CONNECTIONS));
        }
        if (transfers()) {
            if (!memory.isEmpty() && mib(memory) < LEAST_MEMORY_MIB) {
                throw new AbortException(Messages.badMemory());
            }
            request.option("--memory", memory)
                    .option("--connections", connections == 0 ? "" : String.valueOf(connections));
        }
        // Two times in a line help nobody.
        return request.flag("--sudo", sudo).withLogTimes(Jenkins.get().getPlugin("timestamper") == null);
    }

    /** Whether the command moves backups, and so takes the options that bound that. */
    boolean transfers() {
        return true;
    }

    private static long mib(String size) {
        return bytes(size).orElse(0) >> 20;
    }

    /** A size, or a rate; empty if the text is neither. */
    private static OptionalLong bytes(String text) {
        try {
            return OptionalLong.of(Quantity.parse(text));
        } catch (IllegalArgumentException e) {
            return OptionalLong.empty();
        }
    }

    /** What the steps' descriptors share. */
    public abstract static class EngineStepDescriptor extends StepDescriptor {

        @Override
        public final Set<? extends Class<?>> getRequiredContext() {
            return Set.of(FilePath.class, EnvVars.class, Launcher.class, Run.class, TaskListener.class, FlowNode.class);
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public ListBoxModel doFillRepositoryItems(@AncestorInPath Item item, @QueryParameter String repository) {
            if (maySee(item)) {
                return ZfsBackupConfiguration.get().repositoryItems();
            }
            return new ListBoxModel(new ListBoxModel.Option(repository));
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckMemory(@AncestorInPath Item item, @QueryParameter String value) {
            check(item);
            String size = Util.fixNull(value).strip();
            return size.isEmpty() || mib(size) >= LEAST_MEMORY_MIB
                    ? FormValidation.ok()
                    : FormValidation.error(Messages.badMemory());
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckLimit(@AncestorInPath Item item, @QueryParameter String value) {
            check(item);
            String rate = Util.fixNull(value).strip();
            return rate.isEmpty() || bytes(rate).isPresent()
                    ? FormValidation.ok()
                    : FormValidation.error(Messages.badLimit());
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckConnections(@AncestorInPath Item item, @QueryParameter String value) {
            check(item);
            String number = Util.fixNull(value).strip();
            return number.isEmpty() || number.matches("0|[1-9]|[1-5]\\d|6[0-4]")
                    ? FormValidation.ok()
                    : FormValidation.error(Messages.badConnections(MOST_CONNECTIONS));
        }

        /** Whether somebody may see the form and what it offers. */
        static boolean maySee(Item item) {
            return item == null
                    ? Jenkins.get().hasPermission(Jenkins.ADMINISTER)
                    : item.hasPermission(Item.CONFIGURE) || item.hasPermission(Item.EXTENDED_READ);
        }

        /** Only who may see the form may ask about what is in it. */
        static void check(Item item) {
            if (item == null) {
                Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            } else {
                item.checkPermission(Item.CONFIGURE);
            }
        }
    }
}

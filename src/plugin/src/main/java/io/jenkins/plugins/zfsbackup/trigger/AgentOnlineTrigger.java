package io.jenkins.plugins.zfsbackup.trigger;

import hudson.Extension;
import hudson.Util;
import hudson.model.AsyncPeriodicWork;
import hudson.model.Cause;
import hudson.model.Computer;
import hudson.model.Item;
import hudson.model.Job;
import hudson.model.Run;
import hudson.model.TaskListener;
import hudson.slaves.ComputerListener;
import hudson.triggers.Trigger;
import hudson.triggers.TriggerDescriptor;
import hudson.util.FormValidation;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import jenkins.model.Jenkins;
import jenkins.model.ParameterizedJobMixIn;
import org.jenkinsci.Symbol;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.interceptor.RequirePOST;

/**
 * Starts a job when its agent comes online, and as long as it stays there, if the last good backup is older than so
 * many hours: for a notebook, which is backed up when it is there.
 */
public final class AgentOnlineTrigger extends Trigger<Job<?, ?>> {

    private static final int LONGEST_HOURS = 24 * 366;

    private final String agent;
    private final int hours;

    /**
     * @param agent by name
     * @param hours how old the last good backup may be
     */
    @DataBoundConstructor
    public AgentOnlineTrigger(String agent, int hours) {
        this.agent = Util.fixNull(agent).strip();
        this.hours = Math.max(0, Math.min(LONGEST_HOURS, hours));
    }

    public String getAgent() {
        return agent;
    }

    public int getHours() {
        return hours;
    }

    /** Whether the last good backup is too old; also if there is none. */
    static boolean isDue(Job<?, ?> job, int hours, Instant now) {
        return lastGood(job)
                .map(good -> good.plus(Duration.ofHours(hours)).isBefore(now))
                .orElse(true);
    }

    /**
     * When the newest build began whose backups were all good: its own result may have suffered from something else.
     */
    private static Optional<Instant> lastGood(Job<?, ?> job) {
        for (Run<?, ?> build = job.getLastCompletedBuild(); build != null; build = build.getPreviousCompletedBuild()) {
            ZfsBackupAction action = build.getAction(ZfsBackupAction.class);
            List<PoolRun> runs = action == null ? List.of() : action.getRuns();
            if (runs.stream().anyMatch(PoolRun::isBackup) && runs.stream().allMatch(PoolRun::isGood)) {
                return runs.stream().flatMap(each -> each.startedAt().stream()).min(Comparator.naturalOrder());
            }
        }
        return Optional.empty();
    }

    private static void startDue(String agent) {
        Instant now = Instant.now();
        for (Job<?, ?> each : Jenkins.get().allItems(Job.class)) {
            if (each instanceof ParameterizedJobMixIn.ParameterizedJob<?, ?> job
                    && !each.isBuilding()
                    && !job.isDisabled()) {
                AgentOnlineTrigger trigger = ParameterizedJobMixIn.getTrigger(each, AgentOnlineTrigger.class);
                if (trigger != null && trigger.agent.equals(agent) && isDue(each, trigger.hours, now)) {
                    job.scheduleBuild(0, new Due(agent, trigger.hours));
                }
            }
        }
    }

    /** Why a build was started. */
    public static final class Due extends Cause {

        private final String agent;
        private final int hours;

        Due(String agent, int hours) {
            this.agent = agent;
            this.hours = hours;
        }

        @Override
        public String getShortDescription() {
            return Messages.due(agent, hours);
        }
    }

    /** Hears of agents that come. */
    @Extension
    public static final class Arrivals extends ComputerListener {
        @Override
        public void onOnline(Computer computer, TaskListener listener) {
            startDue(computer.getName());
        }
    }

    /** Looks after agents that stay: a backup can become too old while they are there. */
    @Extension
    public static final class Rounds extends AsyncPeriodicWork {

        public Rounds() {
            super("ZFS backups that are due");
        }

        @Override
        public long getRecurrencePeriod() {
            return TimeUnit.MINUTES.toMillis(10);
        }

        @Override
        protected void execute(TaskListener listener) {
            for (Computer each : Jenkins.get().getComputers()) {
                if (each.isOnline()) {
                    startDue(each.getName());
                }
            }
        }
    }

    /** The form's. */
    @Extension
    @Symbol("zfsBackupWhenOnline")
    public static final class DescriptorImpl extends TriggerDescriptor {

        @Override
        public boolean isApplicable(Item item) {
            return item instanceof Job && item instanceof ParameterizedJobMixIn.ParameterizedJob;
        }

        @Override
        public String getDisplayName() {
            return Messages.displayName();
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckAgent(@AncestorInPath Item item, @QueryParameter String value) {
            if (item == null) {
                Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            } else {
                item.checkPermission(Item.CONFIGURE);
            }
            return Util.fixNull(value).isBlank() ? FormValidation.error(Messages.agentMissing()) : FormValidation.ok();
        }
    }
}

package io.jenkins.plugins.zfsbackup.record;

import hudson.Extension;
import hudson.model.Action;
import hudson.model.InvisibleAction;
import hudson.model.Job;
import java.util.Collection;
import java.util.List;
import jenkins.model.TransientActionFactory;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Says on a job's page up to when what the job backs up is safe, and how much its last builds have stored. */
@Restricted(NoExternalUse.class)
public final class JobPanel extends InvisibleAction {

    private final transient Job<?, ?> job;

    private JobPanel(Job<?, ?> job) {
        this.job = job;
    }

    /** Null if the job backs up nothing, as a page takes it. Looked up when the page is drawn. */
    public SafeUpTo getSafeUpTo() {
        return SafeUpTo.of(job).orElse(null);
    }

    /** Gives each job its panel, which is empty where there is nothing to tell. */
    @Extension
    @SuppressWarnings("rawtypes") // a factory is for a class
    public static final class Factory extends TransientActionFactory<Job> {

        @Override
        public Class<Job> type() {
            return Job.class;
        }

        @Override
        public Collection<? extends Action> createFor(Job target) {
            return List.of(new JobPanel(target));
        }
    }
}

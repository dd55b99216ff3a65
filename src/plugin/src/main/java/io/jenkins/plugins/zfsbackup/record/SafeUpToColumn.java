package io.jenkins.plugins.zfsbackup.record;

import hudson.Extension;
import hudson.model.Job;
import hudson.views.ListViewColumn;
import hudson.views.ListViewColumnDescriptor;
import org.jenkinsci.Symbol;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.DataBoundConstructor;

/** A column of a list view that says up to when what a job backs up is safe. */
public final class SafeUpToColumn extends ListViewColumn {

    @DataBoundConstructor
    public SafeUpToColumn() {}

    /** What the job's builds tell; null if it backs up nothing, as a page takes it. */
    @Restricted(NoExternalUse.class) // for the page
    public SafeUpTo safeUpTo(Job<?, ?> job) {
        return SafeUpTo.of(job).orElse(null);
    }

    /** The form's. */
    @Extension
    @Symbol("zfsSafeUpTo")
    public static final class DescriptorImpl extends ListViewColumnDescriptor {

        @Override
        public String getDisplayName() {
            return Messages.safe_column();
        }

        /** Most views are not about backups. */
        @Override
        public boolean shownByDefault() {
            return false;
        }
    }
}

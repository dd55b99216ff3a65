package io.jenkins.plugins.zfsbackup.steps;

import hudson.Extension;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;

/** {@code zfsBackup} in a freestyle project. */
public final class ZfsBackupBuilder extends EngineStepBuilder<ZfsBackupStep> {

    @DataBoundConstructor
    public ZfsBackupBuilder(ZfsBackupStep step) {
        super(step);
    }

    public ZfsBackupStep getStep() {
        return step();
    }

    /** The form's. */
    @Extension
    @Symbol("zfsBackup")
    public static final class DescriptorImpl extends EngineStepBuilderDescriptor {

        @Override
        public String getDisplayName() {
            return Messages.backup();
        }
    }
}

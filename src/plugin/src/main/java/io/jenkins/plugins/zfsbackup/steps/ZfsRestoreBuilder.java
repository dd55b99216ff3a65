package io.jenkins.plugins.zfsbackup.steps;

import hudson.Extension;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;

/** {@code zfsRestore} in a freestyle project. */
public final class ZfsRestoreBuilder extends EngineStepBuilder<ZfsRestoreStep> {

    @DataBoundConstructor
    public ZfsRestoreBuilder(ZfsRestoreStep step) {
        super(step);
    }

    public ZfsRestoreStep getStep() {
        return step();
    }

    /** The form's. */
    @Extension
    @Symbol("zfsRestore")
    public static final class DescriptorImpl extends EngineStepBuilderDescriptor {

        @Override
        public String getDisplayName() {
            return Messages.restore();
        }
    }
}

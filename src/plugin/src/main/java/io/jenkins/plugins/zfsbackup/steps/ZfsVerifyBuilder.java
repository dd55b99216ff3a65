package io.jenkins.plugins.zfsbackup.steps;

import hudson.Extension;
import org.jenkinsci.Symbol;
import org.kohsuke.stapler.DataBoundConstructor;

/** {@code zfsVerify} in a freestyle project. */
public final class ZfsVerifyBuilder extends EngineStepBuilder<ZfsVerifyStep> {

    @DataBoundConstructor
    public ZfsVerifyBuilder(ZfsVerifyStep step) {
        super(step);
    }

    public ZfsVerifyStep getStep() {
        return step();
    }

    /** The form's. */
    @Extension
    @Symbol("zfsVerify")
    public static final class DescriptorImpl extends EngineStepBuilderDescriptor {

        @Override
        public String getDisplayName() {
            return Messages.verify();
        }
    }
}

package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.Launcher;
import hudson.model.AbstractBuild;
import hudson.model.BuildListener;
import hudson.model.FreeStyleProject;
import hudson.slaves.DumbSlave;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;
import io.jenkins.plugins.zfsbackup.trigger.AgentOnlineTrigger;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestBuilder;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class TriggerTest {

    @Test
    void aMachineThatComesIsBackedUpIfItsLastGoodBackupIsTooOld(JenkinsRule jenkins) throws Exception {
        FreeStyleProject daily = job(jenkins, Outcome.BACKED_UP, 24);
        FreeStyleProject failing = job(jenkins, Outcome.FAILED, 24);
        FreeStyleProject eager = job(jenkins, Outcome.UP_TO_DATE, 0);

        DumbSlave notebook = jenkins.createSlave("notebook", null, null);
        jenkins.waitOnline(notebook);
        jenkins.waitUntilNoActivity();
        for (FreeStyleProject each : new FreeStyleProject[] {daily, failing, eager}) {
            assertEquals(1, each.getBuilds().size(), each.getName());
            assertTrue(
                    each.getLastBuild().getCauses().get(0).getShortDescription().contains("notebook"));
        }

        notebook.toComputer().disconnect(null).get();
        notebook.toComputer().connect(true).get();
        jenkins.waitUntilNoActivity();
        assertEquals(1, daily.getBuilds().size(), "backed up well a moment ago");
        assertEquals(2, failing.getBuilds().size(), "never backed up well");
        assertEquals(2, eager.getBuilds().size(), "wants one each time");
    }

    /** A job whose backups end in this way. */
    private static FreeStyleProject job(JenkinsRule jenkins, Outcome outcome, int hours) throws IOException {
        FreeStyleProject job = jenkins.createFreeStyleProject();
        AgentOnlineTrigger trigger = new AgentOnlineTrigger("notebook", hours);
        job.addTrigger(trigger);
        trigger.start(job, true);
        job.getBuildersList().add(new TestBuilder() {
            @Override
            public boolean perform(AbstractBuild<?, ?> build, Launcher launcher, BuildListener listener)
                    throws IOException {
                PoolRun run = ZfsBackupAction.begin(build, PoolRun.Task.BACKUP, "tank", "file:///srv");
                ZfsBackupAction.end(build, run, outcome.text(), "");
                return true;
            }
        });
        return job;
    }
}

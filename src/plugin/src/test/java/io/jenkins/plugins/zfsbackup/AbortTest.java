package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleProject;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.User;
import hudson.security.ACL;
import hudson.security.ACLContext;
import hudson.slaves.DumbSlave;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;
import io.jenkins.plugins.zfsbackup.steps.ZfsBackupBuilder;
import io.jenkins.plugins.zfsbackup.steps.ZfsBackupStep;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/**
 * However a build is stopped, its engine ends, nothing of it stays on the agent, and the build says who stopped it and
 * when. Needs {@code zfs}: see {@code bin/with-zfs}.
 */
@WithJenkins
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class AbortTest {

    private JenkinsRule jenkins;
    private DumbSlave agent;
    private TestPool pool;

    @TempDir
    private Path folder;

    @BeforeEach
    void prepare(JenkinsRule rule) throws Exception {
        jenkins = rule;
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        agent = jenkins.createOnlineSlave();
        pool = TestPool.in(folder);
        pool.dataset("a", 50_000_000, "one");
        BackupRepository repository = new BackupRepository("archive", "file://" + folder.resolve("archive"));
        repository.setUnencrypted(true);
        ZfsBackupConfiguration.get().setRepositories(List.of(repository));
    }

    @AfterEach
    void end() throws Exception {
        pool.close();
    }

    private Path root() {
        return Path.of(agent.getRemoteFS());
    }

    private WorkflowRun pipeline(String after) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(
                "node('" + agent.getNodeName() + "') { zfsBackup(pool: '" + pool.name()
                        + "', limit: '1M', compression: 'none', memory: '64M') }" + after,
                true));
        return job.scheduleBuild2(0).waitForStart();
    }

    private Run<?, ?> freestyle() throws Exception {
        ZfsBackupStep step = new ZfsBackupStep(pool.name());
        step.setLimit("1M");
        step.setCompression("none");
        step.setMemory("64M");
        FreeStyleProject job = jenkins.createFreeStyleProject();
        job.setAssignedNode(agent);
        job.getBuildersList().add(new ZfsBackupBuilder(step));
        return job.scheduleBuild2(0).waitForStart();
    }

    private static void stopAsAlice(Run<?, ?> build) throws Exception {
        try (ACLContext alice = ACL.as2(User.getById("alice", true).impersonate2())) {
            build.getExecutor().doStop();
        }
    }

    private void assertAborted(Run<?, ?> build, String who) throws Exception {
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(build));
        Builds.untilNothingIsLeft(root());
        PoolRun run = build.getAction(ZfsBackupAction.class).getRuns().get(0);
        // Of a step that was terminated by force it is noted after all else.
        while (run.isRunning()) {
            Thread.sleep(50);
        }
        assertEquals("aborted", run.getOutcome());
        assertTrue(run.getMessage().contains(who), run.getMessage());
        assertFalse(run.getStarted().isEmpty());
        assertFalse(run.getFinished().isEmpty());
    }

    @Test
    void aPipelineSaysWhoStoppedIt() throws Exception {
        WorkflowRun build = pipeline("");
        Builds.untilUnderWay(build);
        stopAsAlice(build);
        assertAborted(build, "alice");
    }

    @Test
    void aFreestyleBuildSaysWhoStoppedIt() throws Exception {
        Run<?, ?> build = freestyle();
        Builds.untilUnderWay(build);
        stopAsAlice(build);
        assertAborted(build, "alice");
        jenkins.assertLogContains("Stopping the engine", build);
    }

    @Test
    void aStopWhileTheEngineIsBeingStartedStopsIt() throws Exception {
        for (boolean freestyle : new boolean[] {false, true}) {
            Run<?, ?> build = freestyle ? freestyle() : pipeline("");
            while (Builds.engineFolders(root().resolve("workspace")).isEmpty()) {
                assertTrue(build.isBuilding());
                Thread.sleep(1);
            }
            stopAsAlice(build);
            assertAborted(build, "alice");
        }
    }

    @Test
    void aStepThatIsTerminatedByForceLeavesNoEngineThoughTheBuildGoesOn() throws Exception {
        WorkflowRun build = pipeline("");
        Builds.untilUnderWay(build);
        build.doTerm();
        assertAborted(build, "published is safe");
    }

    @Test
    void aBuildThatIsKilledLeavesNoEngine() throws Exception {
        WorkflowRun build = pipeline("");
        Builds.untilUnderWay(build);
        build.doKill();
        assertAborted(build, "published is safe");
    }

    @Test
    void aFreestyleBuildThatIsStoppedTwiceLeavesNoEngine() throws Exception {
        Run<?, ?> build = freestyle();
        Builds.untilUnderWay(build);
        stopAsAlice(build);
        stopAsAlice(build);
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(build));
        Builds.untilNothingIsLeft(root());
    }

    @Test
    void aTimeOutOfTheJobEndsAStepWhoseAgentIsAwayAndTheStepSaysHowLongItWaits() throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(
                "node('" + agent.getNodeName() + "') { timeout(time: 20, unit: 'SECONDS') { zfsBackup(pool: '"
                        + pool.name() + "', limit: '1M', compression: 'none', memory: '64M') } }",
                true));
        WorkflowRun build = job.scheduleBuild2(0).waitForStart();
        Builds.untilUnderWay(build);
        agent.toComputer().disconnect(null).get();
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(build));
        jenkins.assertLogContains(
                "This step waits for the agent, for as long as the job's own time-out lets it", build);
        jenkins.assertLogContains("can't be stopped", build);
        // What is still at work there ends with the pool.
        ProcessHandle.allProcesses()
                .filter(each -> each.info()
                        .arguments()
                        .filter(words -> List.of(words).contains("request"))
                        .isPresent())
                .filter(each -> each.info().arguments().stream()
                        .flatMap(java.util.Arrays::stream)
                        .anyMatch(word -> word.startsWith(root().toString())))
                .forEach(ProcessHandle::destroy);
    }
}

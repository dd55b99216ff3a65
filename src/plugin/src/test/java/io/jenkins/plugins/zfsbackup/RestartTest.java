package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;
import java.nio.file.Path;
import java.util.List;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** A backup that outlives its controller. Needs {@code zfs}: see {@code bin/with-zfs}. */
class RestartTest {

    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    @TempDir
    private Path folder;

    @Test
    void aBackupGoesOnWhileJenkinsRestartsAndItsLogIsWhole() throws Throwable {
        try (TestPool pool = TestPool.in(folder)) {
            pool.dataset("a", 15_000_000, "one");
            sessions.then(jenkins -> {
                BackupRepository repository = new BackupRepository("archive", "file://" + folder.resolve("archive"));
                repository.setUnencrypted(true);
                ZfsBackupConfiguration.get().setRepositories(List.of(repository));
                WorkflowJob job = jenkins.createProject(WorkflowJob.class, "backup");
                job.setDefinition(new CpsFlowDefinition(
                        "node { zfsBackup(pool: '" + pool.name()
                                + "', limit: '1M', compression: 'none', memory: '64M') }",
                        true));
                WorkflowRun build = job.scheduleBuild2(0).waitForStart();
                Builds.untilUnderWay(build);
            });
            sessions.then(jenkins -> {
                WorkflowRun build = jenkins.jenkins
                        .getItemByFullName("backup", WorkflowJob.class)
                        .getBuildByNumber(1);
                jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
                jenkins.assertLogContains(pool.name() + "/a: @one", build);
                assertEquals(1, build.getArtifacts().size());
                assertTrue(
                        build.getAction(ZfsBackupAction.class).getRuns().get(0).getStoredBytes() > 15_000_000);
            });
        }
    }

    @Test
    void whatAListHasReturnedIsKeptWhileJenkinsRestarts() throws Throwable {
        try (TestPool pool = TestPool.in(folder)) {
            pool.dataset("a", 100_000, "one");
            pool.dataset("b", 15_000_000, "one");
            sessions.then(jenkins -> {
                BackupRepository repository = new BackupRepository("archive", "file://" + folder.resolve("archive"));
                repository.setUnencrypted(true);
                ZfsBackupConfiguration.get().setRepositories(List.of(repository));
                WorkflowJob job = jenkins.createProject(WorkflowJob.class, "list");
                job.setDefinition(new CpsFlowDefinition(
                        "node {\n"
                                + "zfsBackup(pool: '" + pool.name() + "', include: 'a')\n"
                                + "def list = zfsList(datasets: '" + pool.name() + "/a', memory: '64M')\n"
                                + "zfsBackup(pool: '" + pool.name()
                                + "', include: 'b', limit: '1M', compression: 'none', memory: '64M')\n"
                                + "echo \"${list.outcome}: ${list.datasets[0].restorePoints[0].select}\"\n"
                                + "}",
                        true));
                Builds.untilUnderWay(job.scheduleBuild2(0).waitForStart(), 2);
            });
            sessions.then(jenkins -> {
                WorkflowRun build = jenkins.jenkins
                        .getItemByFullName("list", WorkflowJob.class)
                        .getBuildByNumber(1);
                jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
                jenkins.assertLogContains("ok: one", build);
                assertEquals(
                        1,
                        build.getAction(ZfsBackupAction.class).getRuns().get(1).getDatasetCount());
            });
        }
    }
}

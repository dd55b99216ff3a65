package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Result;
import hudson.slaves.DumbSlave;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import io.jenkins.plugins.zfsbackup.record.Figures;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;
import io.jenkins.plugins.zfsbackup.steps.ZfsBackupBuilder;
import io.jenkins.plugins.zfsbackup.steps.ZfsBackupStep;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import net.sf.json.JSONObject;
import org.htmlunit.html.HtmlPage;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** Real backups of a real pool by a real agent. Needs {@code zfs}: see {@code bin/with-zfs}. */
@WithJenkins
class BackupTest {

    private JenkinsRule jenkins;
    private DumbSlave agent;

    @TempDir
    Path folder;

    @BeforeEach
    void prepare(JenkinsRule rule) throws Exception {
        jenkins = rule;
        agent = jenkins.createOnlineSlave();
        BackupRepository repository = new BackupRepository("archive", "file://" + folder.resolve("archive"));
        repository.setUnencrypted(true);
        ZfsBackupConfiguration.get().setRepositories(List.of(repository));
    }

    @Test
    void aPipelineBacksUpReadsTheManifestAndRestores() throws Exception {
        try (TestPool pool = TestPool.in(folder)) {
            pool.dataset("a", 300_000, "one");
            WorkflowRun build = jenkins.buildAndAssertSuccess(pipeline("node('" + agent.getNodeName() + "') {\n"
                    + "def result = zfsBackup(pool: '" + pool.name() + "', memory: '64M')\n"
                    + "result.datasets.each { echo \"${it.dataset} is ${it.outcome}\" }\n"
                    + "zfsVerify(memory: '64M')\n"
                    + "def list = zfsList(memory: '64M')\n"
                    + "list.datasets.each { set -> set.restorePoints.each { echo \"stored:"
                    + " ${set.dataset}@${it.select}\" } }\n"
                    + "zfsRestore(dataset: '" + pool.name() + "/a', target: '" + pool.name() + "/b', memory: '64M')\n"
                    + "}"));
            jenkins.assertLogContains(pool.name() + "/a is backed-up", build);
            String log = JenkinsRule.getLog(build);
            assertTrue(
                    log.lines()
                            .anyMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ " + pool.name()
                                    + ": 2 of 2 datasets chosen")),
                    log);
            assertTrue(pool.has("b"));
            jenkins.assertLogContains("stored: " + pool.name() + "/a@one", build);
            jenkins.assertLogContains(
                    "To mount it at " + folder.resolve("mnt") + "/b: zfs mount '" + pool.name() + "/b'", build);
            assertEquals(
                    List.of("backup", "verify", "list", "restore"),
                    build.getAction(ZfsBackupAction.class).getRuns().stream()
                            .map(PoolRun::getTaskName)
                            .toList());
            assertTrue(build.getArtifactManager()
                    .root()
                    .child("zfs-backup/all_datasets/list.json")
                    .isFile());
            assertTrue(build.getArtifactManager()
                    .root()
                    .child("zfs-backup/" + pool.name() + "/manifest.json")
                    .isFile());
            PoolRun run = build.getAction(ZfsBackupAction.class).getRuns().get(0);
            assertEquals("backed-up", run.getOutcome());
            JSONObject json = jenkins.getJSON(build.getUrl() + "zfs-backup/api/json?depth=3")
                    .getJSONObject();
            assertEquals(
                    run.getStoredBytes(),
                    json.getJSONArray("runs").getJSONObject(0).getLong("storedBytes"));
            String page = jenkins.createWebClient().getPage(build, "zfs-backup").asNormalizedText();
            assertTrue(page.contains(pool.name() + "/a"), page);
            assertTrue(page.contains("Safe up to"), page);
            String summary = jenkins.createWebClient().getPage(build).asNormalizedText();
            assertTrue(summary.contains("1 backup, "), summary);
            String made = pool.created("a@one").toString();
            assertEquals(made, run.getSafeUpTo());
            assertTrue(summary.contains("what can be restored is safe up to " + Figures.time(made)), summary);
            assertTrue(page.contains(made.substring(0, 16).replace('T', ' ')), page);
            assertNothingLeftOnAgent();
        }
    }

    @Test
    void anOpenPageShowsProgressAndThenWhatCameOfItWithoutBeingLoadedAgain() throws Exception {
        try (TestPool pool = TestPool.in(folder);
                JenkinsRule.WebClient client = jenkins.createWebClient()) {
            pool.dataset("a", 15_000_000, "one");
            // The first page of a Jenkins takes longer than the backup.
            FreeStyleBuild before = jenkins.buildAndAssertSuccess(jenkins.createFreeStyleProject());
            Records.accept(jenkins, before, PoolRun.Task.BACKUP, Records.BACKUP);
            client.getPage(before, "zfs-backup");
            WorkflowRun build = pipeline("node('" + agent.getNodeName() + "') { zfsBackup(pool: '" + pool.name()
                            + "', limit: '500K', compression: 'none', memory: '64M') }")
                    .scheduleBuild2(0)
                    .waitForStart();
            Builds.untilUnderWay(build);
            HtmlPage page = client.getPage(build, "zfs-backup");
            // Taken once: the page goes on by itself.
            String opened = page.asNormalizedText();
            assertTrue(opened.contains("running"), opened);
            assertTrue(opened.contains(pool.name() + "/a @one, full"), opened);
            assertTrue(opened.matches("(?s).*[01] of 2 datasets done.*"), opened);

            jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
            client.waitForBackgroundJavaScript(20_000);
            assertEquals(0, page.querySelectorAll("progress").size(), page.asNormalizedText());
            assertTrue(page.asNormalizedText().contains("backed up"), page.asNormalizedText());
            assertEquals(1, page.querySelectorAll("h1").size(), "a page within the page");
        }
    }

    @Test
    void aListOfWhatIsNotThereIsUnstableAndOneOfNothingFails() throws Exception {
        try (TestPool pool = TestPool.in(folder)) {
            String list = "node('" + agent.getNodeName() + "') { zfsList(datasets: '" + pool.name() + "/a "
                    + pool.name() + "/none') }";
            WorkflowRun nothing = jenkins.buildAndAssertStatus(Result.FAILURE, pipeline(list));
            jenkins.assertLogContains("there is no such folder", nothing);
            pool.dataset("a", 100_000, "one");
            jenkins.buildAndAssertSuccess(
                    pipeline("node('" + agent.getNodeName() + "') { zfsBackup(pool: '" + pool.name() + "') }"));
            WorkflowRun some = jenkins.buildAndAssertStatus(Result.UNSTABLE, pipeline(list));
            jenkins.assertLogContains(
                    "Not all that was to be listed is there, or can be read: " + pool.name() + "/none.", some);
            String page = jenkins.createWebClient().getPage(some, "zfs-backup").asNormalizedText();
            assertTrue(page.contains("Nothing is stored of: " + pool.name() + "/none"), page);
        }
    }

    @Test
    void aDeclarativePipelineAndAFreestyleJobDoTheSame() throws Exception {
        try (TestPool pool = TestPool.in(folder)) {
            pool.dataset("a", 100_000, "one");
            jenkins.buildAndAssertSuccess(pipeline("pipeline { agent { label '" + agent.getNodeName()
                    + "' }\n stages { stage('s') { steps { zfsBackup pool: '" + pool.name() + "' } } } }"));
            pool.snapshot("a", "two");
            FreeStyleProject job = jenkins.createFreeStyleProject();
            job.setAssignedNode(agent);
            job.getBuildersList().add(new ZfsBackupBuilder(new ZfsBackupStep(pool.name())));
            FreeStyleBuild build = jenkins.buildAndAssertSuccess(job);
            PoolRun run = build.getAction(ZfsBackupAction.class).getRuns().get(0);
            String kinds = run.getDatasets().stream()
                    .map(each -> each.getKind())
                    .toList()
                    .toString();
            assertTrue(kinds.contains("incremental"), kinds);
        }
    }

    @Test
    void aPoolThatIsNotThereFailsTheBuildInASentence() throws Exception {
        WorkflowRun build = jenkins.buildAndAssertStatus(
                Result.FAILURE, pipeline("node('" + agent.getNodeName() + "') { zfsBackup(pool: 'nowhere') }"));
        jenkins.assertLogContains("nowhere", build);
        jenkins.assertLogNotContains("\tat ", build);
        assertNothingLeftOnAgent();
    }

    @Test
    void anAbortedBackupLeavesNothingHalfMade() throws Exception {
        try (TestPool pool = TestPool.in(folder)) {
            pool.dataset("a", 50_000_000, "one");
            WorkflowRun build = pipeline("node('" + agent.getNodeName() + "') { zfsBackup(pool: '" + pool.name()
                            + "', limit: '1M', compression: 'none') }")
                    .scheduleBuild2(0)
                    .waitForStart();
            Builds.untilUnderWay(build);
            long asked = System.nanoTime();
            build.doStop();
            jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(build));
            assertTrue((System.nanoTime() - asked) / 1_000_000_000L < 30);
            try (Stream<Path> files = Files.walk(folder.resolve("archive"))) {
                List<Path> stored =
                        files.filter(each -> each.toString().contains("00001")).toList();
                assertEquals(List.of(), stored);
            }
            assertNothingLeftOnAgent();
        }
    }

    private WorkflowJob pipeline(String script) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition(script, true));
        return job;
    }

    private void assertNothingLeftOnAgent() throws Exception {
        try (Stream<Path> files = Files.walk(Path.of(agent.getRemoteFS(), "workspace"))) {
            assertFalse(files.anyMatch(each -> each.getFileName().toString().matches("request.json|result.json")));
        }
    }
}

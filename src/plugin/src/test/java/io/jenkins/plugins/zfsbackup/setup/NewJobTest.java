package io.jenkins.plugins.zfsbackup.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.AbortException;
import hudson.model.FreeStyleProject;
import hudson.model.Node;
import hudson.triggers.TimerTrigger;
import hudson.util.FormValidation;
import io.jenkins.plugins.zfsbackup.agent.AgentPools.Dataset;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import io.jenkins.plugins.zfsbackup.steps.ZfsBackupBuilder;
import io.jenkins.plugins.zfsbackup.steps.ZfsBackupStep;
import java.util.List;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What the guided set-up makes, and what it tells of a pool before. */
@WithJenkins
class NewJobTest {

    private JenkinsRule jenkins;

    @BeforeEach
    void keep(JenkinsRule rule) {
        jenkins = rule;
    }

    private static ZfsBackupStep everySetting() {
        ZfsBackupStep step = new ZfsBackupStep("my pool");
        step.setRepository("Lars' \\ archive");
        step.setInclude("elabfs-*, home/**");
        step.setExclude("scratch");
        step.setSnapshot("daily-%Y-%m-%d");
        step.setKeepSnapshots("daily=14");
        step.setSudo(true);
        return step;
    }

    @Test
    void aPipelineNamesTheAgentAndWhatWasSetAsGroovyHasIt() throws Exception {
        Node node = jenkins.createSlave("lab 2's", null, null);
        WorkflowJob job = (WorkflowJob) new NewJob("nightly", node, "H 3 * * 1-5", everySetting()).create();

        assertEquals(
                "node('\"lab 2\\'s\"') {\n    zfsBackup(pool: 'my pool', repository: 'Lars\\' \\\\ archive',"
                        + " include: 'elabfs-*, home/**',"
                        + " exclude: 'scratch', snapshot: 'daily-%Y-%m-%d', keepSnapshots: 'daily=14', sudo:"
                        + " true)\n}\n",
                ((CpsFlowDefinition) job.getDefinition()).getScript());
        assertTrue(((CpsFlowDefinition) job.getDefinition()).isSandbox());
        assertEquals(
                "H 3 * * 1-5",
                ((TimerTrigger) job.getTriggersJobProperty().getTriggers().get(0)).getSpec());

        // The pool is nowhere, and the message that says so shows that everything before it was understood.
        BackupRepository repository = new BackupRepository("Lars' \\ archive", "file:///srv/none");
        ZfsBackupConfiguration.get().addRepository(repository);
        assertThrows(AbortException.class, () -> ZfsBackupConfiguration.get().addRepository(repository));
        var build = job.scheduleBuild2(0).waitForStart();
        jenkins.waitForCompletion(build);
        jenkins.assertLogContains("has no recipients", build);
        assertEquals(
                node.getNodeName(),
                build.getLog(100).stream()
                        .filter(line -> line.startsWith("Running on "))
                        .map(line -> line.substring("Running on ".length()).replaceAll(" in /.*", ""))
                        .findFirst()
                        .orElseThrow());
    }

    @Test
    void aFreestyleProjectDoesTheSameWhereThereAreNoPipelines() throws Exception {
        Node node = jenkins.createSlave("lab", null, null);
        FreeStyleProject job = new NewJob("nightly", node, "H 3 * * *", everySetting()).freestyle();

        assertEquals("lab", job.getAssignedLabelString());
        assertEquals("H 3 * * *", job.getTrigger(TimerTrigger.class).getSpec());
        jenkins.assertEqualDataBoundBeans(
                everySetting(),
                job.getBuildersList().get(ZfsBackupBuilder.class).getStep());
    }

    private static final List<Dataset> POOL = List.of(
            new Dataset("tank", true, 0),
            new Dataset("tank/home", true, 3),
            new Dataset("tank/home/anna", true, 2),
            new Dataset("tank/scratch", false, 9));

    private static FormValidation preview(String include, String exclude) {
        return new PoolPreview(POOL, include, exclude, false).shown();
    }

    @Test
    void aPoolsDatasetsAreShownAsTheBackupWillChooseThem() {
        assertTrue(preview("", "").renderHtml().contains("3 of 4 datasets, with 5 snapshots: tank, home, home/anna"));
        assertTrue(preview("", "").renderHtml().contains("Left out: scratch"));
        assertTrue(preview("home", "").renderHtml().contains("2 of 4 datasets, with 5 snapshots: home, home/anna"));
        assertTrue(preview("home/", "").renderHtml().contains("1 of 4 datasets, with 3 snapshots: home"));
        assertTrue(preview("home", "*/anna").renderHtml().contains("1 of 4 datasets, with 3 snapshots: home"));
        assertEquals(FormValidation.Kind.OK, preview("home", "*/anna").kind);
    }

    @Test
    void aChoiceThatWouldFailTheBackupIsAnError() {
        for (FormValidation wrong :
                List.of(preview("hime", ""), preview("home, hime", ""), preview("", "**"), preview("scratch", ""))) {
            assertEquals(FormValidation.Kind.ERROR, wrong.kind, wrong.renderHtml());
            assertTrue(wrong.renderHtml().contains("home/anna"), "the names are shown: " + wrong.renderHtml());
        }
        FormValidation empty = preview(".", "");
        assertEquals(FormValidation.Kind.WARNING, empty.kind);
        assertTrue(empty.renderHtml().contains("no snapshots"), empty.renderHtml());
        assertEquals(FormValidation.Kind.OK, new PoolPreview(POOL, ".", "", true).shown().kind);
    }
}

package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.AbortException;
import hudson.model.FreeStyleProject;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.HostKeyTrust;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import io.jenkins.plugins.zfsbackup.steps.EngineStep;
import io.jenkins.plugins.zfsbackup.steps.ZfsBackupBuilder;
import io.jenkins.plugins.zfsbackup.steps.ZfsBackupStep;
import io.jenkins.plugins.zfsbackup.steps.ZfsRestoreBuilder;
import io.jenkins.plugins.zfsbackup.steps.ZfsRestoreStep;
import io.jenkins.plugins.zfsbackup.steps.ZfsVerifyBuilder;
import io.jenkins.plugins.zfsbackup.steps.ZfsVerifyStep;
import io.jenkins.plugins.zfsbackup.trigger.AgentOnlineTrigger;
import java.util.List;
import org.htmlunit.html.HtmlOption;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.html.HtmlSelect;
import org.htmlunit.html.HtmlTextArea;
import org.jenkinsci.plugins.workflow.cps.Snippetizer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class ConfigurationTest {

    private static final long FORM_MILLIS = 20_000;

    private JenkinsRule jenkins;

    @BeforeEach
    void keep(JenkinsRule rule) {
        jenkins = rule;
    }

    @Test
    void theGlobalSettingsSurviveTheirForm() throws Exception {
        BackupRepository repository = new BackupRepository("archive", "sftp://backup.example/srv/backup");
        repository.setTrust(HostKeyTrust.GIVEN);
        repository.setHostKeys("backup.example ssh-ed25519 AAAA");
        repository.setUnencrypted(true);
        ZfsBackupConfiguration configuration = ZfsBackupConfiguration.get();
        configuration.setRepositories(List.of(repository));
        configuration.setDefaultRepository("archive");
        configuration.setPolicy("monthly");
        configuration.setCompression("zstd:9");

        jenkins.configRoundtrip();

        BackupRepository again = configuration.getRepositories().get(0);
        jenkins.assertEqualDataBoundBeans(repository, again);
        assertEquals("archive", configuration.getDefaultRepository());
        assertEquals("monthly", configuration.getPolicy());
        assertEquals("zstd:9", configuration.getCompression());
    }

    @Test
    void theLastRepositoryCanBeRemovedInTheForm() throws Exception {
        ZfsBackupConfiguration.get().setRepositories(List.of());
        jenkins.configRoundtrip();
        assertTrue(ZfsBackupConfiguration.get().getRepositories().isEmpty());
    }

    @Test
    void theOtherStepsSurviveTheJobsForm() throws Exception {
        ZfsVerifyStep verify = new ZfsVerifyStep();
        verify.setDatasets("tank/a tank/b");
        verify.setDepth(ZfsVerifyStep.Depth.content);
        verify.setSubset("1/7");
        ZfsRestoreStep restore = new ZfsRestoreStep("tank/home", "tank/again");
        restore.setSnapshot("monday");
        restore.setDryRun(true);
        FreeStyleProject job = jenkins.createFreeStyleProject();
        job.getBuildersList().add(new ZfsVerifyBuilder(verify));
        job.getBuildersList().add(new ZfsRestoreBuilder(restore));
        jenkins.configRoundtrip(job);
        jenkins.assertEqualDataBoundBeans(
                verify, job.getBuildersList().get(ZfsVerifyBuilder.class).getStep());
        jenkins.assertEqualDataBoundBeans(
                restore, job.getBuildersList().get(ZfsRestoreBuilder.class).getStep());
    }

    @Test
    void aStepIsWrittenAsShortAsItCanBe() throws Exception {
        assertEquals("zfsBackup 'tank'", Snippetizer.object2Groovy(new ZfsBackupStep("tank")));
        ZfsBackupStep step = new ZfsBackupStep("tank");
        step.setPacked(true);
        step.setWhenUnreachable(EngineStep.WhenUnreachable.skip);
        assertEquals("zfsBackup packed: true, pool: 'tank', whenUnreachable: 'skip'", Snippetizer.object2Groovy(step));
    }

    @Test
    void theSnippetGeneratorPreselectsWhatAStepDoesByItself() throws Exception {
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            assertEquals("zfsVerify()", snippet(client, "zfsVerify: "));
            assertEquals("zfsList()", snippet(client, "zfsList: "));
            assertEquals("zfsBackup ''", snippet(client, "zfsBackup: "));
            assertEquals("zfsRestore dataset: '', target: ''", snippet(client, "zfsRestore: "));
        }
    }

    /** What the generator makes of a step in whose form nothing is touched. */
    private static String snippet(JenkinsRule.WebClient client, String step) throws Exception {
        HtmlPage page = client.goTo("pipeline-syntax/");
        HtmlSelect steps = page.querySelector("select.dropdownList");
        HtmlOption option = steps.getOptions().stream()
                .filter(each -> each.getText().startsWith(step))
                .findFirst()
                .orElseThrow();
        steps.setSelectedAttribute(option, true);
        client.waitForBackgroundJavaScript(FORM_MILLIS);
        page.getHtmlElementById("generatePipelineScript").click();
        client.waitForBackgroundJavaScript(FORM_MILLIS);
        HtmlTextArea snippet = page.getHtmlElementById("prototypeText");
        return snippet.getText();
    }

    @Test
    void aBuildStepAndATriggerSurviveTheJobsForm() throws Exception {
        repository("archive");
        FreeStyleProject job = jenkins.createFreeStyleProject();
        job.getBuildersList().add(new ZfsBackupBuilder(everySetting()));
        job.addTrigger(new AgentOnlineTrigger("notebook", 36));
        jenkins.configRoundtrip(job);
        jenkins.assertEqualDataBoundBeans(
                everySetting(),
                job.getBuildersList().get(ZfsBackupBuilder.class).getStep());
        AgentOnlineTrigger trigger = job.getTrigger(AgentOnlineTrigger.class);
        assertEquals("notebook", trigger.getAgent());
        assertEquals(36, trigger.getHours());
    }

    @Test
    void aRepositoryThatIsNotThereIsNamedWithTheWayToAddIt() {
        AbortException refused = assertThrows(
                AbortException.class, () -> ZfsBackupConfiguration.get().repository("nowhere"));
        assertTrue(
                refused.getMessage().contains("nowhere") && refused.getMessage().contains("Manage Jenkins"));
    }

    @Test
    void aServersFirstKeyIsWrittenDownOnceAndNoOtherIs() {
        BackupRepository repository = new BackupRepository("archive", "sftp://backup@Server.example:2222/srv");
        repository.setTrust(HostKeyTrust.FIRST_USE);
        ZfsBackupConfiguration configuration = ZfsBackupConfiguration.get();
        configuration.setRepositories(List.of(repository));
        String key = " ssh-ed25519 " + "A".repeat(68);

        for (String wrong : List.of(
                "",
                "rubbish",
                "[other.example]:2222" + key,
                "server.example" + key,
                "@revoked [server.example]:2222" + key,
                "*" + key,
                "[server.example]:2222" + key + "\n*" + key,
                "[server.example]:2222,*" + key)) {
            assertFalse(configuration.learnHostKey(repository, wrong), wrong);
        }
        assertEquals("", repository.getHostKeys());
        assertTrue(configuration.learnHostKey(repository, "[server.example]:2222" + key));
        assertTrue(configuration.learnHostKey(repository, "[server.example]:2222" + key), "known already");
        assertFalse(configuration.learnHostKey(repository, "[server.example]:2222" + key.replace('A', 'B')));
        assertEquals(
                "[server.example]:2222" + key,
                configuration.getRepositories().get(0).getHostKeys());

        BackupRepository given = new BackupRepository("given", "sftp://server.example/srv");
        given.setTrust(HostKeyTrust.GIVEN);
        configuration.setRepositories(List.of(given));
        assertFalse(configuration.learnHostKey(given, "server.example" + key));
    }

    private static void repository(String name) {
        ZfsBackupConfiguration.get().setRepositories(List.of(new BackupRepository(name, "file:///srv/backup")));
    }

    /** A step with nothing as it is by itself. */
    static ZfsBackupStep everySetting() {
        ZfsBackupStep step = new ZfsBackupStep("Datenspeicher");
        step.setRepository("archive");
        step.setInclude("elabfs-*");
        step.setExclude("scratch/**");
        step.setPolicy("monthly");
        step.setPacked(true);
        step.setMonthBy(ZfsBackupStep.MonthBy.name);
        step.setSnapshot("daily-%Y-%m-%d");
        step.setKeepSnapshots("daily=14,weekly=8");
        step.setLayout("flat-gpg");
        step.setCompression("gzip:1");
        step.setMemory("64M");
        step.setConnections(2);
        step.setLimit("20M");
        step.setSudo(true);
        step.setDryRun(true);
        step.setWhenUnreachable(EngineStep.WhenUnreachable.skip);
        return step;
    }
}

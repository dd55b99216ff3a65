package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.ExtensionList;
import hudson.diagnosis.OldDataMonitor;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Queue;
import hudson.model.labels.LabelAtom;
import hudson.security.ACL;
import hudson.util.Secret;
import io.jenkins.plugins.zfsbackup.agent.EngineProcess;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.HostKeyTrust;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import io.jenkins.plugins.zfsbackup.keys.OpenPgpKey;
import io.jenkins.plugins.zfsbackup.keys.OpenPgpKeyCredentials;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;
import io.jenkins.plugins.zfsbackup.steps.EngineStep;
import io.jenkins.plugins.zfsbackup.steps.EngineStepBuilder;
import io.jenkins.plugins.zfsbackup.steps.ZfsBackupBuilder;
import io.jenkins.plugins.zfsbackup.steps.ZfsBackupStep;
import io.jenkins.plugins.zfsbackup.steps.ZfsListStep;
import io.jenkins.plugins.zfsbackup.steps.ZfsRestoreBuilder;
import io.jenkins.plugins.zfsbackup.steps.ZfsRestoreStep;
import io.jenkins.plugins.zfsbackup.steps.ZfsVerifyBuilder;
import io.jenkins.plugins.zfsbackup.steps.ZfsVerifyStep;
import io.jenkins.plugins.zfsbackup.trigger.AgentOnlineTrigger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jenkins.model.Jenkins;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** All that the plugin has Jenkins write, written, read by another Jenkins, and compared. */
class RestartKeepsEverythingTest {

    /**
     * The types that are written. Those of a step at work, which are written in another way, and {@link ZfsListStep},
     * which is in no build step, are held by {@link RestartTest}; all others here.
     */
    static final Set<String> HELD = Set.of(
            BackupRepository.class.getName(),
            ZfsBackupConfiguration.class.getName(),
            OpenPgpKeyCredentials.class.getName(),
            ZfsBackupAction.class.getName(),
            PoolRun.class.getName(),
            "io.jenkins.plugins.zfsbackup.record.RunFigures",
            EngineStep.class.getName(),
            ZfsBackupStep.class.getName(),
            ZfsVerifyStep.class.getName(),
            ZfsRestoreStep.class.getName(),
            ZfsListStep.class.getName(),
            EngineStepBuilder.class.getName(),
            ZfsBackupBuilder.class.getName(),
            ZfsVerifyBuilder.class.getName(),
            ZfsRestoreBuilder.class.getName(),
            AgentOnlineTrigger.class.getName(),
            AgentOnlineTrigger.Due.class.getName(),
            EngineProcess.class.getName(),
            "io.jenkins.plugins.zfsbackup.steps.EngineStepExecution");

    private static final String SIGNING_KEY = "signing";

    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    private final Map<String, String> before = new LinkedHashMap<>();

    @Test
    void settingsCredentialsJobsQueueItemsAndBuildsAreTheSameAfterARestart() throws Throwable {
        try (TestKeys keys = TestKeys.make()) {
            sessions.then(jenkins -> {
                settings(keys);
                job(jenkins);
                waitingForAnAgent(jenkins);
                build(jenkins);
                before.putAll(written());
            });
            assertEquals(5, before.size(), before.keySet().toString());
            before.forEach((what, xml) -> assertTrue(xml.contains("io.jenkins.plugins.zfsbackup"), what + ": " + xml));
            sessions.then(jenkins -> {
                assertEquals(before, written());
                assertKey(keys);
                assertEquals(
                        Map.of(),
                        ExtensionList.lookupSingleton(OldDataMonitor.class).getData());
            });
        }
    }

    private static void settings(TestKeys keys) throws Exception {
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new OpenPgpKeyCredentials(
                        CredentialsScope.GLOBAL,
                        SIGNING_KEY,
                        "signs",
                        null,
                        Secret.fromString(keys.signing()),
                        Secret.fromString(TestKeys.PASSPHRASE)));
        SystemCredentialsProvider.getInstance().save();
        BackupRepository repository = new BackupRepository("archive", "sftp://backup@server.example:2222/srv");
        repository.setCredentialsId("ssh");
        repository.setTrust(HostKeyTrust.FIRST_USE);
        repository.setRecipients("the keys");
        repository.setSigningCredentialsId(SIGNING_KEY);
        repository.setSigners("the signers");
        repository.setDecryptionCredentialsId("archive");
        BackupRepository open = new BackupRepository("disk", "file:///srv/disk");
        open.setUnencrypted(true);
        ZfsBackupConfiguration configuration = ZfsBackupConfiguration.get();
        configuration.setRepositories(List.of(repository, open));
        configuration.setDefaultRepository("disk");
        configuration.setPolicy("monthly");
        configuration.setCompression("zstd:9");
        assertTrue(configuration.learnHostKey(repository, "[server.example]:2222 ssh-ed25519 " + "A".repeat(68)));
    }

    private static void job(JenkinsRule jenkins) throws Exception {
        ZfsVerifyStep verify = new ZfsVerifyStep();
        verify.setDatasets("tank/a tank/b");
        verify.setDepth(ZfsVerifyStep.Depth.content);
        verify.setSubset("1/7");
        ZfsRestoreStep restore = new ZfsRestoreStep("tank/home", "tank/again");
        restore.setSnapshot("monday");
        restore.setDryRun(true);
        FreeStyleProject job = jenkins.createFreeStyleProject("job");
        job.getBuildersList().add(new ZfsBackupBuilder(ConfigurationTest.everySetting()));
        job.getBuildersList().add(new ZfsVerifyBuilder(verify));
        job.getBuildersList().add(new ZfsRestoreBuilder(restore));
        job.addTrigger(new AgentOnlineTrigger("somewhere", 36));
        job.save();
    }

    /** A job that its trigger has started, and that waits for an agent that does not come. */
    private static void waitingForAnAgent(JenkinsRule jenkins) throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject("waiting");
        job.setAssignedLabel(new LabelAtom("nowhere"));
        AgentOnlineTrigger trigger = new AgentOnlineTrigger("notebook", 24);
        job.addTrigger(trigger);
        trigger.start(job, true);
        jenkins.waitOnline(jenkins.createSlave("notebook", null, null));
        while (jenkins.jenkins.getQueue().getItems().length == 0) {
            Thread.sleep(50);
        }
    }

    private static void build(JenkinsRule jenkins) throws Exception {
        FreeStyleBuild build = jenkins.buildAndAssertSuccess(jenkins.createFreeStyleProject("built"));
        Records.accept(jenkins, build, PoolRun.Task.BACKUP, Records.BACKUP);
        Records.accept(jenkins, build, PoolRun.Task.VERIFY, Records.VERIFICATION);
        PoolRun failed = ZfsBackupAction.begin(build, PoolRun.Task.BACKUP, "other", "file:///srv");
        ZfsBackupAction.end(build, failed, "failed", "the pool is gone");
        PoolRun aborted = ZfsBackupAction.begin(build, PoolRun.Task.RESTORE, "tank/home", "file:///srv");
        ZfsBackupAction.abort(build, aborted, "by somebody");
    }

    /** What is written, as it would be written now. */
    private static Map<String, String> written() {
        Jenkins jenkins = Jenkins.get();
        FreeStyleProject job = jenkins.getItemByFullName("job", FreeStyleProject.class);
        Map<String, String> written = new LinkedHashMap<>();
        written.put("settings", xml(ZfsBackupConfiguration.get()));
        written.put(
                "build steps", xml(List.copyOf(job.getBuildersList().toList()).toArray()));
        written.put("trigger", xml(job.getTrigger(AgentOnlineTrigger.class)));
        FreeStyleBuild build =
                jenkins.getItemByFullName("built", FreeStyleProject.class).getBuildByNumber(1);
        written.put("build", xml(build.getAction(ZfsBackupAction.class)));
        for (Queue.Item each : jenkins.getQueue().getItems()) {
            written.put("queue item", xml(each.getCauses().toArray()));
        }
        return written;
    }

    private static String xml(Object object) {
        return Jenkins.XSTREAM2.toXML(object);
    }

    private static void assertKey(TestKeys keys) throws Exception {
        OpenPgpKey key = CredentialsProvider.findCredentialByIdInItemGroup(
                SIGNING_KEY, OpenPgpKey.class, Jenkins.get(), ACL.SYSTEM2, List.of());
        assertEquals(keys.signing().strip(), key.getKey().getPlainText().strip());
        assertEquals(TestKeys.PASSPHRASE, key.getPassphrase().getPlainText());
        assertEquals("signs", key.getDescription());
    }
}

package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Result;
import hudson.tasks.Shell;
import hudson.util.Secret;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.HostKeyTrust;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import io.jenkins.plugins.zfsbackup.keys.OpenPgpKeyCredentials;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;
import io.jenkins.plugins.zfsbackup.steps.EngineStep;
import io.jenkins.plugins.zfsbackup.steps.ZfsBackupBuilder;
import io.jenkins.plugins.zfsbackup.steps.ZfsBackupStep;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.jenkinsci.plugins.workflow.actions.WarningAction;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.graph.FlowGraphWalker;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/**
 * As a laboratory has it: an inbound agent that owns a real pool, a real OpenSSH server, keys made by a real gpg. Needs
 * {@code zfs}: see {@code bin/with-zfs}.
 */
@WithJenkins
class LabTest {

    /** Random bytes in a dataset: far more than the controller and an agent have to say to each other. */
    private static final int DATA = 40_000_000;

    private JenkinsRule jenkins;
    private Laboratory lab;

    @TempDir
    Path folder;

    @BeforeEach
    void setUp(JenkinsRule rule) throws Exception {
        jenkins = rule;
        lab = Laboratory.open(jenkins, folder);
        List<Credentials> credentials = SystemCredentialsProvider.getInstance().getCredentials();
        credentials.add(openPgpKey("signing", lab.keys().signing(), TestKeys.PASSPHRASE));
        credentials.add(openPgpKey("archive", lab.keys().decryption(), ""));
        ZfsBackupConfiguration.get().setRepositories(List.of(repository()));
    }

    private static OpenPgpKeyCredentials openPgpKey(String id, String key, String passphrase) throws IOException {
        return new OpenPgpKeyCredentials(
                CredentialsScope.GLOBAL, id, "", null, Secret.fromString(key), Secret.fromString(passphrase));
    }

    private BackupRepository repository() throws Exception {
        BackupRepository repository = lab.repository(HostKeyTrust.FIRST_USE);
        repository.setSigningCredentialsId("signing");
        repository.setSigners(lab.keys().signer());
        repository.setDecryptionCredentialsId("archive");
        return repository;
    }

    @AfterEach
    void tearDown() throws Exception {
        lab.close();
    }

    @Test
    void aPoolGoesOverEncryptedAndSignedAndComesBackAndNoSecretIsLeftAnywhere() throws Exception {
        lab.pool().dataset("a", DATA, "one");
        WorkflowRun backup = jenkins.buildAndAssertSuccess(
                pipeline("zfsBackup(pool: '" + lab.pool().name() + "')"));

        BackupRepository learnt = ZfsBackupConfiguration.get().getRepositories().get(0);
        assertEquals(lab.server().knownHost(), learnt.getHostKeys());
        jenkins.assertLogContains("is known by the key that it has just shown", backup);
        Path stored = lab.server()
                .stored("backups")
                .resolve(lab.pool().name())
                .resolve("a")
                .resolve("one.full");
        assertTrue(Files.exists(stored.resolve("manifest.json.asc")));
        assertTrue(Files.exists(stored.resolve("00001.zfs.zst.gpg")));
        PoolRun run = backup.getAction(ZfsBackupAction.class).getRuns().get(0);
        assertEquals(1, run.getRecipients().size());
        assertFalse(run.getSigner().isEmpty());
        assertTrue(run.getStoredBytes() > DATA);

        assertTrue(
                lab.agent().relay().bytesToController() < DATA / 4,
                "the agent sent " + lab.agent().relay().bytesToController() + " bytes to the controller");
        assertEquals(List.of(), seenByAgent(lab.keys().decryption()), "of the decryption key");
        assertFalse(seenByAgent(lab.keys().signing()).isEmpty(), "else this test would not see a key either");

        jenkins.buildAndAssertSuccess(pipeline("zfsVerify(depth: 'content')\nzfsRestore(dataset: '"
                + lab.pool().name() + "/a', target: '" + lab.pool().name() + "/back')"));
        assertTrue(lab.pool().has("back"));
        assertFalse(seenByAgent(lab.keys().decryption()).isEmpty());

        for (String secret : secrets()) {
            assertEquals(
                    List.of(), filesWith(secret, jenkins.jenkins.getRootDir().toPath()));
            assertEquals(List.of(), filesWith(secret, lab.agent().root()));
        }

        lab.server().changeHostKey();
        lab.pool().snapshot("a", "two");
        WorkflowRun refused = jenkins.buildAndAssertStatus(
                Result.FAILURE, pipeline("zfsBackup(pool: '" + lab.pool().name() + "')"));
        jenkins.assertLogContains("is not the one in the host keys of this repository", refused);
        assertEquals(
                learnt.getHostKeys(),
                ZfsBackupConfiguration.get().getRepositories().get(0).getHostKeys());
    }

    /** Pieces of a key, as requests carry it, that have gone to the agent. */
    private List<String> seenByAgent(String key) {
        String base64 = Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8));
        List<String> seen = new ArrayList<>();
        for (int at = 200; at + 60 < base64.length(); at += 200) {
            String piece = base64.substring(at, at + 60);
            if (lab.agent().relay().toAgentHas(piece)) {
                seen.add(piece);
            }
        }
        return seen;
    }

    private List<String> secrets() throws Exception {
        return List.of(
                line(lab.server().userKey()),
                lab.server().userKeyPassphrase(),
                line(lab.keys().signing()),
                line(lab.keys().decryption()),
                TestKeys.PASSPHRASE);
    }

    /** One in the middle of a key. */
    private static String line(String key) {
        List<String> lines = key.lines().toList();
        return lines.get(lines.size() / 2);
    }

    private static List<Path> filesWith(String text, Path below) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(below)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(text)) {
                    found.add(file);
                }
            }
        }
        return found;
    }

    @Test
    void aDatasetThatFailsMakesTheBuildUnstableAndTheStepNamesIt() throws Exception {
        lab.pool().dataset("good", 100_000, "one");
        lab.pool().dataset("bad", 100_000, "one");
        Files.createDirectories(
                lab.server().stored("backups").resolve(lab.pool().name()));
        Files.writeString(
                lab.server().stored("backups").resolve(lab.pool().name()).resolve("bad"), "no directory");

        WorkflowRun build = jenkins.buildAndAssertStatus(
                Result.UNSTABLE,
                pipeline("def result = zfsBackup(pool: '" + lab.pool().name()
                        + "')\necho \"and on with ${result.outcome}\""));

        jenkins.assertLogContains("and on with partial", build);
        jenkins.assertLogNotContains("\tat ", build);
        WarningAction warning = null;
        FlowExecution execution = build.getExecution();
        assertNotNull(execution);
        for (FlowNode node : new FlowGraphWalker(execution)) {
            warning = node.getAction(WarningAction.class) == null ? warning : node.getAction(WarningAction.class);
        }
        assertNotNull(warning);
        assertTrue(warning.getMessage().contains(lab.pool().name() + "/bad"), warning.getMessage());
        assertFalse(warning.getMessage().contains(lab.pool().name() + "/good"), warning.getMessage());
        PoolRun run = build.getAction(ZfsBackupAction.class).getRuns().get(0);
        assertEquals(List.of(lab.pool().name() + "/bad"), run.getFailedDatasets());
    }

    @Test
    void aServerOutOfReachFailsTheBuildOrCountsAsNotRun() throws Exception {
        lab.pool().dataset("a", 100_000, "one");
        lab.server().stop();
        WorkflowRun failed = jenkins.buildAndAssertStatus(
                Result.FAILURE, pipeline("zfsBackup(pool: '" + lab.pool().name() + "')"));
        jenkins.assertLogContains("Connection refused. Is the server on", failed);
        jenkins.assertLogNotContains("\tat ", failed);
        jenkins.buildAndAssertStatus(
                Result.NOT_BUILT, pipeline("zfsBackup(pool: '" + lab.pool().name() + "', whenUnreachable: 'skip')"));

        FreeStyleBuild freestyle =
                jenkins.buildAndAssertStatus(Result.FAILURE, freestyle(EngineStep.WhenUnreachable.fail));
        assertFalse(freestyle.getWorkspace().child("touched").exists(), "nothing may come after a failed backup");
        FreeStyleBuild skipped =
                jenkins.buildAndAssertStatus(Result.NOT_BUILT, freestyle(EngineStep.WhenUnreachable.skip));
        jenkins.assertLogContains("Connection refused. Is the server on", skipped);
        jenkins.assertLogNotContains("\tat ", skipped);
        assertTrue(skipped.getWorkspace().child("touched").exists(), "the rest of the job has its turn");
        assertEquals(
                "unreachable",
                skipped.getAction(ZfsBackupAction.class).getRuns().get(0).getOutcome());
    }

    private FreeStyleProject freestyle(EngineStep.WhenUnreachable whenUnreachable) throws Exception {
        ZfsBackupStep step = new ZfsBackupStep(lab.pool().name());
        step.setWhenUnreachable(whenUnreachable);
        FreeStyleProject job = jenkins.createFreeStyleProject();
        job.setAssignedNode(jenkins.jenkins.getNode("lab"));
        job.getBuildersList().add(new ZfsBackupBuilder(step));
        job.getBuildersList().add(new Shell("touch touched"));
        return job;
    }

    @Test
    void buildsForOnePoolGoOneAfterTheOtherInWhateverJobsTheyAre() throws Exception {
        lab.pool().dataset("a", 8_000_000, "one");
        WorkflowRun first = pipeline("zfsBackup(pool: '" + lab.pool().name() + "', limit: '1M')")
                .scheduleBuild2(0)
                .waitForStart();
        Builds.untilUnderWay(first);
        FreeStyleProject job = jenkins.createFreeStyleProject();
        job.setAssignedNode(jenkins.jenkins.getNode("lab"));
        job.getBuildersList()
                .add(new ZfsBackupBuilder(new ZfsBackupStep(lab.pool().name())));
        FreeStyleBuild second = jenkins.buildAndAssertSuccess(job);
        jenkins.assertLogContains(first.getFullDisplayName(), second);
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(first));
        assertEquals(
                "up-to-date",
                second.getAction(ZfsBackupAction.class).getRuns().get(0).getOutcome());
    }

    @Test
    void aBackupOutlivesItsAgentsProcessAndItsLogIsWhole() throws Exception {
        lab.pool().dataset("a", 12_000_000, "one");
        WorkflowRun build = pipeline("zfsBackup(pool: '" + lab.pool().name() + "', limit: '1M')\necho 'and on'")
                .scheduleBuild2(0)
                .waitForStart();
        Builds.untilUnderWay(build);
        lab.agent().kill();
        lab.agent().start();
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
        jenkins.assertLogContains(lab.pool().name() + ": 1 backup", build);
        jenkins.assertLogContains("and on", build);
        assertTrue(Files.exists(
                lab.server().stored("backups").resolve(lab.pool().name()).resolve("a/one.full/manifest.json")));
    }

    private WorkflowJob pipeline(String steps) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class);
        job.setDefinition(new CpsFlowDefinition("node('lab') {\n" + steps + "\n}", true));
        return job;
    }
}

package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Result;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/**
 * A backup that outlives the version of the plugin that began it, in a Jenkins that is a process of its own. Needs
 * {@code zfs}: see {@code bin/with-zfs}.
 */
class UpgradeTest {

    private static final String ENGINE = "io/jenkins/plugins/zfsbackup/agent/engine.jar";
    private static final int BYTES = 30_000_000;

    @RegisterExtension
    private final RealJenkinsExtension controller = new RealJenkinsExtension();

    @TempDir
    private Path folder;

    @Test
    void aBackupGoesOnWhileJenkinsComesBackWithAnotherEngineAndTheNextOneRunsThat() throws Throwable {
        try (TestPool pool = TestPool.in(folder)) {
            pool.dataset("a", BYTES, "one");
            controller.startJenkins();
            controller.runRemotely(UpgradeTest::begin, pool.name(), "file://" + folder.resolve("archive"));
            controller.stopJenkins();
            List<String> before = engines();
            assertEquals(1, before.size());

            upgrade();
            controller.startJenkins();
            controller.runRemotely(UpgradeTest::finish, pool.name());
            assertEquals(before, engines(), "the running backup needed no other engine");

            pool.snapshot("a", "two");
            controller.runRemotely(UpgradeTest::goOn, pool.name());
            assertEquals(2, engines().size());
            assertTrue(engines().containsAll(before));
        }
    }

    private static void begin(JenkinsRule jenkins, String pool, String url) throws Throwable {
        BackupRepository repository = new BackupRepository("archive", url);
        repository.setUnencrypted(true);
        ZfsBackupConfiguration.get().setRepositories(List.of(repository));
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, "backup");
        job.setDefinition(new CpsFlowDefinition(
                "node { zfsBackup(pool: '" + pool + "', limit: '1M', compression: 'none', memory: '64M') }", true));
        Builds.untilUnderWay(job.scheduleBuild2(0).waitForStart());
    }

    private static void finish(JenkinsRule jenkins, String pool) throws Throwable {
        WorkflowRun build =
                jenkins.jenkins.getItemByFullName("backup", WorkflowJob.class).getBuildByNumber(1);
        jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(build));
        jenkins.assertLogContains(pool + "/a: @one", build);
        jenkins.assertLogContains(pool + ": 1 backup", build);
        assertEquals(1, build.getArtifacts().size());
        assertTrue(build.getAction(ZfsBackupAction.class).getRuns().get(0).getStoredBytes() > BYTES);
    }

    private static void goOn(JenkinsRule jenkins, String pool) throws Throwable {
        WorkflowRun build =
                jenkins.buildAndAssertSuccess(jenkins.jenkins.getItemByFullName("backup", WorkflowJob.class));
        jenkins.assertLogContains(pool + "/a: @two", build);
    }

    /** The engines that have been brought to the built-in node. */
    private List<String> engines() throws IOException {
        try (Stream<Path> files = Files.list(controller.getHome().toPath().resolve("caches/zfs-backup"))) {
            return files.map(each -> each.getFileName().toString()).sorted().toList();
        }
    }

    /** The same plugin with another engine in it: the same one, but for a comment at its end. */
    private void upgrade() throws IOException {
        Path link = controller.getHome().toPath().resolve("plugins/zfs-backup.jpl");
        Manifest manifest;
        try (InputStream in = Files.newInputStream(link)) {
            manifest = new Manifest(in);
        }
        String libraries = manifest.getMainAttributes().getValue("Libraries");
        Path old = Arrays.stream(libraries.split(","))
                .map(each -> Path.of(each, ENGINE))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow();
        Path changed = folder.resolve("changed").resolve(ENGINE);
        Files.createDirectories(changed.getParent());
        Files.write(changed, withComment(Files.readAllBytes(old), "another version"));
        manifest.getMainAttributes().putValue("Libraries", folder.resolve("changed") + "," + libraries);
        try (OutputStream out = Files.newOutputStream(link)) {
            manifest.write(out);
        }
    }

    /** A zip file ends with its comment, and two bytes before that with the comment's length. */
    private static byte[] withComment(byte[] zip, String comment) {
        byte[] text = comment.getBytes(StandardCharsets.US_ASCII);
        byte[] longer = Arrays.copyOf(zip, zip.length + text.length);
        longer[zip.length - 2] = (byte) text.length;
        System.arraycopy(text, 0, longer, zip.length, text.length);
        return longer;
    }
}

package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.ExtensionList;
import hudson.diagnosis.OldDataMonitor;
import hudson.model.FreeStyleProject;
import hudson.model.Job;
import hudson.model.Result;
import hudson.model.Run;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.HostKeyTrust;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;
import io.jenkins.plugins.zfsbackup.steps.EngineStep;
import io.jenkins.plugins.zfsbackup.steps.ZfsBackupBuilder;
import io.jenkins.plugins.zfsbackup.steps.ZfsBackupStep;
import io.jenkins.plugins.zfsbackup.steps.ZfsRestoreBuilder;
import io.jenkins.plugins.zfsbackup.steps.ZfsRestoreStep;
import io.jenkins.plugins.zfsbackup.steps.ZfsVerifyBuilder;
import io.jenkins.plugins.zfsbackup.steps.ZfsVerifyStep;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import jenkins.model.Jenkins;
import net.sf.json.JSONArray;
import net.sf.json.JSONObject;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.Snippetizer;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/**
 * The build history is the audit trail: what builds say of their runs, they say after Jenkins was restarted and after
 * its configuration was read anew from disk, whatever came of the runs. Needs {@code zfs}: see {@code bin/with-zfs}.
 */
class BuildsAfterRestartTest {

    /** What a run comes to. */
    private enum End {
        FINISHED(Result.SUCCESS),
        FAILED(Result.FAILURE),
        ABORTED(Result.ABORTED);

        private final Result result;

        End(Result result) {
            this.result = result;
        }
    }

    @RegisterExtension
    private final JenkinsSessionExtension sessions = new JenkinsSessionExtension();

    @TempDir
    private Path folder;

    /** By the name of a job. */
    private final Map<String, String> before = new TreeMap<>();

    @Test
    void pipelineAndFreestyleBuildsOfEveryKindAndEndAreWhatTheyWere() throws Throwable {
        try (TestPool pool = TestPool.in(folder);
                TestServer server = TestServer.in(folder)) {
            pool.dataset("a", 3_000_000, "one");
            pool.dataset("b", 100_000, "one");
            sessions.then(jenkins -> {
                settings(server);
                for (End end : End.values()) {
                    for (EngineStep step : steps(pool, end)) {
                        run(jenkins, server, step, end, false);
                        run(jenkins, server, step, end, true);
                    }
                }
                for (Job<?, ?> job : Jenkins.get().allItems(Job.class)) {
                    before.put(job.getName(), told(jenkins, job));
                }
            });
            assertEquals(18, before.size());
            before.forEach((job, told) -> assertTrue(told.contains("zfs-backup"), job + ": " + told));
            sessions.then(jenkins -> {
                Log log = Log.begin();
                assertSame(jenkins);
                jenkins.jenkins.reload();
                assertSame(jenkins);
                log.assertNothing();
            });
            sessions.then(this::assertSame);
        }
    }

    private void settings(TestServer server) throws Exception {
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new BasicSSHUserPrivateKey(
                        CredentialsScope.GLOBAL,
                        "ssh",
                        server.user(),
                        new BasicSSHUserPrivateKey.DirectEntryPrivateKeySource(server.userKey()),
                        server.userKeyPassphrase(),
                        ""));
        SystemCredentialsProvider.getInstance().save();
        BackupRepository repository = new BackupRepository("server", server.url("backups"));
        repository.setCredentialsId("ssh");
        repository.setTrust(HostKeyTrust.GIVEN);
        repository.setHostKeys(server.knownHost());
        repository.setUnencrypted(true);
        ZfsBackupConfiguration.get().setRepositories(List.of(repository));
    }

    private static List<EngineStep> steps(TestPool pool, End end) {
        ZfsBackupStep backup = new ZfsBackupStep(end == End.FAILED ? "nowhere" : pool.name());
        ZfsVerifyStep verify = new ZfsVerifyStep();
        verify.setDatasets(end == End.FAILED ? pool.name() + "/nowhere" : "");
        ZfsRestoreStep restore = new ZfsRestoreStep(
                pool.name() + (end == End.FAILED ? "/nowhere" : "/a"), pool.name() + "/back-" + end.ordinal());
        return List.of(backup, verify, restore);
    }

    private static void run(JenkinsRule jenkins, TestServer server, EngineStep step, End end, boolean freestyle)
            throws Exception {
        if (step instanceof ZfsRestoreStep restore && freestyle) {
            run(jenkins, server, again(restore), end, true, "restore");
        } else {
            run(
                    jenkins,
                    server,
                    step,
                    end,
                    freestyle,
                    step.getClass().getSimpleName().replaceAll("Zfs|Step", "").toLowerCase());
        }
    }

    /** The same into another dataset: the first is there already. */
    private static ZfsRestoreStep again(ZfsRestoreStep step) {
        return new ZfsRestoreStep(step.getDataset(), step.getTarget() + "-freestyle");
    }

    private static void run(
            JenkinsRule jenkins, TestServer server, EngineStep step, End end, boolean freestyle, String kind)
            throws Exception {
        String name = kind + "-" + end + (freestyle ? "-freestyle" : "-pipeline");
        if (end == End.ABORTED) {
            server.pause();
        }
        Run<?, ?> build = freestyle ? freestyle(jenkins, name, step) : pipeline(jenkins, name, step);
        if (end == End.ABORTED) {
            Builds.untilEngineIsAtWork(
                    build, jenkins.jenkins.getRootDir().toPath().resolve("workspace"));
            build.getExecutor().doStop();
            jenkins.waitForCompletion(build);
            server.resume();
        }
        jenkins.assertBuildStatus(end.result, jenkins.waitForCompletion(build));
    }

    private static Run<?, ?> freestyle(JenkinsRule jenkins, String name, EngineStep step) throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject(name);
        if (step instanceof ZfsBackupStep backup) {
            job.getBuildersList().add(new ZfsBackupBuilder(backup));
        } else if (step instanceof ZfsVerifyStep verify) {
            job.getBuildersList().add(new ZfsVerifyBuilder(verify));
        } else {
            job.getBuildersList().add(new ZfsRestoreBuilder((ZfsRestoreStep) step));
        }
        return job.scheduleBuild2(0).waitForStart();
    }

    private static Run<?, ?> pipeline(JenkinsRule jenkins, String name, EngineStep step) throws Exception {
        WorkflowJob job = jenkins.createProject(WorkflowJob.class, name);
        job.setDefinition(new CpsFlowDefinition("node {\n" + Snippetizer.object2Groovy(step) + "\n}", true));
        return job.scheduleBuild2(0).waitForStart();
    }

    private void assertSame(JenkinsRule jenkins) throws Exception {
        Map<String, byte[]> files = files();
        Map<String, String> now = new TreeMap<>();
        for (Job<?, ?> job : Jenkins.get().allItems(Job.class)) {
            now.put(job.getName(), told(jenkins, job));
        }
        assertEquals(before, now);
        assertEquals(
                Map.of(), ExtensionList.lookupSingleton(OldDataMonitor.class).getData());
        Map<String, byte[]> later = files();
        files.forEach((job, xml) -> assertEquals(new String(xml), new String(later.get(job)), "written anew: " + job));
    }

    private static Map<String, byte[]> files() throws Exception {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (Job<?, ?> job : Jenkins.get().allItems(Job.class)) {
            files.put(
                    job.getName(), Files.readAllBytes(job.getRootDir().toPath().resolve("builds/1/build.xml")));
        }
        return files;
    }

    /** All that a build tells: what it is, its pages, the REST interface, its artifacts, its log. */
    private static String told(JenkinsRule jenkins, Job<?, ?> job) throws Exception {
        Run<?, ?> build = job.getBuildByNumber(1);
        List<String> told = new ArrayList<>();
        told.add(build.getResult() + " " + build.getTimeInMillis() + " " + build.getDuration() + " "
                + build.isBuilding());
        for (PoolRun run : build.getAction(ZfsBackupAction.class).getRuns()) {
            told.add(run.getSummary() + " " + run.getOutcome() + " " + run.getStarted() + " " + run.getFinished() + " "
                    + run.getMessage() + run.getProblem());
            assertFalse(run.isRunning());
            assertEquals("", run.getProblem());
        }
        JSONObject api =
                jenkins.getJSON(build.getUrl() + "zfs-backup/api/json?depth=3").getJSONObject();
        told.add(api.toString());
        assertFalse(api.getBoolean("damaged"));
        JSONObject own = jenkins.getJSON(
                        build.getUrl() + "api/json?tree=building,result,timestamp,duration,artifacts[relativePath]")
                .getJSONObject();
        told.add(own.toString());
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            // What the server tells: Jenkins' scripts and styles take several times as long as all else here.
            client.getOptions().setJavaScriptEnabled(false);
            client.getOptions().setCssEnabled(false);
            String page = client.getPage(build, "zfs-backup").asNormalizedText();
            told.add(page.substring(page.indexOf("ZFS Backup")));
            String summary = client.getPage(build).asNormalizedText();
            told.add(summary.lines()
                    .filter(line -> line.contains(job.getName().contains("verify") ? "Verif" : " of "))
                    .toList()
                    .toString());
            client.getPage(job);
            client.goTo(build.getUrl() + "console");
            JSONArray artifacts = own.getJSONArray("artifacts");
            for (int i = 0; i < artifacts.size(); i++) {
                String path = artifacts.getJSONObject(i).getString("relativePath");
                told.add(path + " "
                        + client.goTo(build.getUrl() + "artifact/" + path, "application/json")
                                .getWebResponse()
                                .getContentAsString());
            }
        }
        told.add(String.join("\n", build.getLog(1_000)));
        return String.join("\n", told);
    }

    /** What Jenkins logs as a warning or worse. */
    private static final class Log extends Handler {

        private final List<String> records = new ArrayList<>();

        static Log begin() {
            Log log = new Log();
            log.setLevel(Level.WARNING);
            Logger.getLogger("").addHandler(log);
            return log;
        }

        @Override
        public void publish(LogRecord entry) {
            if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
                records.add(new SimpleFormatter().format(entry));
            }
        }

        @Override
        public void flush() {
            // Nothing is held back.
        }

        @Override
        public void close() {
            Logger.getLogger("").removeHandler(this);
        }

        void assertNothing() {
            close();
            assertEquals(List.of(), records);
        }
    }
}

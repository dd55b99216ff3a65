package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.ExtensionList;
import hudson.diagnosis.OldDataMonitor;
import hudson.model.Job;
import hudson.model.Result;
import hudson.model.Run;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.sf.json.JSONObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;
import org.jvnet.hudson.test.recipes.LocalData;

/**
 * Builds that the first version of the plugin made: {@code pipeline} and {@code freestyle} as it wrote them, and
 * {@code damaged}, the pipeline's as two restarts of Jenkins left it.
 */
@WithJenkins
class EarlyBuildsTest {

    private JenkinsRule jenkins;

    @BeforeEach
    void keep(JenkinsRule rule) {
        jenkins = rule;
    }

    private Run<?, ?> build(String job) {
        return jenkins.jenkins.getItemByFullName(job, Job.class).getBuildByNumber(1);
    }

    private static List<String> summaries(Run<?, ?> build) {
        return build.getAction(ZfsBackupAction.class).getRuns().stream()
                .map(PoolRun::getSummary)
                .toList();
    }

    /**
     * As those of the build that is whole; but the name of "all datasets" is lost, and the order of what has no times.
     */
    private void assertSameRuns(Run<?, ?> damaged) {
        assertEquals(
                summaries(build("pipeline")).stream()
                        .map(each -> each.replace(' ', '_'))
                        .sorted()
                        .toList(),
                summaries(damaged).stream()
                        .map(each -> each.replace(' ', '_'))
                        .sorted()
                        .toList());
    }

    private String page(Run<?, ?> build, String relative) throws Exception {
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            return client.getPage(build, relative).asNormalizedText().replaceAll("\\s+", " ");
        }
    }

    @Test
    @LocalData
    void oneThatIsStillWholeIsReadAsItWasAndItsFileIsLeftAlone() throws Exception {
        for (String job : List.of("pipeline", "freestyle")) {
            Path file = jenkins.jenkins.getRootDir().toPath().resolve("jobs/" + job + "/builds/1/build.xml");
            String before = Files.readString(file);
            Run<?, ?> build = build(job);
            assertEquals(Result.SUCCESS, build.getResult());
            assertTrue(build.getTimeInMillis() > 0);
            assertFalse(build.isBuilding());
            String page = page(build, "zfs-backup");
            assertTrue(page.contains("Dataset in tank") && page.contains(" a backed up"), page);
            assertFalse(page.contains("Jenkins has lost"), page);
            assertEquals(before, Files.readString(file));
        }
        assertEquals(
                List.of(
                        "tank: 2 backups, 325 KiB stored",
                        "all datasets: good",
                        "tank: up to date",
                        "tank/a: restored"),
                summaries(build("pipeline")));
        assertEquals(
                "tank: 1 backup, 130 B stored", summaries(build("freestyle")).get(0));
        assertEquals(
                Map.of(), ExtensionList.lookupSingleton(OldDataMonitor.class).getData());
    }

    @Test
    @LocalData
    void oneThatIsWholeButWithoutArtifactsStillTellsWhatItKept() throws Exception {
        Run<?, ?> build = build("pipeline");
        build.deleteArtifacts();
        String page = page(build, "zfs-backup");
        assertTrue(page.contains("manifest.json, can't be shown: it is gone"), page);
        assertTrue(page.contains(" b backed up"), page);
        assertEquals("tank: 2 backups, 325 KiB stored", summaries(build).get(0));
        build.save();
        jenkins.jenkins.reload();
        assertEquals(
                "tank: 2 backups, 325 KiB stored", summaries(build("pipeline")).get(0), "and in the form of today");
    }

    @Test
    @LocalData
    void oneThatJenkinsHasDamagedShowsWhatItsDocumentsTellAndWhatIsLost() throws Exception {
        Run<?, ?> build = build("damaged");
        assertSameRuns(build);
        String page = page(build, "zfs-backup");
        assertTrue(
                page.contains("Jenkins has lost its record of this build: its result, when it began and ended"), page);
        for (String part : List.of(
                "Backup of tank",
                "Dataset in tank",
                " a backed up",
                " b backed up",
                "325 KiB",
                "2026-11-28 12:20:54 UTC",
                "2026-11-28 12:20:58 UTC",
                "Verification of all_datasets",
                "Restore of tank/a",
                "zfs-backup/tank/manifest-2.json")) {
            assertTrue(page.contains(part), part + " is missing in: " + page);
        }
        String summary = page(build, "");
        assertTrue(summary.contains("Jenkins has lost the result and the times of this build"), summary);
        assertTrue(summary.contains("Backup of tank: 2 backups, 325 KiB stored"), summary);
        JSONObject api =
                jenkins.getJSON(build.getUrl() + "zfs-backup/api/json?depth=2").getJSONObject();
        assertTrue(api.getBoolean("damaged"));
        assertEquals(4, api.getJSONArray("runs").size());
        assertEquals(
                3,
                api.getJSONArray("runs")
                        .getJSONObject(0)
                        .getJSONArray("datasets")
                        .size());
    }

    @Test
    @LocalData
    void oneThatHasLostItsActionTooShowsTheSame() throws Exception {
        Run<?, ?> build = build("damaged");
        build.removeActions(ZfsBackupAction.class);
        build.save();
        jenkins.jenkins.reload();
        Run<?, ?> again = build("damaged");
        assertSameRuns(again);
        String page = page(again, "zfs-backup");
        assertTrue(page.contains("Jenkins has lost its record of this build"), page);
        assertTrue(page(again, "").contains("Backup of tank"), page);
    }
}

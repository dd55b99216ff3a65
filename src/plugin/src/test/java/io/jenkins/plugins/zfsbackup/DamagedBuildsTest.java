package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.Job;
import hudson.model.Run;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;
import java.util.List;
import net.sf.json.JSONObject;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;
import org.jvnet.hudson.test.recipes.LocalData;

/** A build whose {@code build.xml} Jenkins could not read back, and wrote anew without its result, times and actions. */
@WithJenkins
class DamagedBuildsTest {

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

    /** All that its documents tell; the order of what has no times is lost. */
    private static void assertAllRuns(Run<?, ?> damaged) {
        assertEquals(
                List.of(
                        "all_datasets: good",
                        "tank/a: restored",
                        "tank: 2 backups, 325 KiB stored",
                        "tank: up to date"),
                summaries(damaged).stream().sorted().toList());
    }

    private String page(Run<?, ?> build, String relative) throws Exception {
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            return client.getPage(build, relative).asNormalizedText().replaceAll("\\s+", " ");
        }
    }

    @Test
    @LocalData
    void oneThatJenkinsHasDamagedShowsWhatItsDocumentsTellAndWhatIsLost() throws Exception {
        Run<?, ?> build = build("damaged");
        assertAllRuns(build);
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
        assertAllRuns(again);
        String page = page(again, "zfs-backup");
        assertTrue(page.contains("Jenkins has lost its record of this build"), page);
        assertTrue(page(again, "").contains("Backup of tank"), page);
    }
}

package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.util.OneShotEvent;
import io.jenkins.plugins.zfsbackup.engine.protocol.Progress;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.sf.json.JSONObject;
import org.htmlunit.html.HtmlAnchor;
import org.htmlunit.html.HtmlElement;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestBuilder;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What a build's pages tell of its runs. */
@WithJenkins
class RunPageTest {

    private JenkinsRule jenkins;

    @BeforeEach
    void keep(JenkinsRule rule) {
        jenkins = rule;
    }

    private FreeStyleBuild build() throws Exception {
        return jenkins.buildAndAssertSuccess(jenkins.createFreeStyleProject());
    }

    private String page(FreeStyleBuild build, String relative) throws Exception {
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            return client.getPage(build, relative).asNormalizedText().replaceAll("\\s+", " ");
        }
    }

    @Test
    void aDocumentThatIsGoneOrDamagedIsSaidAndTheRestIsThere() throws Exception {
        FreeStyleBuild build = build();
        PoolRun damaged = Records.accept(jenkins, build, PoolRun.Task.BACKUP, Records.BACKUP);
        PoolRun gone = Records.accept(jenkins, build, PoolRun.Task.BACKUP, Records.BACKUP);
        Path artifacts = build.getRootDir().toPath().resolve("archive");
        Files.writeString(artifacts.resolve(damaged.getManifest()), "{\"datasets\": [");
        Files.delete(artifacts.resolve(gone.getManifest()));
        jenkins.jenkins.reload();

        FreeStyleBuild again = jenkins.jenkins
                .getItemByFullName(build.getParent().getName(), FreeStyleProject.class)
                .getBuildByNumber(1);
        String page = page(again, "zfs-backup");
        assertTrue(page.contains(damaged.getManifest() + ", can't be shown: it is cut off."), page);
        assertTrue(
                page.contains(gone.getManifest() + ", can't be shown: it is gone from the build's artifacts."), page);
        String summary = page(again, "");
        assertTrue(summary.contains("Backup of tank: 2 backups, 1.5 KiB stored"), summary);
        assertTrue(summary.contains("safe up to 2025-12-31 00:00:00 UTC"), summary);
        assertEquals(
                1536,
                jenkins.getJSON(again.getUrl() + "zfs-backup/api/json?depth=2")
                        .getJSONObject()
                        .getJSONArray("runs")
                        .getJSONObject(0)
                        .getLong("storedBytes"));
    }

    @Test
    void theTotalTellsUpToWhenAllIsSafeAndOfWhatNothingIs() throws Exception {
        FreeStyleBuild build = build();
        Records.accept(
                jenkins,
                build,
                PoolRun.Task.BACKUP,
                Records.BACKUP.replace(
                        "\"newest\": {\"snapshot\": \"old\", \"created\": \"2025-12-31T00:00:00Z\"},", ""));
        String page = page(build, "zfs-backup");
        assertTrue(page.contains("Total 2 good 2026-01-02 00:00 nothing of 1 dataset is known to be restorable"), page);
        String summary = page(build, "");
        assertTrue(summary.contains("nothing of 1 dataset is known to be restorable"), summary);
    }

    @Test
    void aStreamThatGrewSavesNothingAndNoMore() throws Exception {
        FreeStyleBuild build = build();
        Records.accept(
                jenkins,
                build,
                PoolRun.Task.BACKUP,
                Records.BACKUP.replace("\"storedBytes\": 1024", "\"storedBytes\": 4096"));
        HtmlPage page = jenkins.createWebClient().getPage(build, "zfs-backup");
        assertTrue(page.asNormalizedText().contains("0 %"), page.asNormalizedText());
        assertFalse(page.asNormalizedText().contains("150 %"), page.asNormalizedText());
    }

    @Test
    void aVerificationShowsWhatWasReadAndWhatIsDamaged() throws Exception {
        FreeStyleBuild build = build();
        Records.accept(jenkins, build, PoolRun.Task.VERIFY, Records.VERIFICATION);
        String page = page(build, "zfs-backup");
        assertTrue(page.contains("old.full: its second volume is damaged"), page);
        assertTrue(page.contains("Dataset in tank Outcome ↑ Safe up to, UTC Backups Read"), page);
        assertTrue(page.contains("Total 1 failed, 1 good — 2 1.0 KiB"), page);
    }

    @Test
    void aDryRunIsCalledOneAndIsNoBackup() throws Exception {
        FreeStyleBuild build = build();
        PoolRun run = Records.accept(jenkins, build, PoolRun.Task.DRY_RUN, Records.BACKUP);
        assertEquals("zfs-backup/tank/dry-run.json", run.getManifest());
        String summary = page(build, "");
        assertTrue(summary.contains("Dry run for tank: 2 backups would be stored"), summary);
    }

    @Test
    void noTwoLinksOfABuildsPageHaveOneName() throws Exception {
        FreeStyleBuild build = build();
        Records.accept(jenkins, build, PoolRun.Task.BACKUP, Records.BACKUP);
        HtmlPage page = jenkins.createWebClient().getPage(build);
        List<HtmlAnchor> links = page.getAnchors().stream()
                .filter(each -> each.getHrefAttribute().contains("zfs-backup"))
                .toList();
        assertEquals(
                links.size(),
                links.stream().map(HtmlAnchor::asNormalizedText).distinct().count(),
                links.toString());
    }

    @Test
    void thePageIsThereBeforeTheFirstRunBegins() throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject();
        FreeStyleBuild first = jenkins.buildAndAssertSuccess(job);
        Records.accept(jenkins, first, PoolRun.Task.BACKUP, Records.BACKUP);
        OneShotEvent goOn = new OneShotEvent();
        job.getBuildersList().add(new Waiting(goOn));
        FreeStyleBuild build = job.scheduleBuild2(0).waitForStart();
        String page = page(build, "zfs-backup");
        assertTrue(page.contains("Nothing has begun yet"), page);
        PoolRun run = ZfsBackupAction.begin(build, PoolRun.Task.BACKUP, "tank", "file:///srv");
        assertTrue(page(build, "zfs-backup").contains("Backup of tank"));
        ZfsBackupAction.end(build, run, "failed", "so");
        goOn.signal();
        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
    }

    /** A build step that waits until it is told to go on. */
    private static final class Waiting extends TestBuilder {

        private final transient OneShotEvent goOn;

        Waiting(OneShotEvent goOn) {
            this.goOn = goOn;
        }

        @Override
        public boolean perform(
                hudson.model.AbstractBuild<?, ?> build, hudson.Launcher launcher, hudson.model.BuildListener listener)
                throws InterruptedException {
            goOn.block();
            return true;
        }
    }

    @Test
    void aRunThatCameToNothingShowsWhatAnEarlierBuildKnewToBeSafe() throws Exception {
        FreeStyleProject job = jenkins.createFreeStyleProject();
        FreeStyleBuild good = jenkins.buildAndAssertSuccess(job);
        Records.accept(jenkins, good, PoolRun.Task.BACKUP, Records.BACKUP);
        FreeStyleBuild away = jenkins.buildAndAssertSuccess(job);
        PoolRun unreachable = Records.accept(
                jenkins,
                away,
                PoolRun.Task.BACKUP,
                "{\"formatVersion\": \"1.0\", \"outcome\": \"unreachable\", \"message\": \"no route\"}");
        FreeStyleBuild stopped = jenkins.buildAndAssertSuccess(job);
        PoolRun aborted =
                ZfsBackupAction.begin(stopped, PoolRun.Task.BACKUP, "tank", "sftp://backup@server.example/srv");
        ZfsBackupAction.abort(stopped, aborted, "Aborted by alice");

        for (Map.Entry<FreeStyleBuild, PoolRun> each :
                Map.of(away, unreachable, stopped, aborted).entrySet()) {
            assertEquals("2025-12-31T00:00:00Z", each.getValue().getSafeUpTo());
            assertEquals(1, each.getValue().getKnownFrom());
            String page = page(each.getKey(), "zfs-backup");
            assertTrue(page.contains("as an earlier build saw it: #1"), page);
            assertTrue(page.contains("a 2026-01-02 00:00"), page);
            assertTrue(page.contains("b 2025-12-31 00:00"), page);
            String summary = page(each.getKey(), "");
            assertTrue(summary.contains("safe up to 2025-12-31 00:00:00 UTC; as build #1 saw it"), summary);
        }
        HtmlPage page = jenkins.createWebClient().getPage(stopped, "zfs-backup");
        assertTrue(page.asNormalizedText().contains("aborted — Aborted by alice"), page.asNormalizedText());
        assertTrue(page.asNormalizedText().contains("Started"), page.asNormalizedText());
        assertTrue(page.asNormalizedText().contains("Finished"), page.asNormalizedText());
    }

    @Test
    void aGermanReaderReadsGerman() throws Exception {
        FreeStyleBuild build = build();
        Records.accept(jenkins, build, PoolRun.Task.BACKUP, Records.BACKUP);
        // The rule has no part of Jenkins that takes the language from the browser: here it is that of the machine.
        Locale.setDefault(Locale.GERMAN);
        try {
            String page = page(build, "zfs-backup");
            assertTrue(page.contains("Dataset in tank Ergebnis ↑ Sicher bis, UTC Gesendet Gespeichert Dauer"), page);
            assertTrue(page.contains("a gesichert Warnung: it is cold"), page);
            assertTrue(page.contains("voll und 1 weitere two 1,5 KiB von 3,0 KiB, 50 % gespart 2,0 s 1,5 KiB/s"), page);
            assertTrue(page.contains("b auf dem Stand"), page);
            String summary = page(build, "");
            assertTrue(summary.contains("Sicherung von tank: 2 Sicherungen, 1,5 KiB gespeichert"), summary);
            assertTrue(summary.contains("sicher bis 2025-12-31 00:00:00 UTC"), summary);
        } finally {
            Locale.setDefault(Locale.ENGLISH);
        }
    }

    @Test
    void whichDatasetsWereChosenAndWhatConcernsTheRunIsSaid() throws Exception {
        FreeStyleBuild build = build();
        Records.accept(jenkins, build, PoolRun.Task.BACKUP, Records.BACKUP.replace("\"datasets\": [", """
                "chosen": 2, "total": 4, "warnings": ["the clock is wrong"],
                "notChosen": [{"dataset": "tank", "reason": "not-included"}, {"dataset": "tank/c",
                "reason": "disabled"}],
                "datasets": ["""));
        String page = page(build, "zfs-backup");
        assertTrue(page.contains("2 of 4 datasets chosen; not chosen: tank, tank/c"), page);
        assertTrue(page.contains("Warning: the clock is wrong"), page);
    }

    @Test
    void whatFailedComesFirstAndAClickOnAColumnSortsByIt() throws Exception {
        FreeStyleBuild build = build();
        Records.accept(
                jenkins,
                build,
                PoolRun.Task.BACKUP,
                Records.BACKUP
                        .replace("\"up-to-date\",", "\"failed\",")
                        .replace(
                                "\"outcome\": \"backed-up\",\n  \"recipients",
                                "\"outcome\": \"partial\",\n  \"recipients"));
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            HtmlPage page = client.getPage(build, "zfs-backup");
            assertEquals(List.of("b", "a", "Total"), names(page));
            sort(page, "Stored");
            assertEquals(List.of("a", "b", "Total"), names(page), "the largest first, the total last");
            sort(page, "Stored");
            assertEquals(List.of("b", "a", "Total"), names(page));
            sort(page, "Dataset in tank");
            sort(page, "Dataset in tank");
            assertEquals(List.of("a", "b", "Total"), names(page));
            sort(page, "Outcome");
            assertEquals(List.of("b", "a", "Total"), names(page), "the worst first");
        }
    }

    private static void sort(HtmlPage page, String column) throws Exception {
        page.<HtmlAnchor>getFirstByXPath("//a[@class='sortheader'][starts-with(., '" + column + "')]")
                .click();
    }

    private static List<String> names(HtmlPage page) {
        return page.querySelectorAll("tbody td[role=rowheader]").stream()
                .map(each -> each.asNormalizedText())
                .toList();
    }

    @Test
    void aRunThatGoesOnShowsHowFarItIsAsAWhole() throws Exception {
        FreeStyleBuild build = build();
        PoolRun run = ZfsBackupAction.begin(build, PoolRun.Task.BACKUP, "tank", "file:///srv");
        run.setProgress(new Progress(
                125,
                1L << 30,
                3,
                8,
                List.of(new Progress.StreamProgress("tank/home", "@monday", 1L << 29, 1L << 30, 64))));
        HtmlPage page = jenkins.createWebClient().getPage(build, "zfs-backup");
        String text = page.asNormalizedText();
        assertTrue(
                text.contains("3 of 8 datasets done, 1.5 GiB moved, 8.0 MiB/s, at least 1 min 4 s left, running for 2"
                        + " min 5 s"),
                text);
        assertTrue(text.contains("tank/home @monday"), text);
        assertEquals(
                "3",
                page.<HtmlElement>querySelector(".zfs-backup-overall progress").getAttribute("value"));
        JSONObject json = jenkins.getJSON(build.getUrl() + "zfs-backup/api/json?depth=3")
                .getJSONObject()
                .getJSONArray("runs")
                .getJSONObject(0)
                .getJSONObject("overall");
        assertEquals(8, json.getInt("datasetsTotal"));
        assertEquals(3L << 29, json.getLong("movedBytes"));
        assertEquals(64, json.getLong("secondsLeft"));

        Records.accept(jenkins, build, run, Records.BACKUP);
        assertFalse(run.isRunning());
        assertNull(run.getOverall(), "of what has ended there is no progress, although nobody has said so yet");
        assertEquals(List.of(), run.getProgress());
        ZfsBackupAction.end(build, run, "failed", "so");
    }

    @Test
    void whatMayBeNewerAndWhichRepositoryItIsIsSaid() throws Exception {
        FreeStyleBuild build = build();
        Records.accept(
                jenkins,
                build,
                PoolRun.Task.BACKUP,
                Records.BACKUP
                        .replace("\"started\"", "\"repositoryId\": \"0a1b2c3d4e5f\", \"started\"")
                        .replace(
                                "\"2025-12-31T00:00:00Z\"}",
                                "\"2025-12-31T00:00:00Z\", \"perhapsNewer\": [\"new.from.old\"]}"));
        String page = page(build, "zfs-backup");
        assertTrue(
                page.contains("b up to date 2025-12-31 00:00 perhaps not the newest: new.from.old can't be used and"
                        + " may be newer"),
                page);
        assertTrue(page.contains("Identity of the repository 0a1b2c3d4e5f"), page);
    }

    @Test
    void whatIsStoredIsListed() throws Exception {
        FreeStyleBuild build = build();
        PoolRun run = Records.accept(jenkins, build, PoolRun.Task.LIST, Records.LIST);
        assertEquals("zfs-backup/tank/list.json", run.getManifest());
        String page = page(build, "zfs-backup");
        assertTrue(page.contains("What is stored: tank"), page);
        assertTrue(page.contains("Dataset in tank Outcome ↑ Safe up to, UTC Restore points Backups Stored"), page);
        assertTrue(page.contains("c failed no permission"), page);
        assertTrue(page.contains("a good three.from.two: a volume is missing 2026-01-02 00:00"), page);
        assertTrue(page.contains("can't be used and may be newer 2 2 1.5 KiB"), page);
    }
}

package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.ListView;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import io.jenkins.plugins.zfsbackup.record.SafeUpToColumn;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** The column of a view and the panel of a job that say up to when all is safe. */
@WithJenkins
class SafeUpToTest {

    private static final String WITHOUT_NEWEST =
            Records.BACKUP.replace("\"newest\": {\"snapshot\": \"old\", \"created\": \"2025-12-31T00:00:00Z\"},", "");

    private JenkinsRule jenkins;
    private FreeStyleProject job;

    @BeforeEach
    void keep(JenkinsRule rule) throws Exception {
        jenkins = rule;
        job = jenkins.createFreeStyleProject("lab");
    }

    private void backUp(String document) throws Exception {
        FreeStyleBuild build = jenkins.buildAndAssertSuccess(job);
        Records.accept(jenkins, build, PoolRun.Task.BACKUP, document);
    }

    private HtmlPage page() throws Exception {
        return jenkins.createWebClient().getPage(job);
    }

    private String cell() throws Exception {
        ListView view = new ListView("backups", jenkins.jenkins);
        view.getColumns().replaceBy(java.util.List.of(new hudson.views.JobColumn(), new SafeUpToColumn()));
        view.add(job);
        jenkins.jenkins.addView(view);
        HtmlPage page = jenkins.createWebClient().goTo("view/backups/");
        assertTrue(page.asNormalizedText().contains("ZFS: safe up to"), page.asNormalizedText());
        return page.getFirstByXPath("//tr[@id='job_lab']/td[2]").toString()
                + ((org.htmlunit.html.HtmlElement) page.getFirstByXPath("//tr[@id='job_lab']/td[2]"))
                        .asNormalizedText();
    }

    @Test
    void aJobThatBacksUpNothingHasNeither() throws Exception {
        jenkins.buildAndAssertSuccess(job);

        assertFalse(page().asNormalizedText().contains("safe up to"));
        assertTrue(cell().contains("—"));
    }

    @Test
    void theEarliestTimeOfAllDatasetsCounts() throws Exception {
        backUp(Records.BACKUP);

        HtmlPage page = page();
        assertTrue(page.asNormalizedText().contains("2025-12-31 00:00 UTC"), page.asNormalizedText());
        assertEquals(0, page.getByXPath("//figure[@class='zfs-backup-trend']").size());
        assertTrue(cell().contains("2025-12-31 00:00 UTC"));
        assertEquals(
                "lab/1/zfs-backup/",
                page.getAnchorByText("#1").getHrefAttribute().replaceAll("^(.*/)?(?=1/)", "lab/"));
    }

    @Test
    void datasetsOfWhichNothingCanBeRestoredAreSaid() throws Exception {
        backUp(WITHOUT_NEWEST);

        assertTrue(page().asNormalizedText().contains("nothing of 1 dataset is known to be restorable"));
        assertTrue(cell().contains("nothing of 1 dataset is known to be restorable"));
    }

    @Test
    void aBuildThatBackedUpNothingHidesNothing() throws Exception {
        backUp(Records.BACKUP);
        jenkins.buildAndAssertSuccess(job);

        assertTrue(page().asNormalizedText().contains("2025-12-31 00:00 UTC"));
    }

    @Test
    void theTrendHasABarForEachBuildThatLeadsToIt() throws Exception {
        backUp(Records.BACKUP);
        backUp(Records.BACKUP.replace("\"storedBytes\": 1024", "\"storedBytes\": 4096"));
        backUp(Records.BACKUP
                .replace("\"outcome\": \"up-to-date\"", "\"outcome\": \"failed\"")
                .replaceFirst("backed-up", "partial"));

        HtmlPage page = page();
        assertEquals(3, page.getByXPath("//figure//*[local-name()='rect']").size());
        assertEquals(
                1,
                page.getByXPath("//figure//*[contains(@class, 'zfs-backup-bar--failed')]")
                        .size());
        assertTrue(
                page.getByXPath("//figure//*[local-name()='title']").toString().contains("title"));
        assertEquals(
                "3/zfs-backup/",
                page.<org.htmlunit.html.DomElement>getFirstByXPath("(//figure//*[local-name()='a'])[3]")
                        .getAttribute("href"));
        assertTrue(page.asNormalizedText().contains("the last backup did not succeed"), page.asNormalizedText());
    }

    @Test
    void theColumnSurvivesARoundTrip() throws Exception {
        ListView view = new ListView("backups", jenkins.jenkins);
        view.getColumns().add(new SafeUpToColumn());
        jenkins.jenkins.addView(view);
        jenkins.configRoundtrip(view);

        assertEquals(1, view.getColumns().getAll(SafeUpToColumn.class).size());
    }
}

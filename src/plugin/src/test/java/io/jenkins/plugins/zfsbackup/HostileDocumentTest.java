package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.model.FreeStyleBuild;
import io.jenkins.plugins.zfsbackup.agent.JsonException;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What comes from an agent is not trusted. */
@WithJenkins
class HostileDocumentTest {

    private static final String SCRIPT = "<script>document.title='taken'</script><img src=x onerror=alert(1)>";

    @Test
    void scriptsInNamesAndMessagesAreShownAsText(JenkinsRule jenkins) throws Exception {
        FreeStyleBuild build = jenkins.buildAndAssertSuccess(jenkins.createFreeStyleProject());
        PoolRun run = ZfsBackupAction.begin(build, PoolRun.Task.BACKUP, "tank/../../" + SCRIPT, "file:///" + SCRIPT);
        String script = SCRIPT.replace("\"", "\\\"");
        Records.accept(
                jenkins,
                build,
                run,
                "{\"outcome\":\"partial\",\"message\":\"" + script + "\",\"recipients\":[\"" + script
                        + "\"],\"signer\":\"" + script + "\",\"datasets\":[{\"dataset\":\"" + script
                        + "\",\"outcome\":\"failed\",\"message\":\"" + script + "\",\"warnings\":[\"" + script
                        + "\"],\"backups\":[{\"id\":\"" + script + "\",\"kind\":\"" + script + "\",\"snapshot\":\""
                        + script
                        + "\",\"rawBytes\":1,\"storedBytes\":1}]}]}");

        HtmlPage page = jenkins.createWebClient().getPage(build, "zfs-backup");

        assertFalse(page.getTitleText().equals("taken"));
        assertEquals(
                0,
                page.getByXPath("//img[@src='x'] | //div[@id='zfs-backup-runs']//script")
                        .size());
        assertTrue(page.asNormalizedText().contains(SCRIPT));
        String artifact = build.getArtifacts().get(0).relativePath;
        assertTrue(artifact.startsWith("zfs-backup/tank/"), artifact);
        assertFalse(artifact.contains(".."), artifact);
        assertEquals(
                0,
                jenkins.createWebClient()
                        .getPage(build)
                        .getByXPath("//img[@src='x']")
                        .size());
    }

    @Test
    void whatIsCutOrNoDocumentOrTooDeepIsRefused(JenkinsRule jenkins) throws Exception {
        FreeStyleBuild build = jenkins.buildAndAssertSuccess(jenkins.createFreeStyleProject());
        PoolRun run = ZfsBackupAction.begin(build, PoolRun.Task.BACKUP, "tank", "file:///srv");
        for (String bad : new String[] {
            "", "{\"outcome\":\"back", "[]", "null", "{\"datasets\":[{]}", "[".repeat(100_000), "{\"a\":1}x"
        }) {
            assertThrows(
                    JsonException.class,
                    () -> Records.accept(jenkins, build, run, bad),
                    bad.substring(0, Math.min(20, bad.length())));
        }
        assertTrue(build.getArtifacts().isEmpty());
    }

    @Test
    void figuresOfTheWrongKindCountAsNoneAndListsAreBounded(JenkinsRule jenkins) throws Exception {
        FreeStyleBuild build = jenkins.buildAndAssertSuccess(jenkins.createFreeStyleProject());
        PoolRun run = ZfsBackupAction.begin(build, PoolRun.Task.BACKUP, "tank", "file:///srv");
        StringBuilder many = new StringBuilder("{\"outcome\":7,\"datasets\":[");
        for (int i = 0; i < 30_000; i++) {
            many.append(i == 0 ? "" : ",").append("{\"dataset\":").append(i).append(",\"backups\":\"x\"}");
        }
        Records.accept(jenkins, build, run, many.append("]}").toString());
        assertTrue(run.getDatasets().size() <= 20_000);
        assertEquals(0, run.getStoredBytes());
        assertEquals("failed", run.getOutcome());
    }
}

package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.HostKeyTrust;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jenkins.model.Jenkins;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.htmlunit.WebResponse;
import org.htmlunit.html.DomElement;
import org.htmlunit.html.HtmlButton;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.html.HtmlSelect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/**
 * "Test connection" as an administrator clicks it in the system's form, on an agent that owns a real pool, with a real
 * OpenSSH server. Needs {@code zfs}: see {@code bin/with-zfs}.
 */
@WithJenkins
class ConnectionTestButtonTest {

    private static final long ANSWER_MILLIS = 60_000;

    private JenkinsRule jenkins;
    private Laboratory lab;

    @TempDir
    Path folder;

    @BeforeEach
    void setUp(JenkinsRule rule) throws Exception {
        jenkins = rule;
        lab = Laboratory.open(jenkins, folder);
        BackupRepository repository = lab.repository(HostKeyTrust.GIVEN);
        repository.setHostKeys(lab.server().knownHost());
        ZfsBackupConfiguration.get().setRepositories(List.of(repository));
    }

    @AfterEach
    void tearDown() throws Exception {
        lab.close();
    }

    @Test
    void theButtonTellsWhatIsThereAndWhatIsWrongWithTheServer() throws Exception {
        lab.pool().dataset("a", 100_000, "one");
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            HtmlPage page = client.goTo("manage/configure");
            client.waitForBackgroundJavaScript(ANSWER_MILLIS);
            HtmlForm form = page.getFormByName("config");
            HtmlSelect agents = form.getSelectByName("_.testAgent");
            assertEquals(
                    List.of("", "lab"),
                    agents.getOptions().stream()
                            .map(each -> each.getValueAttribute())
                            .toList());
            agents.setSelectedAttribute("lab", true);
            form.getInputByName("_.testPool").setValue(lab.pool().name());

            DomElement good = answer(client, form);
            assertTrue(good.asNormalizedText().contains("nothing stored yet"), good.asNormalizedText());
            assertFalse(good.asNormalizedText().contains("✗"), good.asNormalizedText());
            assertEquals(List.of(), names(kindsOf(good, "error")));
            assertEquals(List.of("! repository"), names(kindsOf(good, "warning")));
            assertEquals(
                    List.of("✓ pool", "✓ keys", "✓ zstd", "✓ storage", "✓ marks", "✓ history", "✓ leftovers"),
                    names(kindsOf(good, "ok")));

            lab.server().changeHostKey();
            DomElement other = answer(client, form);
            assertTrue(
                    other.asNormalizedText().contains("is not the one in the host keys of this repository"),
                    other.asNormalizedText());
            assertEquals(1, kindsOf(other, "error").size(), other.asXml());

            lab.server().stop();
            DomElement away = answer(client, form);
            assertTrue(away.asNormalizedText().contains("✗ repository"), away.asNormalizedText());
            assertFalse(away.asNormalizedText().contains("is not the one in"), away.asNormalizedText());
            assertEquals(1, kindsOf(away, "error").size(), away.asXml());
            assertFalse(Files.exists(lab.server().stored("backups")), "a test stores nothing");
        }
    }

    /** What shows below the button after a click on it. */
    private static DomElement answer(JenkinsRule.WebClient client, HtmlForm form) throws Exception {
        HtmlButton button = form.querySelector("button[data-validate-button-method=test]");
        DomElement status = button.getNextElementSibling();
        status.removeAllChildren();
        button.click();
        client.waitForBackgroundJavaScript(ANSWER_MILLIS);
        assertTrue(status.asNormalizedText().length() > 10, "no answer: " + status.asXml());
        return status;
    }

    private static List<DomElement> kindsOf(DomElement status, String kind) {
        return status.getByXPath(".//*[@class='" + kind + "']");
    }

    /** The grade and the name of each check. */
    private static List<String> names(List<DomElement> checks) {
        return checks.stream()
                .map(each -> each.asNormalizedText().replaceFirst(":.*(?s:.*)", ""))
                .toList();
    }

    @Test
    void onlyAnAdministratorsClickReachesTheAgent() throws Exception {
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, Jenkins.MANAGE, Jenkins.SYSTEM_READ)
                .everywhere()
                .to("operator")
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("administrator"));
        assertEquals(403, ask("operator", HttpMethod.POST).getStatusCode());
        assertEquals(405, ask("administrator", HttpMethod.GET).getStatusCode());
        assertFalse(Files.exists(lab.agent().root().resolve("workspace/zfs-backup-test")));
        WebResponse answer = ask("administrator", HttpMethod.POST);
        assertEquals(200, answer.getStatusCode());
        assertTrue(
                answer.getContentAsString().contains("✓ keys: not encrypted, not signed"), answer.getContentAsString());
        assertTrue(
                Files.exists(lab.agent().root().resolve("workspace/zfs-backup-test")),
                "else this test would see nothing");
    }

    private WebResponse ask(String user, HttpMethod method) throws Exception {
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            client.getOptions().setThrowExceptionOnFailingStatusCode(false);
            client.getOptions().setPrintContentOnFailingStatusCode(false);
            client.withBasicCredentials(user);
            WebRequest request = new WebRequest(
                    new URL(
                            jenkins.getURL(),
                            "descriptorByName/" + BackupRepository.class.getName()
                                    + "/test?name=x&url=file://"
                                    + lab.agent().root().resolve("stored")
                                    + "&trust=AGENT&unencrypted=true&testAgent=lab&testPool="
                                    + lab.pool().name()),
                    method);
            return client.getPage(method == HttpMethod.GET ? request : client.addCrumb(request))
                    .getWebResponse();
        }
    }
}

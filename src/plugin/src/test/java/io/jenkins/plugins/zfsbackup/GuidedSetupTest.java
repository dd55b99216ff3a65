package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.ExtensionList;
import hudson.model.Run;
import hudson.triggers.TimerTrigger;
import hudson.util.Secret;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.HostKeyTrust;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import io.jenkins.plugins.zfsbackup.keys.OpenPgpKeyCredentials;
import io.jenkins.plugins.zfsbackup.setup.SetupMonitor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.htmlunit.html.DomElement;
import org.htmlunit.html.HtmlElement;
import org.htmlunit.html.HtmlFileInput;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.html.HtmlSelect;
import org.htmlunit.html.HtmlTextArea;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/**
 * A new user in a browser: from a Jenkins that has nothing but an agent with a real pool, and a real OpenSSH server
 * that nobody is let in to yet, to the first backup. Needs {@code zfs}: see {@code bin/with-zfs}.
 */
@WithJenkins
class GuidedSetupTest {

    private static final int MOST_CLICKS = 15;
    private static final long ANSWER_MILLIS = 60_000;

    private JenkinsRule jenkins;
    private TestServer server;
    private TestKeys keys;
    private TestPool pool;
    private InboundAgent agent;
    private int clicks;

    @TempDir
    private Path folder;

    @BeforeEach
    void setUp(JenkinsRule rule) throws Exception {
        jenkins = rule;
        server = TestServer.in(folder);
        keys = TestKeys.make();
        pool = TestPool.in(folder);
        agent = InboundAgent.connect(jenkins, "lab", folder.resolve("agent"));
        pool.dataset("a", 100_000, "one");
        pool.dataset("b", 100_000, "one");
    }

    @AfterEach
    void tearDown() throws Exception {
        agent.close();
        pool.close();
        keys.close();
        server.close();
    }

    private HtmlPage click(HtmlPage page, String selector) throws Exception {
        HtmlElement element = page.querySelector(selector);
        assertNotNull(element, "there is no " + selector + " in " + page.asNormalizedText());
        clicks++;
        HtmlPage next = element.click();
        next.getWebClient().waitForBackgroundJavaScript(ANSWER_MILLIS);
        return next;
    }

    /** What stands below a field. */
    private static DomElement said(HtmlPage page, String field) {
        DomElement element = page.querySelector("[name='_." + field + "']");
        while (!element.getAttribute("class").contains("jenkins-form-item")) {
            element = (DomElement) element.getParentNode();
        }
        return element.querySelector(".validation-error-area");
    }

    /** What stands beside a button. */
    private static String answer(HtmlPage page, String method) {
        HtmlElement button = page.querySelector("[data-validate-button-method=" + method + "]");
        return button.getNextElementSibling().asNormalizedText();
    }

    private HtmlPage open(JenkinsRule.WebClient client) throws Exception {
        HtmlPage manage = click(client.goTo(""), "a[href$='/manage']");
        HtmlPage page = click(manage, "form[name=zfs-backup-setup] [name=setUp]");
        HtmlSelect pools = page.querySelector("[name='_.pool']");
        // The agent is asked for them.
        while (pools.getOptions().stream()
                .noneMatch(each -> each.getValueAttribute().equals(pool.name()))) {
            client.waitForBackgroundJavaScript(ANSWER_MILLIS);
            Thread.sleep(50);
        }
        if (!pools.getSelectedOptions().get(0).getValueAttribute().equals(pool.name())) {
            // Where there are others, as of tests that run at the same time, one has to be chosen: the list and the
            // pool.
            clicks += 2;
            pools.setSelectedAttribute(pool.name(), true);
        }
        while (!said(page, "pool").asNormalizedText().contains("datasets, with ")) {
            client.waitForBackgroundJavaScript(ANSWER_MILLIS);
            Thread.sleep(50);
        }
        return page;
    }

    private void paste(HtmlPage page, String field, String text) throws Exception {
        click(page, "[name='_." + field + "']");
        HtmlElement element = page.querySelector("[name='_." + field + "']");
        if (element instanceof HtmlTextArea area) {
            area.setText(text);
        } else {
            element.setAttribute("value", text);
        }
        element.fireEvent("change");
        page.getWebClient().waitForBackgroundJavaScript(ANSWER_MILLIS);
    }

    @Test
    void aNewUserGetsFromNothingToAGreenBackupWithFewClicks() throws Exception {
        assertTrue(ExtensionList.lookupSingleton(SetupMonitor.class).isActivated());
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            HtmlPage page = open(client);
            assertEquals(
                    List.of(),
                    page.querySelectorAll(".error").stream().toList(),
                    "nothing is wrong with an empty page");

            page = click(page, "[data-url$='makeSshKey']");
            HtmlElement line = said(page, "credentialsId").querySelector("code");
            assertTrue(line.getTextContent().startsWith("ssh-ed25519 AAAA"), line.getTextContent());
            server.letIn(line.getTextContent());

            paste(page, "recipients", keys.recipient());
            assertTrue(said(page, "recipients").asNormalizedText().contains(keys.fingerprintOfRecipient()));
            page = click(page, "[data-url$='makeSigningKey']");
            assertTrue(said(page, "signingCredentialsId").asNormalizedText().contains("can sign"));

            HtmlSelect pools = page.querySelector("[name='_.pool']");
            assertEquals(pool.name(), pools.getSelectedOptions().get(0).getValueAttribute());
            assertTrue(
                    said(page, "pool")
                            .asNormalizedText()
                            .contains("3 of 3 datasets, with 2 snapshots: " + pool.name() + ", a, b"),
                    said(page, "pool").asNormalizedText());

            paste(page, "url", server.urlOfUser("backups"));
            page = click(page, "[data-validate-button-method=connect]");
            assertTrue(answer(page, "connect").contains("Connected"), answer(page, "connect"));
            assertTrue(answer(page, "connect").contains("SHA256:"), answer(page, "connect"));
            assertFalse(Files.exists(server.stored("backups")), "a test stores nothing");
            page = click(page, "[name='_.confirmed']");
            page = click(page, "[data-validate-button-method=create]");
            assertNotNull(page.querySelector("a.zfs-backup-job"), answer(page, "create"));

            click(page, "a.zfs-backup-build");
            WorkflowJob job = jenkins.jenkins.getItemByFullName("zfs-backup", WorkflowJob.class);
            assertNotNull(job);
            while (job.getBuildByNumber(1) == null) {
                Thread.sleep(50);
            }
            Run<?, ?> build = jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(job.getBuildByNumber(1)));
            jenkins.assertLogContains(pool.name() + ": 3 of 3 datasets chosen", build);
            assertTrue(clicks < MOST_CLICKS, clicks + " clicks");
            assertTrue(
                    Files.exists(server.stored("backups").resolve(pool.name()).resolve("a/one.full/manifest.json.asc")),
                    "stored and signed");

            BackupRepository made =
                    ZfsBackupConfiguration.get().getRepositories().get(0);
            assertEquals(HostKeyTrust.GIVEN, made.getTrust());
            assertEquals(server.knownHost(), made.getHostKeys());
            assertTrue(made.getSigners().startsWith("-----BEGIN PGP PUBLIC KEY BLOCK-----"), made.getSigners());
            assertEquals(
                    "H 2 * * *",
                    job.getTriggersJobProperty().getTriggers().stream()
                            .map(each -> ((TimerTrigger) each).getSpec())
                            .findFirst()
                            .orElseThrow());
            assertEquals(
                    "node('lab') {\n    zfsBackup(pool: '" + pool.name() + "', repository: 'archive')\n}\n",
                    ((CpsFlowDefinition) job.getDefinition()).getScript());
            assertFalse(ExtensionList.lookupSingleton(SetupMonitor.class).isActivated());
            assertEquals(
                    0,
                    client.goTo("manage")
                            .querySelectorAll("form[name=zfs-backup-setup]")
                            .size());
        }
    }

    @Test
    void nothingIsMadeUntilTheServersKeyIsConfirmedForThisVeryServer() throws Exception {
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            HtmlPage page = open(client);
            page = click(page, "[data-validate-button-method=create]");
            String missing = answer(page, "create");
            assertTrue(missing.contains("Paste the public key"), missing);
            assertTrue(missing.contains("Write sftp://host/path"), missing);

            page = click(page, "[data-url$='makeSshKey']");
            paste(page, "recipients", keys.recipient());
            paste(page, "url", server.urlOfUser("backups"));
            page = click(page, "[data-validate-button-method=create]");
            assertTrue(answer(page, "create").contains("Press \"Connect\""), answer(page, "create"));

            page = click(page, "[data-validate-button-method=connect]");
            String refused = answer(page, "connect");
            assertTrue(refused.contains("✗ repository"), "nobody has let the key in: " + refused);
            assertTrue(refused.contains("SHA256:"), refused);
            page = click(page, "[data-validate-button-method=create]");
            assertTrue(answer(page, "create").contains("tick that it is the server's"), answer(page, "create"));

            page = click(page, "[name='_.confirmed']");
            paste(page, "url", "sftp://backup@elsewhere.example/srv");
            page = click(page, "[data-validate-button-method=create]");
            assertTrue(answer(page, "create").contains("Press \"Connect\""), answer(page, "create"));
            assertEquals(List.of(), ZfsBackupConfiguration.get().getRepositories());
            assertEquals(List.of(), jenkins.jenkins.getItems());
        }
    }

    @Test
    void keysOfThoseWhoRestoreComeFromAFileAndFromCredentialsAsPublicKeysAlone() throws Exception {
        Path file = Files.write(folder.resolve("archive.gpg"), keys.recipientBinary());
        Path secret = Files.writeString(folder.resolve("secret.asc"), keys.decryption());
        Path none = Files.writeString(folder.resolve("none.asc"), "no key");
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new OpenPgpKeyCredentials(
                        CredentialsScope.GLOBAL, "archive", "", null, Secret.fromString(keys.decryption()), null));
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            HtmlPage page = open(client);
            HtmlTextArea recipients = page.querySelector("[name='_.recipients']");
            choose(page, none);
            assertTrue(page.asNormalizedText().contains("There is no OpenPGP key in this"), page.asNormalizedText());
            assertEquals("", recipients.getText());
            for (Path each : List.of(file, secret)) {
                recipients.setText("");
                choose(page, each);
                assertTrue(
                        recipients.getText().startsWith("-----BEGIN PGP PUBLIC KEY BLOCK-----"), recipients.getText());
                assertFalse(recipients.getText().contains("PRIVATE"), recipients.getText());
                assertTrue(said(page, "recipients").asNormalizedText().contains(keys.fingerprintOfRecipient()));
            }

            recipients.setText("");
            HtmlSelect credentials = page.querySelector("[name='_.recipientCredentialsId']");
            credentials.setSelectedAttribute("archive", true);
            client.waitForBackgroundJavaScript(ANSWER_MILLIS);
            assertFalse(recipients.getText().contains("PRIVATE"), recipients.getText());
            assertTrue(said(page, "recipients").asNormalizedText().contains(keys.fingerprintOfRecipient()));
        }
    }

    private static void choose(HtmlPage page, Path file) {
        HtmlFileInput input = page.querySelector("input.zfs-backup-public-keys");
        input.setFiles(file.toFile());
        input.fireEvent("change");
        page.getWebClient().waitForBackgroundJavaScript(ANSWER_MILLIS);
    }

    @Test
    void whoDoesNotWantToBeToldIsNotToldAgain() throws Exception {
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            click(client.goTo("manage"), "form[name=zfs-backup-setup] [name=dismiss]");
            HtmlPage page = client.goTo("manage");
            assertEquals(0, page.querySelectorAll("form[name=zfs-backup-setup]").size());
            assertEquals(1, page.querySelectorAll("a[href='zfs-backup-setup']").size(), "it can still be found");
        }
    }

    @Test
    void theAddButtonOfJenkinsIsBesideEachListOfCredentials() throws Exception {
        ZfsBackupConfiguration.get().setRepositories(List.of(new BackupRepository("archive", "file:///srv")));
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            HtmlPage page = client.goTo("manage/configure");
            HtmlForm form = page.getFormByName("config");
            for (String field : List.of("credentialsId", "signingCredentialsId", "decryptionCredentialsId")) {
                HtmlSelect select = form.getSelectByName("_." + field);
                DomElement control = select;
                while (!control.getAttribute("class").contains("credentials-select-control")) {
                    control = (DomElement) control.getParentNode();
                }
                assertNotNull(control.querySelector(".credentials-add-menu"), control.asXml());
            }
        }
    }
}

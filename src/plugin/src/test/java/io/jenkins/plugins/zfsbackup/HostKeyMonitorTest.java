package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.ExtensionList;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.HostKeyMonitor;
import io.jenkins.plugins.zfsbackup.config.HostKeyTrust;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** A host key that was learnt at first use, as an administrator meets it. */
@WithJenkins
class HostKeyMonitorTest {

    private JenkinsRule jenkins;
    private String fingerprint;

    @TempDir
    private Path folder;

    @BeforeEach
    void learn(JenkinsRule rule) throws Exception {
        jenkins = rule;
        Programs.run(
                "ssh-keygen",
                "-q",
                "-t",
                "ed25519",
                "-N",
                "",
                "-f",
                folder.resolve("host").toString());
        String[] key = Files.readString(folder.resolve("host.pub")).split(" ");
        fingerprint = Programs.run(
                        "ssh-keygen", "-l", "-f", folder.resolve("host.pub").toString())
                .split(" ")[1];
        BackupRepository repository = new BackupRepository("archive", "sftp://backup.example/srv");
        repository.setTrust(HostKeyTrust.FIRST_USE);
        ZfsBackupConfiguration.get().setRepositories(List.of(repository));
        assertFalse(monitor().isActivated());
        assertTrue(ZfsBackupConfiguration.get()
                .learnHostKey(repository, "backup.example " + key[0] + " " + key[1].strip()));
    }

    private static HostKeyMonitor monitor() {
        return ExtensionList.lookupSingleton(HostKeyMonitor.class);
    }

    @Test
    void itsFingerprintIsShownAsSshShowsItUntilSomebodyConfirmsIt() throws Exception {
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            HtmlPage page = client.goTo("manage");
            assertTrue(page.asNormalizedText().contains(fingerprint), page.asNormalizedText());
            assertTrue(page.asNormalizedText().contains("backup.example"), page.asNormalizedText());
            decide(page, "confirm");
            assertFalse(monitor().isActivated());
            assertFalse(client.goTo("manage").asNormalizedText().contains(fingerprint));
        }
        assertTrue(ZfsBackupConfiguration.get().repository("").getHostKeys().startsWith("backup.example ssh-ed25519 "));
    }

    @Test
    void aKeyThatIsNotTheServersIsForgotten() throws Exception {
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            decide(client.goTo("manage"), "reject");
        }
        assertFalse(monitor().isActivated());
        assertEquals("", ZfsBackupConfiguration.get().repository("").getHostKeys());
    }

    private static void decide(HtmlPage page, String button) throws Exception {
        HtmlForm form = page.getFormByName("host-key");
        form.getButtonByName(button).click();
    }
}

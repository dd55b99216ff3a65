package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsProvider;
import hudson.ExtensionList;
import hudson.security.ACL;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.HostKeyTrust;
import io.jenkins.plugins.zfsbackup.config.MissingCredentialMonitor;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import io.jenkins.plugins.zfsbackup.keys.OpenPgpKey;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jenkins.model.Jenkins;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class ConfigurationAsCodeTest {

    @TempDir
    private Path folder;

    @Test
    void everySettingIsReadAndWrittenAndTheKeyStaysSecret(JenkinsRule jenkins) throws Exception {
        try (TestKeys keys = TestKeys.make()) {
            String yaml = """
                credentials:
                  system:
                    domainCredentials:
                      - credentials:
                          - openPgpKey:
                              scope: GLOBAL
                              id: signing
                              description: "signs"
                              key: "%s"
                              passphrase: "%s"
                unclassified:
                  zfsBackup:
                    defaultRepository: archive
                    policy: monthly
                    compression: "zstd:9"
                    repositories:
                      - name: archive
                        url: "sftp://backup.example/srv/backup"
                        credentialsId: ssh
                        trust: FIRST_USE
                        hostKeys: "backup.example ssh-ed25519 AAAA"
                        recipients: "the keys"
                        signingCredentialsId: signing
                        signers: "the signers"
                        decryptionCredentialsId: archive
                      - name: disk
                        url: "file:///srv/disk"
                        trust: AGENT
                        unencrypted: true
                """.formatted(keys.signing().replace("\n", "\\n"), TestKeys.PASSPHRASE);
            Path file = Files.writeString(folder.resolve("jenkins.yaml"), yaml);

            ConfigurationAsCode.get().configure(file.toString());

            ZfsBackupConfiguration read = ZfsBackupConfiguration.get();
            assertEquals("monthly", read.getPolicy());
            assertEquals("zstd:9", read.getCompression());
            BackupRepository archive = read.repository("");
            assertEquals(HostKeyTrust.FIRST_USE, archive.getTrust());
            assertEquals(
                    List.of(
                            "sftp://backup.example/srv/backup",
                            "ssh",
                            "backup.example ssh-ed25519 AAAA",
                            "the keys",
                            "signing",
                            "the signers",
                            "archive"),
                    List.of(
                            archive.getUrl(),
                            archive.getCredentialsId(),
                            archive.getHostKeys(),
                            archive.getRecipients(),
                            archive.getSigningCredentialsId(),
                            archive.getSigners(),
                            archive.getDecryptionCredentialsId()));
            assertTrue(read.repository("disk").isUnencrypted());
            OpenPgpKey key = CredentialsProvider.findCredentialByIdInItemGroup(
                    "signing", OpenPgpKey.class, Jenkins.get(), ACL.SYSTEM2, List.of());
            assertEquals(keys.signing().strip(), key.getKey().getPlainText().strip());

            ByteArrayOutputStream out = new ByteArrayOutputStream();
            ConfigurationAsCode.get().export(out);
            String written = out.toString(StandardCharsets.UTF_8);
            assertFalse(written.contains(TestKeys.PASSPHRASE));
            Path again = Files.writeString(folder.resolve("again.yaml"), written);
            read.setRepositories(List.of());
            read.setPolicy("");
            ConfigurationAsCode.get().configure(again.toString());
            assertEquals("monthly", read.getPolicy());
            assertEquals(2, read.getRepositories().size());
            jenkins.assertEqualDataBoundBeans(archive, read.repository("archive"));
        }
    }

    @Test
    void aHostKeyLearntAtFirstUseStaysWhenTheSettingsAreAppliedAgain(JenkinsRule jenkins) throws Exception {
        Path file =
                Files.writeString(folder.resolve("jenkins.yaml"), settings("sftp://backup.example:2222/srv/backup"));
        ConfigurationAsCode.get().configure(file.toString());
        ZfsBackupConfiguration configuration = ZfsBackupConfiguration.get();
        String line = "[backup.example]:2222 ssh-ed25519 " + "A".repeat(68);
        assertTrue(configuration.learnHostKey(configuration.repository(""), line));

        ConfigurationAsCode.get().configure(file.toString());
        assertEquals(line, configuration.repository("").getHostKeys());
        assertEquals(List.of(line), configuration.getUnconfirmedHostKeys(), "nobody has compared it yet");
        assertFalse(
                configuration.learnHostKey(configuration.repository(""), line.replace('A', 'B')), "trusted once only");

        Files.writeString(file, settings("sftp://other.example:2222/srv/backup"));
        ConfigurationAsCode.get().configure(file.toString());
        assertEquals("", configuration.repository("").getHostKeys(), "it is another server");
    }

    @Test
    void aCredentialThatIsNowhereIsReported(JenkinsRule jenkins) throws Exception {
        MissingCredentialMonitor monitor = ExtensionList.lookupSingleton(MissingCredentialMonitor.class);
        assertFalse(monitor.isActivated());
        Path file = Files.writeString(folder.resolve("jenkins.yaml"), settings("sftp://backup.example/srv/backup"));
        ConfigurationAsCode.get().configure(file.toString());
        assertTrue(monitor.isActivated());
        assertEquals(2, monitor.getMissing().size(), monitor.getMissing().toString());
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            String page = client.goTo("manage").asNormalizedText();
            assertTrue(page.contains("names the credential \"no-such-ssh-key\""), page);
            assertTrue(page.contains("names the credential \"no-such-signing-key\""), page);
        }
    }

    private static String settings(String url) {
        return """
                unclassified:
                  zfsBackup:
                    repositories:
                      - name: archive
                        url: "%s"
                        credentialsId: no-such-ssh-key
                        signingCredentialsId: no-such-signing-key
                        trust: FIRST_USE
                        unencrypted: true
                """.formatted(url);
    }
}

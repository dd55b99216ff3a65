package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsProvider;
import hudson.security.ACL;
import io.jenkins.plugins.casc.ConfigurationAsCode;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.HostKeyTrust;
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
                        signingPassphraseId: text
                        signers: "the signers"
                        decryptionCredentialsId: archive
                        decryptionPassphraseId: another
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
                    List.of("sftp://backup.example/srv/backup", "ssh", "backup.example ssh-ed25519 AAAA", "the keys",
                            "signing", "text", "the signers", "archive", "another"),
                    List.of(archive.getUrl(), archive.getCredentialsId(), archive.getHostKeys(), archive.getRecipients(),
                            archive.getSigningCredentialsId(), archive.getSigningPassphraseId(), archive.getSigners(),
                            archive.getDecryptionCredentialsId(), archive.getDecryptionPassphraseId()));
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
}

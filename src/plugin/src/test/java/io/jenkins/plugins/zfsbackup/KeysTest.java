package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.AbortException;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.util.HttpResponses;
import hudson.util.Secret;
import io.jenkins.plugins.zfsbackup.agent.EngineRequest;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.RepositoryAccess;
import io.jenkins.plugins.zfsbackup.keys.KeyFinder;
import io.jenkins.plugins.zfsbackup.keys.OpenPgpKeyCredentials;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class KeysTest {

    private JenkinsRule jenkins;

    @BeforeEach
    void keep(JenkinsRule rule) {
        jenkins = rule;
    }

    @Test
    void aBackupsUserAndKeyComeFromTheCredentialAndItsUseIsNoted() throws Exception {
        BasicSSHUserPrivateKey key = new BasicSSHUserPrivateKey(
                CredentialsScope.GLOBAL,
                "ssh",
                "backup",
                new BasicSSHUserPrivateKey.DirectEntryPrivateKeySource("the secret key"),
                "the passphrase",
                "");
        SystemCredentialsProvider.getInstance().getCredentials().add(key);
        BackupRepository repository = new BackupRepository("archive", "sftp://server.example/srv");
        repository.setCredentialsId("ssh");
        repository.setHostKeys("server.example ssh-ed25519 AAAA");
        FreeStyleProject job = jenkins.createFreeStyleProject();
        FreeStyleBuild build = jenkins.buildAndAssertSuccess(job);

        EngineRequest request = new EngineRequest("backup", "tank");
        new RepositoryAccess(repository, KeyFinder.forBuild(build)).open(request);

        assertEquals(
                List.of(
                        "backup",
                        "tank",
                        "--identity",
                        "request:identity",
                        "--identity-passphrase-file",
                        "request:identity-passphrase",
                        "--known-hosts",
                        "request:known-hosts",
                        "--repo",
                        "sftp://backup@server.example/srv"),
                request.arguments());
        assertEquals(
                1, CredentialsProvider.getOrCreateFingerprintOf(key).getUsages().size());
    }

    @Test
    void aCredentialThatIsNotThereIsNamed() throws Exception {
        FreeStyleBuild build = jenkins.buildAndAssertSuccess(jenkins.createFreeStyleProject());
        AbortException refused = assertThrows(
                AbortException.class, () -> KeyFinder.forBuild(build).sshKey("nowhere"));
        assertEquals(true, refused.getMessage().contains("nowhere"));
    }

    @Test
    void rubbishIsNoOpenPgpKey() {
        RuntimeException refused = assertThrows(
                HttpResponses.HttpResponseException.class,
                () -> new OpenPgpKeyCredentials(
                        CredentialsScope.GLOBAL, "key", "", null, Secret.fromString("rubbish"), null));
        assertEquals(true, refused.getMessage().contains("gpg --armor --export"), refused.getMessage());
    }

    @Test
    void aKeyThatIsRefusedIsRefusedWithTheReason() throws Exception {
        String version5 = Files.readString(Path.of("../engine/src/test/resources/openpgp/version5-ed25519.asc"));
        String reason = "of version 5 (LibrePGP";
        RuntimeException refused = assertThrows(
                HttpResponses.HttpResponseException.class,
                () -> new OpenPgpKeyCredentials(
                        CredentialsScope.GLOBAL, "key", "", null, Secret.fromString(version5), null));
        assertTrue(refused.getMessage().contains(reason), refused.getMessage());
        String underKey = jenkins.jenkins
                .getDescriptorByType(OpenPgpKeyCredentials.DescriptorImpl.class)
                .doCheckKey(jenkins.jenkins, version5)
                .renderHtml();
        assertTrue(underKey.contains(reason), underKey);
        try (TestKeys keys = TestKeys.make()) {
            String underRecipients = jenkins.jenkins
                    .getDescriptorByType(BackupRepository.DescriptorImpl.class)
                    .doCheckRecipients(keys.recipient() + version5.replace("PRIVATE", "PUBLIC"), "")
                    .renderHtml();
            assertTrue(underRecipients.contains(reason), underRecipients);
        }
    }

    @Test
    void anOpenBackupHasToBeAllowed() {
        BackupRepository repository = new BackupRepository("archive", "file:///srv");
        RepositoryAccess access = new RepositoryAccess(repository, KeyFinder.forAdministrator());
        assertThrows(AbortException.class, () -> access.encrypt(new EngineRequest("backup", "tank")));
    }
}

package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.hudson.plugins.folder.Folder;
import com.cloudbees.hudson.plugins.folder.properties.FolderCredentialsProvider.FolderCredentialsProperty;
import com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.domains.DomainCredentials;
import hudson.AbortException;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import io.jenkins.plugins.zfsbackup.keys.KeyFinder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class FolderCredentialsTest {

    @Test
    void aFoldersKeyIsForTheJobsInItAndForNoOthers(JenkinsRule jenkins) throws Exception {
        Folder folder = jenkins.jenkins.createProject(Folder.class, "lab");
        BasicSSHUserPrivateKey key = new BasicSSHUserPrivateKey(
                CredentialsScope.GLOBAL,
                "ssh",
                "backup",
                new BasicSSHUserPrivateKey.DirectEntryPrivateKeySource("the secret key"),
                "",
                "");
        folder.addProperty(
                new FolderCredentialsProperty(new DomainCredentials[] {new DomainCredentials(null, List.of(key))}));
        FreeStyleBuild inside = jenkins.buildAndAssertSuccess(folder.createProject(FreeStyleProject.class, "inside"));
        FreeStyleBuild outside = jenkins.buildAndAssertSuccess(jenkins.createFreeStyleProject());

        assertEquals("backup", KeyFinder.forBuild(inside).sshKey("ssh").getUsername());
        AbortException refused = assertThrows(
                AbortException.class, () -> KeyFinder.forBuild(outside).sshKey("ssh"));
        assertTrue(refused.getMessage().contains("ssh"));
        assertThrows(AbortException.class, () -> KeyFinder.forAdministrator().sshKey("ssh"));
    }
}

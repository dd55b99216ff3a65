package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Item;
import hudson.model.User;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import io.jenkins.plugins.zfsbackup.steps.ZfsRestoreStep;
import java.util.List;
import jenkins.model.Jenkins;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** What the form of {@code zfsRestore} offers: what builds have seen in the repository. */
@WithJenkins
class RestoreFormTest {

    private static final String REPOSITORY = "archive";

    private JenkinsRule jenkins;
    private FreeStyleProject job;
    private ZfsRestoreStep.DescriptorImpl form;

    @BeforeEach
    void setUp(JenkinsRule rule) throws Exception {
        jenkins = rule;
        job = jenkins.createFreeStyleProject("nightly");
        form = jenkins.jenkins.getDescriptorByType(ZfsRestoreStep.DescriptorImpl.class);
        BackupRepository seen = new BackupRepository(REPOSITORY, "sftp://backup@server.example/srv");
        BackupRepository other = new BackupRepository("other", "file:///srv");
        ZfsBackupConfiguration.get().setRepositories(List.of(seen, other));
        ZfsBackupConfiguration.get().setDefaultRepository(REPOSITORY);
    }

    private void build(PoolRun.Task task, String document) throws Exception {
        FreeStyleBuild build = jenkins.buildAndAssertSuccess(job);
        Records.accept(jenkins, build, task, document);
    }

    @Test
    void itOffersWhatBackupsHaveStoredTheNewestFirst() throws Exception {
        build(PoolRun.Task.BACKUP, Records.BACKUP);
        build(
                PoolRun.Task.BACKUP,
                Records.BACKUP
                        .replace("\"two.from.one\"", "\"three.from.two\"")
                        .replace("\"two\", \"base\": \"one\"", "\"three\", \"base\": \"two\"")
                        .replace("{\"snapshot\": \"two\"", "{\"snapshot\": \"three\"")
                        .replace("2026-01-02T03:05:00Z", "2026-01-03T03:05:00Z"));
        build(PoolRun.Task.DRY_RUN, Records.BACKUP.replace("tank/", "never/"));

        assertEquals(List.of("tank/a", "tank/b"), form.doFillDatasetItems(null, REPOSITORY));
        assertEquals(List.of("tank/a", "tank/b"), form.doFillDatasetItems(null, ""), "in the default repository");
        assertEquals(List.of("three", "one", "two"), form.doFillSnapshotItems(null, REPOSITORY, "tank/a"));
        assertEquals(List.of(), form.doFillSnapshotItems(null, REPOSITORY, "tank/none"));
        for (String repository : List.of("other", "nowhere")) {
            assertEquals(List.of(), form.doFillDatasetItems(null, repository));
            assertEquals(List.of(), form.doFillSnapshotItems(null, repository, "tank/a"));
        }
    }

    @Test
    void aListTellsAllThatThereIs() throws Exception {
        build(PoolRun.Task.BACKUP, Records.BACKUP.replace("\"snapshot\": \"one\"", "\"snapshot\": \"pruned\""));
        build(PoolRun.Task.LIST, Records.LIST);
        build(PoolRun.Task.VERIFY, Records.VERIFICATION);

        assertEquals(List.of("tank/a", "tank/b"), form.doFillDatasetItems(null, REPOSITORY));
        assertEquals(List.of("two~7", "one"), form.doFillSnapshotItems(null, REPOSITORY, "tank/a"));
    }

    @Test
    void nobodyLearnsOfBuildsThatHeMayNotSee() throws Exception {
        build(PoolRun.Task.BACKUP, Records.BACKUP);
        FreeStyleProject own = jenkins.createFreeStyleProject("own");
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ)
                .everywhere()
                .to("member", "reader")
                .grant(Item.READ, Item.CONFIGURE)
                .onItems(own)
                .to("member")
                .grant(Item.READ)
                .everywhere()
                .to("reader"));
        for (String name : List.of("member", "reader")) {
            try (ACLContext as = ACL.as2(User.getById(name, true).impersonate2())) {
                assertEquals(List.of(), form.doFillDatasetItems(own, REPOSITORY), name);
                assertEquals(List.of(), form.doFillSnapshotItems(own, REPOSITORY, "tank/a"), name);
            }
        }
    }
}

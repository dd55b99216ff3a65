package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey;
import com.cloudbees.plugins.credentials.Credentials;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import hudson.util.Secret;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.keys.OpenPgpKeyCredentials;
import java.util.List;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.html.HtmlSelect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** A repository's form: from the first click on, and what it says of keys and credentials. */
@WithJenkins
class RepositoryFormTest {

    private static final long ANSWER_MILLIS = 20_000;

    private JenkinsRule jenkins;
    private TestKeys keys;

    @BeforeEach
    void setUp(JenkinsRule rule) throws Exception {
        jenkins = rule;
        keys = TestKeys.make();
    }

    @AfterEach
    void tearDown() throws Exception {
        keys.close();
    }

    private static void add(Credentials credential) throws Exception {
        SystemCredentialsProvider.getInstance().getCredentials().add(credential);
    }

    private static void openPgpKey(String id, String key, String passphrase) throws Exception {
        add(new OpenPgpKeyCredentials(
                CredentialsScope.GLOBAL, id, "", null, Secret.fromString(key), Secret.fromString(passphrase)));
    }

    private BackupRepository.DescriptorImpl descriptor() {
        return jenkins.jenkins.getDescriptorByType(BackupRepository.DescriptorImpl.class);
    }

    @Test
    void theFirstClickOfTheSetUpShowsAFormWithoutAFault() throws Exception {
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            HtmlPage page = client.goTo("manage/configure");
            HtmlForm form = page.getFormByName("config");
            form.getElementsByTagName("button").stream()
                    .filter(each -> each.asNormalizedText().equals("Add repository"))
                    .findFirst()
                    .orElseThrow()
                    .click();
            client.waitForBackgroundJavaScript(ANSWER_MILLIS);
            HtmlSelect trust = form.getSelectByName("trust");
            assertEquals("GIVEN", trust.getSelectedOptions().get(0).getValueAttribute());
            assertEquals(3, trust.getOptions().size());
            String text = page.asNormalizedText();
            assertFalse(text.contains("Oops") || text.contains("internal error"), text);
            assertTrue(text.contains("Give it a name that jobs can call it by"), text);
        }
    }

    @Test
    void credentialsOfOneNameAreToldApartByTheirIds() throws Exception {
        for (String id : List.of("first", "second")) {
            add(new BasicSSHUserPrivateKey(CredentialsScope.GLOBAL, id, "root", null, "", ""));
        }
        ListBoxModel items = descriptor().doFillCredentialsIdItems("");
        assertEquals(
                List.of("root (first)", "root (second)"),
                items.stream().skip(1).map(each -> each.name).toList());
        assertEquals(
                List.of("first", "second"),
                items.stream().skip(1).map(each -> each.value).toList());
    }

    @Test
    void aKeyThatOnlySignsIsNoRecipient() throws Exception {
        FormValidation good = descriptor().doCheckRecipients(keys.recipient(), "false");
        assertEquals(FormValidation.Kind.OK, good.kind);
        assertTrue(good.renderHtml().contains(keys.fingerprintOfRecipient()), good.renderHtml());
        FormValidation both = descriptor().doCheckRecipients(keys.recipient() + keys.signer(), "false");
        assertEquals(FormValidation.Kind.ERROR, both.kind);
        assertTrue(both.renderHtml().contains("Nothing can be encrypted to this key"), both.renderHtml());
        assertTrue(both.renderHtml().contains(keys.fingerprintOfSigner()), both.renderHtml());
        assertEquals(FormValidation.Kind.ERROR, descriptor().doCheckRecipients(keys.decryption(), "false").kind);
    }

    @Test
    void aKeyThatOpensTheBackupsIsNotToSignThem() throws Exception {
        openPgpKey("signs", keys.signing(), TestKeys.PASSPHRASE);
        openPgpKey("locked", keys.signing(), "wrong");
        openPgpKey("opens", keys.decryption(), "");
        openPgpKey("public", keys.signer(), "");
        assertEquals(
                FormValidation.Kind.OK,
                descriptor().doCheckSigningCredentialsId("signs", keys.recipient(), "opens").kind);
        FormValidation opens = descriptor().doCheckSigningCredentialsId("opens", keys.recipient(), "");
        assertEquals(FormValidation.Kind.WARNING, opens.kind);
        assertTrue(opens.getMessage().contains("every agent"), opens.getMessage());
        assertEquals(FormValidation.Kind.WARNING, descriptor().doCheckSigningCredentialsId("opens", "", "opens").kind);
        assertEquals(FormValidation.Kind.ERROR, descriptor().doCheckSigningCredentialsId("locked", "", "").kind);
        assertEquals(FormValidation.Kind.ERROR, descriptor().doCheckSigningCredentialsId("public", "", "").kind);
        assertEquals(
                FormValidation.Kind.OK, descriptor().doCheckDecryptionCredentialsId("opens", keys.recipient()).kind);
        assertEquals(
                FormValidation.Kind.WARNING,
                descriptor().doCheckDecryptionCredentialsId("signs", keys.recipient()).kind);
        assertEquals(
                FormValidation.Kind.ERROR,
                descriptor().doCheckDecryptionCredentialsId("public", keys.recipient()).kind);
    }

    @Test
    void aCredentialThatIsNotThereIsReported() {
        FormValidation missing = descriptor().doCheckCredentialsId("nowhere");
        assertEquals(FormValidation.Kind.ERROR, missing.kind);
        assertTrue(missing.getMessage().contains("nowhere"), missing.getMessage());
        assertEquals(FormValidation.Kind.OK, descriptor().doCheckCredentialsId("").kind);
        assertEquals(FormValidation.Kind.ERROR, descriptor().doCheckSigningCredentialsId("nowhere", "", "").kind);
        assertEquals(FormValidation.Kind.ERROR, descriptor().doCheckDecryptionCredentialsId("nowhere", "").kind);
    }
}

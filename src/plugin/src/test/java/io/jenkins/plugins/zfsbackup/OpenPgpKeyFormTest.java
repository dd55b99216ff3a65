package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.cloudbees.plugins.credentials.CredentialsProvider;
import hudson.security.ACL;
import io.jenkins.plugins.zfsbackup.keys.OpenPgpKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.htmlunit.html.DomNode;
import org.htmlunit.html.HtmlButton;
import org.htmlunit.html.HtmlElement;
import org.htmlunit.html.HtmlFileInput;
import org.htmlunit.html.HtmlForm;
import org.htmlunit.html.HtmlInput;
import org.htmlunit.html.HtmlPage;
import org.htmlunit.html.HtmlTextArea;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

/** "OpenPGP key" as it is added and edited in the dialogs of the credentials' page, with keys of a real gpg. */
@WithJenkins
class OpenPgpKeyFormTest {

    private static final String STORE = "credentials/store/system/domain/_/";
    private static final long DIALOG_MILLIS = 10_000;

    private TestKeys keys;
    private JenkinsRule.WebClient client;

    @TempDir
    private Path folder;

    @BeforeEach
    void setUp(JenkinsRule rule) throws Exception {
        keys = TestKeys.make();
        client = rule.createWebClient();
    }

    @AfterEach
    void tearDown() throws Exception {
        client.close();
        keys.close();
    }

    @Test
    void aPastedKeyIsShownForWhatItIsAndKeptWithItsPassphraseWhenTheFormIsSavedAgain() throws Exception {
        HtmlPage page = client.goTo(STORE);
        HtmlForm form = newKey(page);
        paste(form, "rubbish");
        assertTrue(said(form).contains("This is no OpenPGP key"), said(form));
        paste(form, keys.signing());
        assertWhatItIs(form, "secret key", keys.fingerprintOfSigner(), "backup@lab.example", "can sign");
        form.getInputByName("_.passphrase").setValue(TestKeys.PASSPHRASE);
        form.getInputByName("_.id").setValue("signing");
        submit(form);
        assertEquals(keys.signing().strip(), stored().getKey().getPlainText().strip());
        assertEquals(TestKeys.PASSPHRASE, stored().getPassphrase().getPlainText());

        HtmlForm again = editKey(client.goTo(STORE));
        assertWhatItIs(again, "secret key", keys.fingerprintOfSigner(), "backup@lab.example", "can sign");
        again.getInputByName("_.description").setValue("signs");
        submit(again);
        assertEquals("signs", stored().getDescription());
        assertEquals(keys.signing().strip(), stored().getKey().getPlainText().strip());
        assertEquals(TestKeys.PASSPHRASE, stored().getPassphrase().getPlainText());
    }

    @Test
    void anUploadedKeyIsKeptWhetherItIsTextOrNotAndReplacesTheOneBefore() throws Exception {
        HtmlPage page = client.goTo(STORE);
        HtmlForm form = newKey(page);
        upload(form, Files.writeString(folder.resolve("backup.asc"), keys.signer()));
        assertWhatItIs(form, "public key", keys.fingerprintOfSigner(), "backup@lab.example", "can check signatures");
        upload(form, Files.write(folder.resolve("archive.gpg"), keys.recipientBinary()));
        assertWhatItIs(form, "public key", keys.fingerprintOfRecipient(), "archive@lab.example", "can be encrypted to");
        form.getInputByName("_.id").setValue("archive");
        submit(form);
        assertTrue(stored().getKey().getPlainText().startsWith("-----BEGIN PGP PUBLIC KEY BLOCK-----"));

        HtmlForm again = editKey(client.goTo(STORE));
        assertWhatItIs(
                again, "public key", keys.fingerprintOfRecipient(), "archive@lab.example", "can be encrypted to");
        upload(again, Files.writeString(folder.resolve("archive.asc"), keys.decryption()));
        submit(again);
        assertEquals(keys.decryption().strip(), stored().getKey().getPlainText().strip());
    }

    @Test
    void aFormWithoutAKeyStaysOpenWithAllThatWasTypedAndSaysWhy() throws Exception {
        HtmlPage page = client.goTo(STORE);
        HtmlForm form = newKey(page);
        form.getInputByName("_.id").setValue("typed");
        assertStaysOpen(form);
        upload(form, Files.writeString(folder.resolve("rubbish.asc"), "rubbish"));
        assertTrue(said(form).contains("This is no OpenPGP key"), said(form));
        assertStaysOpen(form);
        upload(form, Files.writeString(folder.resolve("empty.asc"), ""));
        assertTrue(said(form).contains("This is no OpenPGP key"), said(form));
        assertStaysOpen(form);
        upload(form, Files.writeString(folder.resolve("archive.asc"), keys.recipient()));
        submit(form);
        assertEquals("typed", stored().getId());

        HtmlForm other = newKey(client.goTo(STORE));
        paste(other, "rubbish");
        assertStaysOpen(other);
    }

    private void assertStaysOpen(HtmlForm form) throws Exception {
        int before = all().size();
        submit(form);
        assertTrue(said(form).contains("This is no OpenPGP key. Paste what"), said(form));
        assertTrue(form.isAttachedToPage(), "the dialog is closed");
        assertEquals(before, all().size());
    }

    @Test
    void aPassphraseIsTriedOnTheKeyAtOnce() throws Exception {
        HtmlForm form = newKey(client.goTo(STORE));
        paste(form, keys.signing());
        assertTrue(said(form).contains("can't be used without its passphrase"), said(form));
        passphrase(form, "wrong");
        assertTrue(said(form).contains("This passphrase does not open the key"), said(form));
        passphrase(form, TestKeys.PASSPHRASE);
        assertTrue(said(form).contains("It opens the key"), said(form));

        HtmlForm other = newKey(client.goTo(STORE));
        upload(other, Files.writeString(folder.resolve("signing.asc"), keys.signing()));
        assertTrue(said(other).contains("can't be used without its passphrase"), said(other));
        passphrase(other, "wrong");
        assertTrue(said(other).contains("This passphrase does not open the key"), said(other));
        passphrase(other, TestKeys.PASSPHRASE);
        assertTrue(said(other).contains("It opens the key"), said(other));
    }

    private void passphrase(HtmlForm form, String text) {
        HtmlInput field = form.getInputByName("_.passphrase");
        field.setValue(text);
        field.fireEvent("change");
        client.waitForBackgroundJavaScript(DIALOG_MILLIS);
    }

    /** The dialog for a new one. */
    private HtmlForm newKey(HtmlPage page) throws Exception {
        page.<HtmlButton>querySelector("button[data-type=credentials-add-store-item]")
                .click();
        client.waitForBackgroundJavaScript(DIALOG_MILLIS);
        HtmlForm kinds = page.getFormByName("dialog");
        for (DomNode kind : kinds.querySelectorAll(".jenkins-choice-list__item")) {
            if (kind.asNormalizedText().contains("OpenPGP key")) {
                kind.<HtmlElement>querySelector("input").click();
            }
        }
        page.<HtmlButton>querySelector("#cr-dialog-next").click();
        client.waitForBackgroundJavaScript(DIALOG_MILLIS);
        return page.getFormByName("newCredentials");
    }

    /** The dialog for the only one. */
    private HtmlForm editKey(HtmlPage page) throws Exception {
        page.<HtmlElement>querySelector("[data-type=credentials-update]").click();
        client.waitForBackgroundJavaScript(DIALOG_MILLIS);
        return page.getFormByName("updateCredentials");
    }

    private void paste(HtmlForm form, String key) throws Exception {
        HtmlButton unveil = form.querySelector(".secret-update-btn");
        if (!unveil.hasAttribute("hidden")) {
            unveil.click();
        }
        HtmlTextArea field = form.getTextAreaByName("_.key");
        field.setText(key);
        field.fireEvent("change");
        client.waitForBackgroundJavaScript(DIALOG_MILLIS);
    }

    private void upload(HtmlForm form, Path file) {
        form.<HtmlFileInput>querySelector("input[type=file]").setFiles(file.toFile());
        client.waitForBackgroundJavaScript(DIALOG_MILLIS);
    }

    private HtmlPage submit(HtmlForm form) throws Exception {
        HtmlPage page = (HtmlPage) form.getPage();
        form.<HtmlButton>querySelector("#cr-dialog-submit").click();
        client.waitForBackgroundJavaScript(DIALOG_MILLIS);
        return (HtmlPage) page.getEnclosingWindow().getEnclosedPage();
    }

    /** What the form says of its fields. */
    private static String said(HtmlForm form) {
        StringBuilder said = new StringBuilder();
        form.querySelectorAll(".validation-error-area").forEach(each -> said.append(each.asNormalizedText()));
        return said.toString();
    }

    private static void assertWhatItIs(HtmlForm form, String... parts) {
        for (String part : parts) {
            assertTrue(said(form).contains(part), part + " is missing in: " + said(form));
        }
        assertTrue(said(form).contains("never expires"), said(form));
    }

    private static List<OpenPgpKey> all() {
        return CredentialsProvider.lookupCredentialsInItemGroup(OpenPgpKey.class, null, ACL.SYSTEM2);
    }

    private static OpenPgpKey stored() {
        assertEquals(1, all().size());
        return all().get(0);
    }
}

package io.jenkins.plugins.zfsbackup.keys;

import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.impl.BaseStandardCredentials;
import edu.umd.cs.findbugs.annotations.CheckForNull;
import hudson.Extension;
import hudson.Util;
import hudson.model.ModelObject;
import hudson.security.AccessControlled;
import hudson.util.FormValidation;
import hudson.util.HttpResponses;
import hudson.util.Secret;
import io.jenkins.plugins.zfsbackup.engine.protocol.KeysResult.Key;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import jenkins.model.Jenkins;
import org.apache.commons.fileupload2.core.FileItem;
import org.jenkinsci.Symbol;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.AncestorInPath;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.interceptor.RequirePOST;

/** An {@link OpenPgpKey} kept in Jenkins, encrypted at rest. */
public final class OpenPgpKeyCredentials extends BaseStandardCredentials implements OpenPgpKey {

    private static final long serialVersionUID = 1L;
    private static final int LONGEST_LINE = 64;

    private final Secret key;
    private final Secret passphrase;

    /**
     * @param file an uploaded key, armored or binary, which takes precedence
     * @param key an armored key
     * @throws HttpResponses.HttpResponseException if there is none, or it is none
     * @throws IOException if the upload can't be read
     */
    @DataBoundConstructor
    public OpenPgpKeyCredentials(
            @CheckForNull CredentialsScope scope,
            @CheckForNull String id,
            @CheckForNull String description,
            @CheckForNull FileItem<?> file,
            @CheckForNull Secret key,
            @CheckForNull Secret passphrase)
            throws IOException {
        super(scope, id, description);
        boolean uploaded =
                file != null && file.getName() != null && !file.getName().isEmpty();
        this.key = uploaded ? Secret.fromString(armored(file.get())) : key == null ? Secret.fromString("") : key;
        this.passphrase = passphrase == null ? Secret.fromString("") : passphrase;
        if (KeyInspection.of(bytes(this.key)).isEmpty()) {
            throw new NoKeyException(KeyInspection.whyNone(bytes(this.key)));
        }
    }

    private static byte[] bytes(Secret key) {
        return key.getPlainText().getBytes(StandardCharsets.UTF_8);
    }

    /** In ASCII armor (RFC 9580, 6.2), whose checksum is optional. */
    private static String armored(byte[] key) {
        String text = new String(key, StandardCharsets.ISO_8859_1);
        if (text.contains("-----BEGIN PGP ")) {
            return text;
        }
        // The first packet's tag: 5 for a secret key, else a public one (RFC 9580, 4.2).
        int first = key.length == 0 ? 0 : key[0] & 0xff;
        int tag = (first & 0x40) != 0 ? first & 0x3f : first >> 2 & 0xf;
        String kind = tag == 5 ? "PGP PRIVATE KEY BLOCK" : "PGP PUBLIC KEY BLOCK";
        return "-----BEGIN " + kind + "-----\n\n"
                + Base64.getMimeEncoder(LONGEST_LINE, new byte[] {'\n'}).encodeToString(key)
                + "\n-----END " + kind + "-----\n";
    }

    @Override
    public Secret getKey() {
        return key;
    }

    @Override
    public Secret getPassphrase() {
        return passphrase;
    }

    /** What kind of key this is, for lists. */
    @Extension
    @Symbol("openPgpKey")
    public static final class DescriptorImpl extends BaseStandardCredentialsDescriptor {

        @Override
        public String getDisplayName() {
            return Messages.openPgpKey();
        }

        @Override
        public String getDescription() {
            return Messages.openPgpKeyUse();
        }

        @Override
        public String getIconClassName() {
            return "symbol-key";
        }

        /** Shows what the key is, or that it is none. */
        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckKey(@AncestorInPath ModelObject context, @QueryParameter String key) {
            String text = Secret.fromString(Util.fixNull(key)).getPlainText();
            return mayAdd(context) && !text.isBlank()
                    ? check(text.getBytes(StandardCharsets.UTF_8))
                    : FormValidation.ok();
        }

        /**
         * The same for a file that was chosen and is not uploaded yet.
         *
         * @param value its content in Base64, as {@code upload.js} sends it
         */
        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckFile(@AncestorInPath ModelObject context, @QueryParameter String value) {
            return mayAdd(context) ? check(decoded(value)) : FormValidation.ok();
        }

        /**
         * Says whether the passphrase opens the key.
         *
         * @param upload the content of a chosen file in Base64, as {@code upload.js} sends it, which precedes the key
         */
        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckPassphrase(
                @AncestorInPath ModelObject context,
                @QueryParameter String passphrase,
                @QueryParameter String key,
                @QueryParameter String upload) {
            if (!mayAdd(context)) {
                return FormValidation.ok();
            }
            byte[] chosen = decoded(upload);
            byte[] content = chosen.length > 0 ? chosen : bytes(Secret.fromString(Util.fixNull(key)));
            return checkPassphrase(
                    content, Secret.fromString(Util.fixNull(passphrase)).getPlainText());
        }

        private static FormValidation checkPassphrase(byte[] content, String passphrase) {
            List<Key> keys = KeyInspection.of(content);
            boolean locked = keys.stream().anyMatch(Key::locked);
            if (!locked) {
                return keys.isEmpty() || passphrase.isEmpty()
                        ? FormValidation.ok()
                        : FormValidation.warning(Messages.passphraseNotNeeded());
            }
            if (passphrase.isEmpty()) {
                return FormValidation.error(Messages.passphraseMissing());
            }
            return KeyInspection.opens(content, passphrase)
                    ? FormValidation.ok(Messages.passphraseOpens())
                    : FormValidation.error(Messages.passphraseWrong());
        }

        private static boolean mayAdd(ModelObject context) {
            AccessControlled guarded = context instanceof AccessControlled item ? item : Jenkins.get();
            return guarded.hasAnyPermission(CredentialsProvider.CREATE, CredentialsProvider.UPDATE);
        }

        /** Nothing for what is no Base64. */
        private static byte[] decoded(String base64) {
            try {
                return Base64.getMimeDecoder().decode(Util.fixNull(base64));
            } catch (IllegalArgumentException e) {
                return new byte[0];
            }
        }

        private static FormValidation check(byte[] key) {
            List<Key> keys = KeyInspection.of(key);
            if (keys.isEmpty()) {
                return FormValidation.error(KeyInspection.whyNone(key));
            }
            FormValidation usable = FormValidation.ok(KeyInspection.lines(keys));
            List<String> unusable = KeyInspection.unusable(key);
            return unusable.isEmpty()
                    ? usable
                    : FormValidation.aggregate(
                            List.of(usable, FormValidation.warning(KeyInspection.whyUnusable(unusable))));
        }
    }
}

package io.jenkins.plugins.zfsbackup.config;

import com.cloudbees.jenkins.plugins.sshcredentials.SSHUserPrivateKey;
import com.cloudbees.plugins.credentials.common.IdCredentials;
import com.cloudbees.plugins.credentials.common.StandardCredentials;
import com.cloudbees.plugins.credentials.common.StandardListBoxModel;
import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Computer;
import hudson.model.Descriptor;
import hudson.security.ACL;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.zfsbackup.keys.OpenPgpKey;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jenkins.model.Jenkins;
import org.jenkinsci.Symbol;
import org.jenkinsci.plugins.plaincredentials.FileCredentials;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.interceptor.RequirePOST;

/** A place to keep backups: its address, how to get in, and the keys. */
public final class BackupRepository extends AbstractDescribableImpl<BackupRepository> implements Serializable {

    private static final long serialVersionUID = 1L;

    /** {@code sftp://[user@]host[:port]/path} or {@code file:///path}; without white space and control characters. */
    private static final Pattern URL = Pattern.compile("sftp://([^@/\\s]+@)?[^@/\\s]+/\\S*|file:///\\S+");

    private static final Pattern HOST =
            Pattern.compile("^sftp://(?:[^@/]+@)?\\[?(?<host>[^/]+?)\\]?(?::(?<port>\\d+))?/");

    private static final Pattern KNOWN_HOST =
            Pattern.compile("\\S{1,300} (ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\\d{3}) [A-Za-z0-9+/]{40,4000}={0,2}");

    private static final Pattern KEY_BLOCK =
            Pattern.compile("-----BEGIN PGP PUBLIC KEY BLOCK-----.+?-----END PGP PUBLIC KEY BLOCK-----", Pattern.DOTALL);

    private final String name;
    private final String url;
    private String credentialsId = "";
    private HostKeyTrust trust = HostKeyTrust.GIVEN;
    private String hostKeys = "";
    private String recipients = "";
    private boolean unencrypted;
    private String signingCredentialsId = "";
    private String signingPassphraseId = "";
    private String signers = "";
    private String decryptionCredentialsId = "";
    private String decryptionPassphraseId = "";

    /**
     * @param name that jobs call it by
     * @param url its address
     */
    @DataBoundConstructor
    public BackupRepository(String name, String url) {
        this.name = Util.fixNull(name).strip();
        this.url = Util.fixNull(url).strip();
    }

    public String getName() {
        return name;
    }

    public String getUrl() {
        return url;
    }

    public String getCredentialsId() {
        return credentialsId;
    }

    /** The SSH key's. */
    @DataBoundSetter
    public void setCredentialsId(String credentialsId) {
        this.credentialsId = Util.fixNull(credentialsId);
    }

    public HostKeyTrust getTrust() {
        return trust;
    }

    @DataBoundSetter
    public void setTrust(HostKeyTrust trust) {
        this.trust = trust;
    }

    public String getHostKeys() {
        return hostKeys;
    }

    /** Lines as in {@code known_hosts}, for {@link HostKeyTrust#GIVEN} and, once a server has shown it, {@link HostKeyTrust#FIRST_USE}. */
    @DataBoundSetter
    public void setHostKeys(String hostKeys) {
        this.hostKeys = Util.fixNull(hostKeys);
    }

    /** Whether the server's next key is to be written down, whatever it is. */
    boolean trustsFirstKey() {
        return trust == HostKeyTrust.FIRST_USE && hostKeys.isBlank();
    }

    /**
     * Takes the key that a server has shown at first use, as a line of {@code known_hosts}.
     *
     * @return whether the server is known by it now; false if this is no such line about this server, or another key holds
     */
    boolean learn(String line) {
        if (hostKeys.lines().anyMatch(line::equals)) {
            return true;
        }
        Matcher address = HOST.matcher(url);
        if (!trustsFirstKey() || !address.find() || !KNOWN_HOST.matcher(line).matches()) {
            return false;
        }
        String port = address.group("port");
        String host = address.group("host").toLowerCase(Locale.ROOT);
        String name = port == null || port.equals("22") ? host : "[" + host + "]:" + port;
        if (!line.startsWith(name + " ")) {
            return false;
        }
        hostKeys = line;
        return true;
    }

    public String getRecipients() {
        return recipients;
    }

    /** Armored public keys of those who may restore. */
    @DataBoundSetter
    public void setRecipients(String recipients) {
        this.recipients = Util.fixNull(recipients);
    }

    public boolean isUnencrypted() {
        return unencrypted;
    }

    /** Whether backups may be stored for anybody to read. */
    @DataBoundSetter
    public void setUnencrypted(boolean unencrypted) {
        this.unencrypted = unencrypted;
    }

    public String getSigningCredentialsId() {
        return signingCredentialsId;
    }

    @DataBoundSetter
    public void setSigningCredentialsId(String signingCredentialsId) {
        this.signingCredentialsId = Util.fixNull(signingCredentialsId);
    }

    public String getSigningPassphraseId() {
        return signingPassphraseId;
    }

    /** A secret text's, where the signing key is a secret file. */
    @DataBoundSetter
    public void setSigningPassphraseId(String signingPassphraseId) {
        this.signingPassphraseId = Util.fixNull(signingPassphraseId);
    }

    public String getSigners() {
        return signers;
    }

    /** Armored public keys of which one must have signed what is restored or verified. */
    @DataBoundSetter
    public void setSigners(String signers) {
        this.signers = Util.fixNull(signers);
    }

    public String getDecryptionCredentialsId() {
        return decryptionCredentialsId;
    }

    /** The secret key's, which is sent to an agent for a restore or a deep verification only. */
    @DataBoundSetter
    public void setDecryptionCredentialsId(String decryptionCredentialsId) {
        this.decryptionCredentialsId = Util.fixNull(decryptionCredentialsId);
    }

    public String getDecryptionPassphraseId() {
        return decryptionPassphraseId;
    }

    @DataBoundSetter
    public void setDecryptionPassphraseId(String decryptionPassphraseId) {
        this.decryptionPassphraseId = Util.fixNull(decryptionPassphraseId);
    }

    /** The armored keys in a text, each by itself. */
    static List<String> keysIn(String text) {
        return KEY_BLOCK.matcher(text).results().map(each -> each.group() + "\n").toList();
    }

    /** The form's and its checks. */
    @Extension
    @Symbol("zfsBackupRepository")
    public static final class DescriptorImpl extends Descriptor<BackupRepository> {

        @Override
        public String getDisplayName() {
            return Messages.repository();
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckName(@QueryParameter String value) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            return value.isBlank() ? FormValidation.error(Messages.nameMissing()) : FormValidation.ok();
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckUrl(@QueryParameter String value) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            return URL.matcher(value.strip()).matches() ? FormValidation.ok() : FormValidation.error(Messages.badUrl());
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckHostKeys(
                @QueryParameter String value, @QueryParameter String url, @QueryParameter HostKeyTrust trust) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            boolean wanted = trust == HostKeyTrust.GIVEN && url.strip().startsWith("sftp:");
            return wanted && value.isBlank() ? FormValidation.error(Messages.hostKeysMissing()) : FormValidation.ok();
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckRecipients(@QueryParameter String value, @QueryParameter boolean unencrypted) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            if (value.contains("PGP PRIVATE KEY")) {
                return FormValidation.error(Messages.secretKeyInText());
            }
            if (unencrypted) {
                return value.isBlank() ? FormValidation.warning(Messages.open()) : FormValidation.error(Messages.both());
            }
            return keysIn(value).isEmpty() ? FormValidation.error(Messages.recipientsMissing()) : FormValidation.ok();
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckSigners(@QueryParameter String value) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            if (value.contains("PGP PRIVATE KEY")) {
                return FormValidation.error(Messages.secretKeyInText());
            }
            return value.isBlank() || !keysIn(value).isEmpty()
                    ? FormValidation.ok()
                    : FormValidation.error(Messages.noKeys());
        }

        @Restricted(NoExternalUse.class)
        public ListBoxModel doFillTrustItems() {
            ListBoxModel items = new ListBoxModel();
            for (HostKeyTrust each : HostKeyTrust.values()) {
                items.add(each.label(), each.name());
            }
            return items;
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public ListBoxModel doFillCredentialsIdItems(@QueryParameter String credentialsId) {
            return choice(credentialsId, List.of(SSHUserPrivateKey.class));
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public ListBoxModel doFillSigningCredentialsIdItems(@QueryParameter String signingCredentialsId) {
            return choice(signingCredentialsId, List.of(OpenPgpKey.class, FileCredentials.class));
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public ListBoxModel doFillSigningPassphraseIdItems(@QueryParameter String signingPassphraseId) {
            return choice(signingPassphraseId, List.of(StringCredentials.class));
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public ListBoxModel doFillDecryptionCredentialsIdItems(@QueryParameter String decryptionCredentialsId) {
            return choice(decryptionCredentialsId, List.of(OpenPgpKey.class, FileCredentials.class));
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public ListBoxModel doFillDecryptionPassphraseIdItems(@QueryParameter String decryptionPassphraseId) {
            return choice(decryptionPassphraseId, List.of(StringCredentials.class));
        }

        /** The credentials of Jenkins itself, for an administrator; anybody else sees the chosen id alone. */
        private static ListBoxModel choice(String chosen, List<Class<? extends StandardCredentials>> types) {
            StandardListBoxModel model = new StandardListBoxModel();
            if (!Jenkins.get().hasPermission(Jenkins.ADMINISTER)) {
                return model.includeCurrentValue(chosen);
            }
            model.includeEmptyValue();
            types.forEach(type -> model.includeMatchingAs(
                    ACL.SYSTEM2, Jenkins.get(), type, List.of(), each -> each instanceof IdCredentials));
            return model.includeCurrentValue(chosen);
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public ListBoxModel doFillTestAgentItems() {
            ListBoxModel items = new ListBoxModel();
            if (Jenkins.get().hasPermission(Jenkins.ADMINISTER)) {
                for (Computer each : Jenkins.get().getComputers()) {
                    if (each.isOnline()) {
                        items.add(each.getDisplayName(), each.getName());
                    }
                }
            }
            return items;
        }

        /** Asks the engine's {@code doctor} on an agent whether all is there that a backup needs. */
        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doTest(
                @QueryParameter String name,
                @QueryParameter String url,
                @QueryParameter String credentialsId,
                @QueryParameter HostKeyTrust trust,
                @QueryParameter String hostKeys,
                @QueryParameter String recipients,
                @QueryParameter boolean unencrypted,
                @QueryParameter String signingCredentialsId,
                @QueryParameter String signingPassphraseId,
                @QueryParameter String testAgent,
                @QueryParameter String testPool)
                throws InterruptedException {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            if (testPool.isBlank()) {
                return FormValidation.error(Messages.testPoolMissing());
            }
            BackupRepository repository = new BackupRepository(name, url);
            repository.setCredentialsId(credentialsId);
            repository.setTrust(trust);
            repository.setHostKeys(hostKeys);
            repository.setRecipients(recipients);
            repository.setUnencrypted(unencrypted);
            repository.setSigningCredentialsId(signingCredentialsId);
            repository.setSigningPassphraseId(signingPassphraseId);
            try {
                return new ConnectionTest(repository, testAgent, testPool.strip()).run();
            } catch (IOException e) {
                return FormValidation.error(e.getMessage());
            }
        }
    }
}

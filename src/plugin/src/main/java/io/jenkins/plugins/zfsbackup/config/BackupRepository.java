package io.jenkins.plugins.zfsbackup.config;

import hudson.Extension;
import hudson.Util;
import hudson.model.AbstractDescribableImpl;
import hudson.model.Computer;
import hudson.model.Descriptor;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.zfsbackup.engine.protocol.HostKeyLine;
import io.jenkins.plugins.zfsbackup.engine.protocol.KeysResult.Key;
import io.jenkins.plugins.zfsbackup.engine.protocol.RepositoryAddress;
import io.jenkins.plugins.zfsbackup.keys.KeyFinder;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jenkins.model.Jenkins;
import org.jenkinsci.Symbol;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.interceptor.RequirePOST;

/** A place to keep backups: its address, how to get in, and the keys. */
public final class BackupRepository extends AbstractDescribableImpl<BackupRepository> implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final Pattern KEY_BLOCK = Pattern.compile(
            "-----BEGIN PGP PUBLIC KEY BLOCK-----.+?-----END PGP PUBLIC KEY BLOCK-----", Pattern.DOTALL);

    private final String name;
    private final String url;
    private String credentialsId = "";
    private HostKeyTrust trust = HostKeyTrust.GIVEN;
    private String hostKeys = "";
    private String recipients = "";
    private boolean unencrypted;
    private String signingCredentialsId = "";
    private String signers = "";
    private String decryptionCredentialsId = "";

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
        this.trust = trust == null ? HostKeyTrust.GIVEN : trust;
    }

    public String getHostKeys() {
        return hostKeys;
    }

    /**
     * Lines as in {@code known_hosts}, for {@link HostKeyTrust#GIVEN} and, once a server has shown it,
     * {@link HostKeyTrust#FIRST_USE}.
     */
    @DataBoundSetter
    public void setHostKeys(String hostKeys) {
        this.hostKeys = Util.fixNull(hostKeys);
    }

    /** Whether the server is known by this line of {@code known_hosts}. */
    boolean knows(String line) {
        return hostKeys.lines().anyMatch(line::equals);
    }

    /** Knows the server by that line no longer. */
    void forget(String line) {
        hostKeys = hostKeys.lines().filter(each -> !each.equals(line)).collect(Collectors.joining("\n"));
    }

    /** Whether the server's next key is to be written down, whatever it is. */
    boolean trustsFirstKey() {
        return trust == HostKeyTrust.FIRST_USE && hostKeys.isBlank();
    }

    /**
     * Takes the key that a server has shown at first use, as a line of {@code known_hosts}.
     *
     * @return false if this is no such line about this server, or a key is known already
     */
    boolean learn(String line) {
        if (!trustsFirstKey() || !isOfServer(line)) {
            return false;
        }
        hostKeys = line;
        return true;
    }

    /** Whether a line of {@code known_hosts} is about this repository's server, and about nothing else. */
    private boolean isOfServer(String line) {
        return RepositoryAddress.parse(url).stream()
                .anyMatch(address -> HostKeyLine.of(line).stream().anyMatch(key -> key.isOf(address)));
    }

    /**
     * Trusts the server by the key that it has shown and somebody has compared with the server's own.
     *
     * @param line of {@code known_hosts}
     * @return false if this is no such line about this server
     */
    public boolean trust(String line) {
        if (!isOfServer(line)) {
            return false;
        }
        trust = HostKeyTrust.GIVEN;
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

    /** Whether the address is one that the engine knows how to open. */
    public boolean hasAddress() {
        return RepositoryAddress.parse(url).stream().anyMatch(RepositoryAddress::isWhole);
    }

    /** Whether it is on a server, which has a key. */
    public boolean isOnServer() {
        return url.startsWith("sftp://");
    }

    /** The armored keys in a text, each by itself. */
    static List<String> keysIn(String text) {
        return KEY_BLOCK
                .matcher(text)
                .results()
                .map(each -> each.group() + "\n")
                .toList();
    }

    /**
     * Takes over what an earlier form of the same settings has learnt: who writes the settings down does not know it.
     */
    void keepLearnt(List<BackupRepository> earlier) {
        earlier.stream()
                .filter(each -> each.trust == HostKeyTrust.FIRST_USE)
                .flatMap(each -> each.hostKeys.lines())
                .anyMatch(this::learn);
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
            return Util.fixNull(value).isBlank() ? FormValidation.error(Messages.nameMissing()) : FormValidation.ok();
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckUrl(@QueryParameter String value) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            BackupRepository repository = new BackupRepository("", value);
            if (!repository.hasAddress()) {
                return FormValidation.error(Messages.badUrl());
            }
            return repository.isOnServer() && !repository.url.contains("@")
                    ? FormValidation.ok(Messages.userOfKey())
                    : FormValidation.ok();
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckHostKeys(
                @QueryParameter String value, @QueryParameter String url, @QueryParameter String trust) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            String lines = Util.fixNull(value);
            boolean wanted = HostKeyTrust.named(trust).equals(Optional.of(HostKeyTrust.GIVEN))
                    && Util.fixNull(url).strip().startsWith("sftp:");
            if (lines.isBlank()) {
                return wanted ? FormValidation.error(Messages.hostKeysMissing()) : FormValidation.ok();
            }
            return FormValidation.ok(lines.lines()
                    .flatMap(line -> HostKeyLine.of(line.strip()).stream())
                    .map(HostKeyLine::toString)
                    .collect(Collectors.joining("\n")));
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckRecipients(@QueryParameter String value, @QueryParameter String unencrypted) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            if (Boolean.parseBoolean(unencrypted)) {
                return Util.fixNull(value).isBlank()
                        ? FormValidation.warning(Messages.open())
                        : FormValidation.error(Messages.both());
            }
            return KeyChecks.publicKeys(
                    Util.fixNull(value), Messages.recipientsMissing(), Key::canEncrypt, Messages::notForEncryption);
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckSigners(@QueryParameter String value) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            return Util.fixNull(value).isBlank()
                    ? FormValidation.ok()
                    : KeyChecks.publicKeys(value, Messages.noKeys(), Key::canVerify, Messages::notForSignatures);
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckCredentialsId(@QueryParameter String value) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            return KeyChecks.ssh(Util.fixNull(value));
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckSigningCredentialsId(
                @QueryParameter String value,
                @QueryParameter String recipients,
                @QueryParameter String decryptionCredentialsId) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            return KeyChecks.signing(
                    Util.fixNull(value), Util.fixNull(recipients), Util.fixNull(decryptionCredentialsId));
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public FormValidation doCheckDecryptionCredentialsId(
                @QueryParameter String value, @QueryParameter String recipients) {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            return KeyChecks.decryption(Util.fixNull(value), Util.fixNull(recipients));
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public ListBoxModel doFillCredentialsIdItems(@QueryParameter String credentialsId) {
            return KeyFinder.choice(credentialsId, KeyFinder.SSH_KEYS);
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public ListBoxModel doFillSigningCredentialsIdItems(@QueryParameter String signingCredentialsId) {
            return KeyFinder.choice(signingCredentialsId, KeyFinder.OPENPGP_KEYS);
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public ListBoxModel doFillDecryptionCredentialsIdItems(@QueryParameter String decryptionCredentialsId) {
            return KeyFinder.choice(decryptionCredentialsId, KeyFinder.OPENPGP_KEYS);
        }

        @RequirePOST
        @Restricted(NoExternalUse.class)
        public ListBoxModel doFillTestAgentItems() {
            ListBoxModel items = new ListBoxModel();
            if (Jenkins.get().hasPermission(Jenkins.ADMINISTER)) {
                for (Computer each : Jenkins.get().getComputers()) {
                    if (each.isOnline()) {
                        items.add(
                                each.getName().isEmpty() ? Messages.builtIn() : each.getDisplayName(), each.getName());
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
                @QueryParameter String trust,
                @QueryParameter String hostKeys,
                @QueryParameter String recipients,
                @QueryParameter String unencrypted,
                @QueryParameter String signingCredentialsId,
                @QueryParameter String testAgent,
                @QueryParameter String testPool)
                throws InterruptedException {
            Jenkins.get().checkPermission(Jenkins.ADMINISTER);
            String pool = Util.fixNull(testPool).strip();
            BackupRepository repository = new BackupRepository(name, url);
            if (!repository.hasAddress()) {
                return FormValidation.error(Messages.badUrl());
            }
            if (pool.isEmpty()) {
                return FormValidation.error(Messages.testPoolMissing());
            }
            repository.setCredentialsId(credentialsId);
            repository.setTrust(HostKeyTrust.named(trust).orElse(HostKeyTrust.GIVEN));
            repository.setHostKeys(hostKeys);
            repository.setRecipients(recipients);
            repository.setUnencrypted(Boolean.parseBoolean(unencrypted));
            repository.setSigningCredentialsId(signingCredentialsId);
            try {
                return new ConnectionTest(repository, Util.fixNull(testAgent), pool)
                        .run()
                        .shown();
            } catch (IOException e) {
                return FormValidation.error(String.valueOf(e.getMessage()));
            }
        }
    }
}

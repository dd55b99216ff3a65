package io.jenkins.plugins.zfsbackup.keys;

import com.cloudbees.jenkins.plugins.sshcredentials.SSHUserPrivateKey;
import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.common.IdCredentials;
import com.cloudbees.plugins.credentials.common.StandardCredentials;
import com.cloudbees.plugins.credentials.common.StandardListBoxModel;
import hudson.AbortException;
import hudson.model.Item;
import hudson.model.ItemGroup;
import hudson.model.Run;
import hudson.security.ACL;
import hudson.util.ListBoxModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.plaincredentials.FileCredentials;

/**
 * Finds credentials by their ids, in the context of a build (its folders included, its use noted) or, for a test by an
 * administrator, in that of Jenkins itself.
 */
public final class KeyFinder {

    /** The kinds of credentials that an SSH key may be. */
    public static final List<Class<? extends StandardCredentials>> SSH_KEYS = List.of(SSHUserPrivateKey.class);

    /** The kinds of credentials that an OpenPGP key may be. */
    public static final List<Class<? extends StandardCredentials>> OPENPGP_KEYS =
            List.of(OpenPgpKey.class, FileCredentials.class);

    private static final int LARGEST = 1 << 20;

    /** Where a credential is. */
    public enum Place {
        /** Jenkins itself has it, for all jobs. */
        JENKINS,
        /** A folder has it, for the jobs in there. */
        FOLDER,
        NOWHERE
    }

    private final Optional<Run<?, ?>> build;

    private KeyFinder(Optional<Run<?, ?>> build) {
        this.build = build;
    }

    /** For a build. */
    public static KeyFinder forBuild(Run<?, ?> build) {
        return new KeyFinder(Optional.of(build));
    }

    /** For an administrator's test; the caller has checked that it is one. */
    public static KeyFinder forAdministrator() {
        return new KeyFinder(Optional.empty());
    }

    /**
     * The credentials of Jenkins itself, for an administrator, each with its id, as several may have one name; anybody
     * else sees the chosen id alone.
     */
    public static ListBoxModel choice(String chosen, List<Class<? extends StandardCredentials>> types) {
        StandardListBoxModel model = new StandardListBoxModel();
        if (Jenkins.get().hasPermission(Jenkins.ADMINISTER)) {
            model.includeEmptyValue();
            types.forEach(type -> model.includeMatchingAs(ACL.SYSTEM2, Jenkins.get(), type, List.of(), each -> true));
            model.stream()
                    .filter(each -> !each.value.isEmpty() && !each.name.contains(each.value))
                    .forEach(each -> each.name = each.name + " (" + each.value + ")");
        }
        return chosen == null || chosen.isEmpty() ? model : model.includeCurrentValue(chosen);
    }

    /** Where a credential of an id is; the caller has checked that an administrator asks. */
    public static Place whereIs(String id, List<Class<? extends StandardCredentials>> types) {
        if (has(Jenkins.get(), id, types)) {
            return Place.JENKINS;
        }
        for (Item each : Jenkins.get().allItems(Item.class)) {
            if (each instanceof ItemGroup<?> folder && has(folder, id, types)) {
                return Place.FOLDER;
            }
        }
        return Place.NOWHERE;
    }

    private static boolean has(ItemGroup<?> group, String id, List<Class<? extends StandardCredentials>> types) {
        return types.stream()
                .anyMatch(type ->
                        CredentialsProvider.findCredentialByIdInItemGroup(id, type, group, ACL.SYSTEM2, List.of())
                                != null);
    }

    /**
     * A key and what opens it.
     *
     * @param content of the key file
     * @param passphrase empty if none is known
     */
    public record Key(byte[] content, String passphrase) {}

    /** An SSH key with its user name. */
    public SSHUserPrivateKey sshKey(String id) throws AbortException {
        return find(id, SSHUserPrivateKey.class).orElseThrow(() -> new AbortException(Messages.noSshKey(id)));
    }

    /**
     * The public half of an SSH key of Jenkins itself, see {@link OpenSshKey}; the caller has checked that an
     * administrator asks.
     */
    public static Optional<String> publicLine(String id) {
        return forAdministrator()
                .find(id, SSHUserPrivateKey.class)
                .flatMap(key -> key.getPrivateKeys().stream().findFirst())
                .flatMap(OpenSshKey::publicLine);
    }

    /** An OpenPGP key with its passphrase, or one in a secret file, which must not need any. */
    public Key openPgpKey(String id) throws IOException {
        Optional<OpenPgpKey> key = find(id, OpenPgpKey.class);
        if (key.isPresent()) {
            return new Key(
                    key.get().getKey().getPlainText().getBytes(StandardCharsets.UTF_8),
                    key.get().getPassphrase().getPlainText());
        }
        FileCredentials file =
                find(id, FileCredentials.class).orElseThrow(() -> new AbortException(Messages.noOpenPgpKey(id)));
        try (InputStream in = file.getContent()) {
            return new Key(in.readNBytes(LARGEST), "");
        }
    }

    private <C extends IdCredentials> Optional<C> find(String id, Class<C> type) {
        if (build.isEmpty()) {
            return Optional.ofNullable(
                    CredentialsProvider.findCredentialByIdInItemGroup(id, type, Jenkins.get(), ACL.SYSTEM2, List.of()));
        }
        C found = CredentialsProvider.findCredentialById(id, type, build.get());
        return Optional.ofNullable(found == null ? null : CredentialsProvider.track(build.get(), found));
    }
}

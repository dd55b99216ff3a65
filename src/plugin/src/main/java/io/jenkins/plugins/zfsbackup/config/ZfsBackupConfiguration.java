package io.jenkins.plugins.zfsbackup.config;

import hudson.AbortException;
import hudson.Extension;
import hudson.ExtensionList;
import hudson.Util;
import hudson.util.FormValidation;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.zfsbackup.engine.protocol.Compression;
import io.jenkins.plugins.zfsbackup.engine.protocol.PolicyName;
import java.util.ArrayList;
import java.util.List;
import jenkins.model.GlobalConfiguration;
import jenkins.model.Jenkins;
import net.sf.json.JSONObject;
import org.jenkinsci.Symbol;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.DataBoundSetter;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.interceptor.RequirePOST;

/** The settings for all jobs. */
@Extension
@Symbol("zfsBackup")
public final class ZfsBackupConfiguration extends GlobalConfiguration {

    private List<BackupRepository> repositories = new ArrayList<>();
    private String defaultRepository = "";
    private String policy = "";
    private String compression = "";
    private List<String> unconfirmedHostKeys = new ArrayList<>();

    public ZfsBackupConfiguration() {
        load();
    }

    /** Jenkins' one. */
    public static ZfsBackupConfiguration get() {
        return ExtensionList.lookupSingleton(ZfsBackupConfiguration.class);
    }

    @Override
    public boolean configure(StaplerRequest2 request, JSONObject form) {
        if (!form.has("repositories")) {
            // A list without entries is not in the form at all, and would otherwise stay as it was.
            repositories = new ArrayList<>();
        }
        request.bindJSON(this, form);
        save();
        return true;
    }

    @Override
    public String getDisplayName() {
        return Messages.displayName();
    }

    public synchronized List<BackupRepository> getRepositories() {
        return List.copyOf(repositories);
    }

    /** A host key that was learnt at first use stays, if the new settings of the same server name none. */
    @DataBoundSetter
    public synchronized void setRepositories(List<BackupRepository> repositories) {
        List<BackupRepository> earlier = this.repositories;
        repositories.forEach(each -> each.keepLearnt(earlier));
        this.repositories = new ArrayList<>(repositories);
        save();
    }

    /** @throws AbortException if there is a repository of that name */
    public synchronized void requireFreeName(String name) throws AbortException {
        if (repositories.stream().anyMatch(each -> each.getName().equals(name))) {
            throw new AbortException(Messages.nameTaken(name));
        }
    }

    /**
     * Adds a repository to the others.
     *
     * @throws AbortException if there is one of its name
     */
    public synchronized void addRepository(BackupRepository repository) throws AbortException {
        requireFreeName(repository.getName());
        List<BackupRepository> all = new ArrayList<>(repositories);
        all.add(repository);
        repositories = all;
        save();
    }

    public String getDefaultRepository() {
        return defaultRepository;
    }

    /** By name; blank for the first. */
    @DataBoundSetter
    public void setDefaultRepository(String defaultRepository) {
        this.defaultRepository = Util.fixNull(defaultRepository);
        save();
    }

    public String getPolicy() {
        return policy;
    }

    /** For jobs that name none; blank for the engine's. */
    @DataBoundSetter
    public void setPolicy(String policy) {
        this.policy = Util.fixNull(policy).strip();
        save();
    }

    public String getCompression() {
        return compression;
    }

    /** For jobs that name none; blank for the engine's. */
    @DataBoundSetter
    public void setCompression(String compression) {
        this.compression = Util.fixNull(compression).strip();
        save();
    }

    /**
     * The repository of a name.
     *
     * @param name blank for the default one
     * @throws AbortException if there is none; says where to add it
     */
    public BackupRepository repository(String name) throws AbortException {
        String wanted = name == null || name.isBlank() ? defaultRepository : name;
        if (wanted.isEmpty() && !repositories.isEmpty()) {
            return repositories.get(0);
        }
        return repositories.stream()
                .filter(each -> each.getName().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new AbortException(
                        wanted.isEmpty() ? Messages.noRepository() : Messages.unknownRepository(wanted)));
    }

    /**
     * Writes down the host key that a repository's server has shown at first use.
     *
     * @param line as in {@code known_hosts}; comes from an agent
     * @return whether the server is known by it now
     */
    public synchronized boolean learnHostKey(BackupRepository repository, String line) {
        // Not the one that the run began with: somebody may have changed the settings meanwhile.
        List<BackupRepository> current = repositories.stream()
                .filter(each -> each.getName().equals(repository.getName())
                        && each.getUrl().equals(repository.getUrl()))
                .toList();
        if (current.stream().anyMatch(each -> each.knows(line))) {
            return true;
        }
        boolean learnt = current.stream().anyMatch(each -> each.learn(line));
        if (learnt) {
            unconfirmedHostKeys.add(line);
            save();
        }
        return learnt;
    }

    /** The host keys that were learnt at first use and that nobody has compared with the server's own yet. */
    public synchronized List<String> getUnconfirmedHostKeys() {
        return unconfirmedHostKeys.stream()
                .filter(line -> repositories.stream().anyMatch(each -> each.knows(line)))
                .toList();
    }

    /** Notes that somebody has compared a learnt host key with the server's own. */
    synchronized void confirmHostKey(String line) {
        unconfirmedHostKeys.remove(line);
        save();
    }

    /** Forgets a learnt host key: it is not the server's. */
    synchronized void rejectHostKey(String line) {
        repositories.forEach(each -> each.forget(line));
        unconfirmedHostKeys.remove(line);
        save();
    }

    /** The repositories' names to choose from, the default first. */
    public ListBoxModel repositoryItems() {
        ListBoxModel items = new ListBoxModel();
        items.add(Messages.defaultRepository(), "");
        repositories.forEach(each -> items.add(each.getName()));
        return items;
    }

    @RequirePOST
    @Restricted(NoExternalUse.class)
    public FormValidation doCheckPolicy(@QueryParameter String value) {
        Jenkins.get().checkPermission(Jenkins.ADMINISTER);
        return checkPolicy(Util.fixNull(value));
    }

    @RequirePOST
    @Restricted(NoExternalUse.class)
    public FormValidation doCheckCompression(@QueryParameter String value) {
        Jenkins.get().checkPermission(Jenkins.ADMINISTER);
        return checkCompression(Util.fixNull(value));
    }

    /** Whether the engine knows the policy. */
    public static FormValidation checkPolicy(String value) {
        return value.isBlank() || PolicyName.parse(value.strip()).isPresent()
                ? FormValidation.ok()
                : FormValidation.error(Messages.badPolicy());
    }

    /** Whether the engine knows the compression. */
    public static FormValidation checkCompression(String value) {
        return value.isBlank() || Compression.parse(value.strip()).isPresent()
                ? FormValidation.ok()
                : FormValidation.error(Messages.badCompression());
    }

    @RequirePOST
    @Restricted(NoExternalUse.class)
    public FormValidation doCheckDefaultRepository(@QueryParameter String value) {
        Jenkins.get().checkPermission(Jenkins.ADMINISTER);
        String name = Util.fixNull(value).strip();
        boolean known = name.isEmpty()
                || repositories.stream().anyMatch(each -> each.getName().equals(name));
        return known ? FormValidation.ok() : FormValidation.warning(Messages.notSavedYet(name));
    }
}

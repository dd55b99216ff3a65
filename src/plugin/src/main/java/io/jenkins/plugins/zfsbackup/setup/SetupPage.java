package io.jenkins.plugins.zfsbackup.setup;

import hudson.Extension;
import hudson.model.Computer;
import hudson.model.Descriptor;
import hudson.model.ManagementLink;
import hudson.util.ListBoxModel;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import io.jenkins.plugins.zfsbackup.steps.ZfsBackupStep;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import jenkins.model.Jenkins;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** The page of the guided set-up, below <em>Manage Jenkins</em>. */
@Extension
public final class SetupPage extends ManagementLink {

    /** Below {@code manage/}. */
    static final String URL = "zfs-backup-setup";

    /** What the controller itself is called where an agent is asked for. */
    private static final String BUILT_IN = "(built-in)";

    @Override
    public String getIconFileName() {
        return "symbol-file-tray";
    }

    @Override
    public String getDisplayName() {
        return Messages.page();
    }

    @Override
    public String getDescription() {
        return Messages.pageDescription();
    }

    @Override
    public String getUrlName() {
        return URL;
    }

    @Override
    public Category getCategory() {
        return Category.CONFIGURATION;
    }

    /** What checks the fields that belong to the repository. */
    @Restricted(NoExternalUse.class) // for the page
    public Descriptor<?> getRepositoryDescriptor() {
        return Jenkins.get().getDescriptorOrDie(BackupRepository.class);
    }

    /** What checks the others. */
    @Restricted(NoExternalUse.class) // for the page
    public Descriptor<?> getFormDescriptor() {
        return Jenkins.get().getDescriptorOrDie(SetupForm.class);
    }

    /** What explains the words of the step that the job has. */
    @Restricted(NoExternalUse.class) // for the page
    public Descriptor<?> getStepDescriptor() {
        return Jenkins.get().getDescriptorOrDie(ZfsBackupStep.class);
    }

    /** The agents that are connected; the controller itself, which owns pools rarely, comes last. */
    @Restricted(NoExternalUse.class) // for the page
    public ListBoxModel getAgents() {
        ListBoxModel items = new ListBoxModel();
        Arrays.stream(Jenkins.get().getComputers())
                .filter(Computer::isOnline)
                .sorted(Comparator.comparing(each -> each.getName().isEmpty()))
                .forEach(
                        each -> items.add(each.getDisplayName(), each.getName().isEmpty() ? BUILT_IN : each.getName()));
        return items;
    }

    /** A name that no repository has yet. */
    @Restricted(NoExternalUse.class) // for the page
    public String getFreeName() {
        Set<String> taken = ZfsBackupConfiguration.get().getRepositories().stream()
                .map(BackupRepository::getName)
                .collect(Collectors.toSet());
        return free("archive", taken);
    }

    /** A name that no job has yet. */
    @Restricted(NoExternalUse.class) // for the page
    public String getFreeJobName() {
        return free("zfs-backup", Set.copyOf(Jenkins.get().getItemMap().keySet()));
    }

    /** The wanted name, or else the first of those with a number behind it. */
    static String free(String wanted, Set<String> taken) {
        return IntStream.rangeClosed(1, taken.size() + 1)
                .mapToObj(i -> i == 1 ? wanted : wanted + "-" + i)
                .filter(name -> !taken.contains(name))
                .findFirst()
                .orElseThrow();
    }
}

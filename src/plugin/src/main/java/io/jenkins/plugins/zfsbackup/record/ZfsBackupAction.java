package io.jenkins.plugins.zfsbackup.record;

import hudson.FilePath;
import hudson.Launcher;
import hudson.model.Api;
import hudson.model.BuildBadgeAction;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.zfsbackup.agent.JsonException;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import jenkins.model.RunAction2;
import jenkins.util.BuildListenerAdapter;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** The runs of a build: its page {@code zfs-backup}, the summary on the build's page, and the badge in the list. */
@ExportedBean
public final class ZfsBackupAction implements RunAction2, BuildBadgeAction {

    private CopyOnWriteArrayList<PoolRun> runs = new CopyOnWriteArrayList<>();
    private transient Run<?, ?> owner;
    private final transient boolean recordLost;
    private transient List<PoolRun> found;

    private ZfsBackupAction(boolean recordLost) {
        this.recordLost = recordLost;
    }

    /** The build's action, which is made with the first run. */
    private static ZfsBackupAction of(Run<?, ?> build) {
        synchronized (build) {
            return ActionFactory.kept(build).orElseGet(() -> {
                ZfsBackupAction action = new ZfsBackupAction(false);
                // This attaches it.
                build.addAction(action);
                return action;
            });
        }
    }

    /** One that is not kept with the build. */
    static ZfsBackupAction withoutRecord(Run<?, ?> build) {
        ZfsBackupAction action = new ZfsBackupAction(!build.isBuilding());
        action.owner = build;
        return action;
    }

    /** Begins a run. */
    public static PoolRun begin(Run<?, ?> build, PoolRun.Task task, String subject, String repository)
            throws IOException {
        PoolRun run = new PoolRun(build, UUID.randomUUID().toString(), task, subject, repository);
        of(build).runs.add(run);
        build.save();
        return run;
    }

    /** The run that was begun with this id. */
    public static Optional<PoolRun> find(Run<?, ?> build, String id) {
        return ActionFactory.kept(build)
                .flatMap(action -> action.runs.stream()
                        .filter(each -> each.getId().equals(id))
                        .findFirst());
    }

    /**
     * Takes in the engine's document and archives it with the build.
     *
     * @param document a file on the controller
     * @throws JsonException if it is none
     */
    public static void accept(Run<?, ?> build, PoolRun run, Path document, Launcher launcher, TaskListener listener)
            throws IOException, InterruptedException {
        run.accept(document);
        // From here and not from the agent: what is archived is what was checked.
        String path = of(build).freePath(run);
        Path folder = Objects.requireNonNull(document.getParent());
        build.pickArtifactManager()
                .archive(
                        new FilePath(folder.toFile()),
                        launcher,
                        BuildListenerAdapter.wrap(listener),
                        Map.of(path, String.valueOf(document.getFileName())));
        run.archivedAs(path);
        build.save();
    }

    /** Ends a run that somebody has stopped. */
    public static void abort(Run<?, ?> build, PoolRun run, String message) throws IOException {
        end(build, run, Outcomes.ABORTED, message);
    }

    /**
     * Ends a run.
     *
     * @param outcome as documents write it
     * @param message empty for what the document says
     */
    public static void end(Run<?, ?> build, PoolRun run, String outcome, String message) throws IOException {
        run.end(Outcomes.known(outcome), message);
        if (run.isBackup() && run.getDatasetCount() == 0) {
            LastKnown.note(build, run);
        }
        build.save();
    }

    private String freePath(PoolRun run) {
        String folder = FoundDocuments.FOLDER + "/"
                + run.getSubject().replaceAll("[^A-Za-z0-9_./-]", "_").replace("..", "_") + "/";
        String name = run.isBackup() ? "manifest" : run.getTaskName();
        for (int i = 1; ; i++) {
            String path = folder + name + (i == 1 ? "" : "-" + i) + ".json";
            if (runs.stream().noneMatch(each -> each.getManifest().equals(path))) {
                return path;
            }
        }
    }

    @Exported
    public List<PoolRun> getRuns() {
        List<PoolRun> all = new ArrayList<>(runs);
        all.addAll(found());
        return all;
    }

    /** Those of which a damaged {@code build.xml} does not tell. */
    private synchronized List<PoolRun> found() {
        if (found == null) {
            found = isDamaged() || recordLost
                    ? FoundDocuments.of(
                            owner, runs.stream().map(PoolRun::getManifest).collect(Collectors.toSet()))
                    : List.of();
        }
        return found;
    }

    /** Whether Jenkins has lost the build's result and times. */
    @Exported
    public boolean isDamaged() {
        return owner != null && FoundDocuments.isDamaged(owner);
    }

    /** Whether the page has to be looked at again. */
    public boolean isRunning() {
        return runs.isEmpty()
                ? owner != null && owner.isBuilding() && !isDamaged()
                : runs.stream().anyMatch(PoolRun::isRunning);
    }

    @Restricted(NoExternalUse.class) // for the pages
    public Run<?, ?> getOwner() {
        return owner;
    }

    @Override
    public void onAttached(Run<?, ?> build) {
        owner = build;
    }

    @Override
    public void onLoad(Run<?, ?> build) {
        owner = build;
        runs = runs == null
                ? new CopyOnWriteArrayList<>()
                : runs.stream()
                        .filter(each -> each != null && each.isWhole())
                        .collect(Collectors.toCollection(CopyOnWriteArrayList::new));
        runs.forEach(each -> each.belongTo(build));
        // A run that had not ended when the build did, because Jenkins was killed, is not running.
        if (!build.isBuilding()) {
            runs.stream().filter(PoolRun::isRunning).forEach(each -> each.end(Outcome.FAILED.text(), Messages.lost()));
        }
    }

    @Override
    public String getIconFileName() {
        return "symbol-server";
    }

    @Override
    public String getDisplayName() {
        return Messages.displayName();
    }

    @Override
    public String getUrlName() {
        return "zfs-backup";
    }

    /** For {@code …/zfs-backup/api}. */
    public Api getApi() {
        return new Api(this);
    }
}

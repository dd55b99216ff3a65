package io.jenkins.plugins.zfsbackup.record;

import hudson.FilePath;
import hudson.Launcher;
import hudson.model.Api;
import hudson.model.BuildBadgeAction;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.zfsbackup.agent.Json;
import io.jenkins.plugins.zfsbackup.engine.model.Outcome;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import jenkins.model.RunAction2;
import jenkins.util.BuildListenerAdapter;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** The runs of a build: its page {@code zfs-backup}, the summary on the build's page, and the badge in the list. */
@ExportedBean
public final class ZfsBackupAction implements RunAction2, BuildBadgeAction, Serializable {

    private static final long serialVersionUID = 1L;

    private final CopyOnWriteArrayList<PoolRun> runs = new CopyOnWriteArrayList<>();
    private transient Run<?, ?> owner;

    /** The build's action, which is made with the first run. */
    private static ZfsBackupAction of(Run<?, ?> build) {
        synchronized (build) {
            ZfsBackupAction action = build.getAction(ZfsBackupAction.class);
            if (action == null) {
                action = new ZfsBackupAction();
                build.addAction(action);
            }
            return action;
        }
    }

    /** Begins a run. */
    public static PoolRun begin(Run<?, ?> build, PoolRun.Task task, String subject, String repository)
            throws IOException {
        PoolRun run = new PoolRun(UUID.randomUUID().toString(), task, subject, repository);
        of(build).runs.add(run);
        build.save();
        return run;
    }

    /** The run that was begun with this id. */
    public static Optional<PoolRun> find(Run<?, ?> build, String id) {
        ZfsBackupAction action = build.getAction(ZfsBackupAction.class);
        return action == null
                ? Optional.empty()
                : action.runs.stream().filter(each -> each.getId().equals(id)).findFirst();
    }

    /**
     * Takes in the engine's document and archives it with the build.
     *
     * @return the document as plain values
     * @throws Json.JsonException if it is none
     */
    public static Map<String, Object> accept(
            Run<?, ?> build, PoolRun run, byte[] document, Launcher launcher, TaskListener listener)
            throws IOException, InterruptedException, Json.JsonException {
        Map<String, Object> values = run.accept(document);
        Path folder = Files.createTempDirectory("zfs-backup");
        try {
            // From here and not from the agent: what is archived is what was checked.
            Files.write(folder.resolve("manifest.json"), document);
            String path = of(build).freePath(run);
            build.pickArtifactManager()
                    .archive(
                            new FilePath(folder.toFile()),
                            launcher,
                            BuildListenerAdapter.wrap(listener),
                            Map.of(path, "manifest.json"));
            run.archivedAs(path);
        } finally {
            new FilePath(folder.toFile()).deleteRecursive();
        }
        build.save();
        return values;
    }

    /** Ends a run. */
    public static void end(Run<?, ?> build, PoolRun run, Outcome outcome, String message) throws IOException {
        run.end(outcome, message);
        build.save();
    }

    private String freePath(PoolRun run) {
        String folder = "zfs-backup/" + run.getSubject().replaceAll("[^A-Za-z0-9_./-]", "_").replace("..", "_") + "/";
        String name = run.getTask() == PoolRun.Task.BACKUP ? "manifest" : run.getTaskName();
        for (int i = 1; ; i++) {
            String path = folder + name + (i == 1 ? "" : "-" + i) + ".json";
            if (runs.stream().noneMatch(each -> each.getManifest().equals(path))) {
                return path;
            }
        }
    }

    @Exported
    public List<PoolRun> getRuns() {
        return List.copyOf(runs);
    }

    /** Whether the page has to be looked at again. */
    public boolean isRunning() {
        return runs.stream().anyMatch(PoolRun::isRunning);
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
        // A run that had not ended when the build did, because Jenkins was killed, is not running.
        if (!build.isBuilding()) {
            runs.stream().filter(PoolRun::isRunning).forEach(each -> each.end(Outcome.FAILED, Messages.lost()));
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

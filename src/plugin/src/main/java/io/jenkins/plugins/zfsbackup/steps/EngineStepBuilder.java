package io.jenkins.plugins.zfsbackup.steps;

import hudson.AbortException;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.Launcher;
import hudson.model.AbstractBuild;
import hudson.model.AbstractProject;
import hudson.model.BuildListener;
import hudson.model.Result;
import hudson.tasks.BuildStepDescriptor;
import hudson.tasks.Builder;
import io.jenkins.plugins.zfsbackup.agent.EngineProcess;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.engine.model.Outcome;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;
import java.io.IOException;
import java.util.Optional;

/**
 * An engine step as a build step of a freestyle project. It runs through the same process on the agent, and follows it
 * as long as the build runs: a freestyle build itself can't outlive a restart of the controller.
 *
 * @param <S> the step
 */
public abstract class EngineStepBuilder<S extends EngineStep> extends Builder {

    private static final long WAIT_MILLIS = 2_000;
    private static final long POLL_MILLIS = 1_000;

    private final S step;

    EngineStepBuilder(S step) {
        this.step = step;
    }

    /** For the getters of the subclasses: a form finds a step's descriptor by the type that its getter declares. */
    final S step() {
        return step;
    }

    @Override
    public final boolean perform(AbstractBuild<?, ?> build, Launcher launcher, BuildListener listener)
            throws InterruptedException, IOException {
        FilePath workspace = build.getWorkspace();
        if (workspace == null) {
            throw new AbortException(Messages.noWorkspace());
        }
        BackupRepository place = step.place();
        PoolRun run = ZfsBackupAction.begin(build, step.task(), step.subject(), place.getUrl());
        String agent = build.getBuiltOnStr() == null ? "" : build.getBuiltOnStr();
        try {
            if (step.alone()) {
                awaitPool(agent, new PoolQueue.Owner(run.getId(), build.getFullDisplayName()), listener);
            }
            EnvVars environment = build.getEnvironment(listener);
            EngineProcess process = EngineProcess.start(
                    step.requestFor(build, place), step.memoryMib(), workspace, launcher, environment, listener);
            return weigh(follow(process, run, workspace, build, launcher, listener), build, listener);
        } finally {
            PoolQueue.release(agent, step.subject(), run.getId());
            if (run.isRunning()) {
                ZfsBackupAction.end(build, run, Outcome.FAILED, Messages.stopped());
            }
        }
    }

    private void awaitPool(String agent, PoolQueue.Owner who, BuildListener listener) throws InterruptedException {
        Optional<PoolQueue.Owner> other = PoolQueue.take(agent, step.subject(), who);
        other.ifPresent(owner -> listener.getLogger().println(Messages.waiting(step.subject(), owner.build())));
        while (other.isPresent()) {
            Thread.sleep(WAIT_MILLIS);
            other = PoolQueue.take(agent, step.subject(), who);
        }
    }

    private RunOutcome follow(
            EngineProcess process,
            PoolRun run,
            FilePath workspace,
            AbstractBuild<?, ?> build,
            Launcher launcher,
            BuildListener listener)
            throws IOException, InterruptedException {
        try {
            Optional<Integer> exitCode = process.exitCode(workspace, launcher, listener);
            while (exitCode.isEmpty()) {
                process.copyLog(workspace, listener.getLogger());
                run.setProgress(process.progress(workspace));
                Thread.sleep(POLL_MILLIS);
                exitCode = process.exitCode(workspace, launcher, listener);
            }
            process.copyLog(workspace, listener.getLogger());
            return RunOutcome.of(
                    exitCode.get(), process, workspace, step, build, run, launcher, listener);
        } catch (InterruptedException e) {
            listener.getLogger().println(Messages.stopping());
            process.stop(workspace, launcher);
            throw e;
        } finally {
            process.cleanUp(workspace);
        }
    }

    private static boolean weigh(RunOutcome outcome, AbstractBuild<?, ?> build, BuildListener listener) {
        if (outcome.result() == Result.SUCCESS) {
            return true;
        }
        listener.getLogger().println(outcome.message());
        build.setResult(outcome.result());
        return outcome.result() != Result.FAILURE;
    }

    /** What the build steps' descriptors share: the step's help is theirs. */
    abstract static class EngineStepBuilderDescriptor extends BuildStepDescriptor<Builder> {

        @Override
        @SuppressWarnings("rawtypes")
        public boolean isApplicable(Class<? extends AbstractProject> project) {
            return true;
        }
    }
}

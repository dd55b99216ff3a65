package io.jenkins.plugins.zfsbackup.steps;

import hudson.AbortException;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.Launcher;
import hudson.model.AbstractBuild;
import hudson.model.AbstractProject;
import hudson.model.BuildListener;
import hudson.model.Computer;
import hudson.model.Executor;
import hudson.model.Result;
import hudson.tasks.BuildStepDescriptor;
import hudson.tasks.Builder;
import io.jenkins.plugins.zfsbackup.agent.EngineProcess;
import io.jenkins.plugins.zfsbackup.agent.EngineRequest;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import jenkins.model.CauseOfInterruption;
import jenkins.model.InterruptedBuildAction;

/**
 * An engine step as a build step of a freestyle project. It runs through the same process on the agent, and follows it
 * as long as the build runs: a freestyle build itself can't outlive a restart of the controller, or its agent's
 * connection.
 *
 * @param <S> the step
 */
public abstract class EngineStepBuilder<S extends EngineStep> extends Builder {

    private static final Logger LOGGER = Logger.getLogger(EngineStepBuilder.class.getName());

    private static final long WAIT_MILLIS = 2_000;
    private static final long POLL_MILLIS = 1_000;

    /** How long an engine may take to withdraw what is not published. */
    private static final long STOP_SECONDS = 40;

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
        Work work = new Work(build, run, agent, workspace, launcher, listener);
        try {
            if (step.alone()) {
                work.awaitPool();
            }
            RunOutcome outcome = work.follow(work.start(place));
            work.giveBack();
            return weigh(outcome, build, listener);
        } catch (InterruptedException e) {
            work.end(work.who());
            throw e;
        } catch (AbortException e) {
            work.fail(e.getMessage());
            throw e;
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, e, () -> "The engine of " + build + " can't be followed any more");
            String message = Messages.lostAgent(step.subject(), e.getMessage());
            work.fail(message);
            throw new AbortException(message);
        } catch (RuntimeException e) {
            work.fail(String.valueOf(e));
            throw e;
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

    /** One execution of the build step. */
    private final class Work {

        private final AbstractBuild<?, ?> build;
        private final PoolRun run;
        private final String agent;
        private final FilePath workspace;
        private final Launcher launcher;
        private final BuildListener listener;
        private Optional<Future<EngineProcess>> engine = Optional.empty();

        Work(
                AbstractBuild<?, ?> build,
                PoolRun run,
                String agent,
                FilePath workspace,
                Launcher launcher,
                BuildListener listener) {
            this.build = build;
            this.run = run;
            this.agent = agent;
            this.workspace = workspace;
            this.launcher = launcher;
            this.listener = listener;
        }

        void awaitPool() throws InterruptedException {
            PoolQueue.Owner who = new PoolQueue.Owner(run.getId(), build.getFullDisplayName());
            Optional<PoolQueue.Owner> other = PoolQueue.take(agent, step.subject(), who);
            other.ifPresent(owner -> listener.getLogger().println(Messages.waiting(step.subject(), owner.build())));
            while (other.isPresent()) {
                Thread.sleep(WAIT_MILLIS);
                other = PoolQueue.take(agent, step.subject(), who);
            }
        }

        void giveBack() {
            PoolQueue.release(agent, step.subject(), run.getId());
        }

        void fail(String message) throws IOException {
            giveBack();
            ZfsBackupAction.end(build, run, Outcome.FAILED.text(), message);
        }

        /** Starts the engine, in another thread: an interrupt must not leave one that nobody knows of. */
        EngineProcess start(BackupRepository place) throws IOException, InterruptedException {
            EnvVars environment = build.getEnvironment(listener);
            EngineRequest request = step.requestFor(build, place);
            Future<EngineProcess> starting = Computer.threadPoolForRemoting.submit(
                    () -> EngineProcess.start(request, workspace, launcher, environment, listener));
            engine = Optional.of(starting);
            return await(starting);
        }

        RunOutcome follow(EngineProcess process) throws IOException, InterruptedException {
            Optional<Integer> exitCode = process.exitCode(workspace, launcher, listener);
            while (exitCode.isEmpty()) {
                process.copyLog(workspace, listener.getLogger());
                run.setProgress(process.progress(workspace));
                Thread.sleep(POLL_MILLIS);
                exitCode = process.exitCode(workspace, launcher, listener);
            }
            try {
                process.copyLog(workspace, listener.getLogger());
                return RunOutcome.of(exitCode.get(), process, workspace, step, build, run, launcher, listener);
            } finally {
                process.cleanUp(workspace);
            }
        }

        /** Who has stopped the build; it is noted with the build, and said in its log. */
        String who() {
            Executor executor = build.getExecutor();
            if (executor != null) {
                executor.recordCauseOfInterruption(build, listener);
            }
            InterruptedBuildAction interrupted = build.getAction(InterruptedBuildAction.class);
            return interrupted == null || interrupted.getCauses().isEmpty()
                    ? Messages.stopped()
                    : interrupted.getCauses().stream()
                            .map(CauseOfInterruption::getShortDescription)
                            .collect(Collectors.joining(", "));
        }

        /** Stops the engine, and waits for that; another interrupt ends the waiting, and nothing else. */
        void end(String who) throws IOException, InterruptedException {
            String message = Messages.stoppedBy(who);
            if (engine.isEmpty()) {
                giveBack();
                ZfsBackupAction.abort(build, run, message);
                return;
            }
            listener.getLogger().println(Messages.stopping());
            Callable<Void> ending = () -> {
                withdraw(await(engine.get()), message);
                return null;
            };
            await(Computer.threadPoolForRemoting.submit(ending));
        }

        private void withdraw(EngineProcess process, String message) throws IOException, InterruptedException {
            try {
                process.stopAndWait(workspace, launcher, STOP_SECONDS);
                process.copyLog(workspace, listener.getLogger());
                RunOutcome.ofAborted(message, process, workspace, build, run, launcher, listener);
            } finally {
                giveBack();
                if (run.isRunning()) {
                    ZfsBackupAction.abort(build, run, message);
                }
                process.cleanUp(workspace);
            }
        }
    }

    private static <T> T await(Future<T> future) throws IOException, InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException known) {
                throw known;
            }
            throw new IOException(e.getCause());
        }
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

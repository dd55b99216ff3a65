package io.jenkins.plugins.zfsbackup.steps;

import hudson.AbortException;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.Launcher;
import hudson.model.Computer;
import hudson.model.Node;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.zfsbackup.agent.EngineProcess;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import jenkins.model.CauseOfInterruption;
import jenkins.util.Timer;
import org.jenkinsci.plugins.workflow.FilePathUtils;
import org.jenkinsci.plugins.workflow.actions.WarningAction;
import org.jenkinsci.plugins.workflow.flow.FlowExecutionList;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.jenkinsci.plugins.workflow.steps.FlowInterruptedException;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/**
 * An engine step at work in a pipeline.
 *
 * <p>It goes through two states, both of which survive a restart of the controller. At first it waits for its pool: it
 * looks every {@value #WAIT_MILLIS} ms whether another build has it, and says once which. Then it starts the engine and
 * keeps only the {@link EngineProcess}, from which agent and folder are found again. From there on it looks, often
 * while there is output and at most every {@value #SLOWEST_MILLIS} ms otherwise, for new lines of the log, for
 * progress, and for an exit code; the first two are shown, the last ends the step.
 *
 * <p>What may go wrong on the way: the <i>controller restarts</i>: the engine goes on, {@link #onResume} takes up
 * looking, and the log is continued where it was left. The <i>agent's connection breaks</i>: the engine goes on; the
 * step says so and looks until the agent is back, for as long as the job's own time-out lets it, because a notebook may
 * sleep for days. An <i>agent that does not answer</i>, with a connection that is half dead, is asked again after a
 * time limit. The <i>agent's machine goes down</i>: durable-task sees, when the agent is back, that nothing touches the
 * log any more, and reports a negative exit code; the step fails and says that the next run goes on. The <i>agent is
 * removed</i> from Jenkins: the node block around the step ends it. The <i>build is aborted</i>: {@link #stop} signals
 * the engine, and the step ends when the engine has, at the latest after {@value #STOP_SECONDS} s; an engine that is
 * just being started is signalled as soon as it is there. The <i>step is ended from outside</i>, by the second or third
 * click on a build's "abort", which ask no step: the next look sees it, and withdraws the engine from the agent.
 */
final class EngineStepExecution extends StepExecution {

    private static final long serialVersionUID = 1L;
    private static final Logger LOGGER = Logger.getLogger(EngineStepExecution.class.getName());

    private static final long WAIT_MILLIS = 2_000;
    private static final long FASTEST_MILLIS = 250;
    private static final long SLOWEST_MILLIS = 3_000;
    private static final long STOP_SECONDS = 40;

    private final EngineStep step;
    private String agent = "";
    private String runId = "";
    private EngineProcess process;

    private transient volatile Throwable stopping;
    private transient volatile boolean launching;
    private transient volatile boolean ended;
    private transient Run<?, ?> build;
    private transient boolean saidWaiting;
    private transient boolean saidOffline;
    private transient boolean saidTrouble;
    private transient long pause;

    EngineStepExecution(StepContext context, EngineStep step) {
        super(context);
        this.step = step;
    }

    @Override
    public boolean start() throws Exception {
        StepContext context = getContext();
        agent = FilePathUtils.getNodeName(context.get(FilePath.class));
        BackupRepository place = step.place();
        runId = ZfsBackupAction.begin(context.get(Run.class), step.task(), step.subject(), place.getUrl())
                .getId();
        soon(0);
        return false;
    }

    @Override
    public void onResume() {
        super.onResume();
        if (process != null && step.alone()) {
            try {
                PoolQueue.take(agent, step.subject(), owner());
            } catch (IOException | InterruptedException e) {
                LOGGER.log(Level.FINE, "the pool can't be taken again", e);
            }
        }
        soon(FASTEST_MILLIS);
    }

    private void soon(long millis) {
        pause = millis;
        // The timer has few threads, and this may wait for an agent.
        Timer.get().schedule(() -> Computer.threadPoolForRemoting.submit(this::look), millis, TimeUnit.MILLISECONDS);
    }

    private void look() {
        if (ended) {
            return;
        }
        try {
            if (isEndedFromOutside()) {
                abandon();
            } else if (process == null) {
                launchWhenFree();
            } else {
                follow();
            }
        } catch (AbortException e) {
            fail(e);
        } catch (IOException | InterruptedException | RuntimeException e) {
            if (process == null) {
                fail(e);
            } else {
                // Most often a connection that broke just now: the next look finds out.
                LOGGER.log(Level.FINE, "looking after the engine on " + agent, e);
                sayTrouble(e);
                soon(SLOWEST_MILLIS);
            }
        }
    }

    private Run<?, ?> build() throws IOException, InterruptedException {
        if (build == null) {
            build = getContext().get(Run.class);
        }
        return build;
    }

    /** Whether the pipeline has gone on without this step, or is no more. */
    private boolean isEndedFromOutside() throws IOException, InterruptedException {
        return !build().isBuilding() || !getContext().get(FlowNode.class).isActive();
    }

    private void abandon() throws IOException, InterruptedException {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
        }
        try {
            if (process != null) {
                withdraw(process);
            }
        } finally {
            PoolQueue.release(agent, step.subject(), runId);
            ZfsBackupAction.abort(build(), run(), Messages.stoppedBy(Messages.stopped()));
        }
    }

    /** Stops an engine that nobody follows any more, and removes what it leaves; the context may be gone. */
    private void withdraw(EngineProcess engine) throws IOException, InterruptedException {
        Optional<FilePath> workspace = engine.workspace();
        Computer computer = workspace.map(FilePath::toComputer).orElse(null);
        Node node = computer == null ? null : computer.getNode();
        if (node == null) {
            LOGGER.log(
                    Level.WARNING,
                    () -> "The engine of " + build + " can't be stopped: its agent " + engine.agentName()
                            + " is not connected. What it publishes is whole.");
            return;
        }
        try {
            engine.stopAndWait(workspace.get(), node.createLauncher(TaskListener.NULL), STOP_SECONDS);
        } finally {
            engine.cleanUp(workspace.get());
        }
    }

    private void sayTrouble(Exception e) {
        try {
            if (!saidTrouble) {
                saidTrouble = true;
                getContext().get(TaskListener.class).getLogger().println(Messages.trouble(process.agentName(), e));
            }
        } catch (IOException | InterruptedException unheard) {
            LOGGER.log(Level.FINE, "the log can't be written", unheard);
        }
    }

    private void launchWhenFree() throws IOException, InterruptedException {
        if (!FlowExecutionList.get().isResumptionComplete()) {
            // After a restart, those at work take their pools first.
            soon(WAIT_MILLIS);
            return;
        }
        StepContext context = getContext();
        TaskListener listener = context.get(TaskListener.class);
        if (step.alone()) {
            Optional<PoolQueue.Owner> other = PoolQueue.take(agent, step.subject(), owner());
            if (other.isPresent()) {
                if (!saidWaiting) {
                    saidWaiting = true;
                    listener.getLogger()
                            .println(
                                    Messages.waiting(step.subject(), other.get().build()));
                }
                soon(WAIT_MILLIS);
                return;
            }
        }
        synchronized (this) {
            if (stopping != null || ended) {
                return;
            }
            launching = true;
        }
        try {
            process = EngineProcess.start(
                    step.requestFor(build(), step.place()),
                    context.get(FilePath.class),
                    context.get(Launcher.class),
                    context.get(EnvVars.class),
                    listener);
        } finally {
            launching = false;
        }
        if (ended) {
            withdraw(process);
            return;
        }
        context.saveState();
        if (stopping != null) {
            process.stop(context.get(FilePath.class), context.get(Launcher.class));
        }
        soon(FASTEST_MILLIS);
    }

    private PoolQueue.Owner owner() throws IOException, InterruptedException {
        return new PoolQueue.Owner(runId, build().getFullDisplayName());
    }

    private void follow() throws IOException, InterruptedException {
        StepContext context = getContext();
        TaskListener listener = context.get(TaskListener.class);
        Optional<FilePath> found = process.workspace();
        if (found.isEmpty()) {
            if (!saidOffline) {
                saidOffline = true;
                listener.getLogger().println(Messages.offline(process.agentName()));
            }
            soon(SLOWEST_MILLIS);
            return;
        }
        saidOffline = false;
        FilePath workspace = found.get();
        Launcher launcher = context.get(Launcher.class);
        boolean printed = process.copyLog(workspace, listener.getLogger());
        if (printed) {
            context.saveState();
        }
        Optional<Integer> exitCode = process.exitCode(workspace, launcher, listener);
        if (exitCode.isPresent()) {
            process.copyLog(workspace, listener.getLogger());
            end(exitCode.get(), workspace, launcher, listener);
        } else {
            saidTrouble = false;
            run().setProgress(process.progress(workspace));
            soon(printed ? FASTEST_MILLIS : Math.min(SLOWEST_MILLIS, pause * 3 / 2));
        }
    }

    private PoolRun run() throws IOException, InterruptedException {
        return ZfsBackupAction.find(build(), runId).orElseThrow(() -> new AbortException(Messages.recordGone()));
    }

    private void end(int exitCode, FilePath workspace, Launcher launcher, TaskListener listener)
            throws IOException, InterruptedException {
        if (stopping != null) {
            RunOutcome.ofAborted(stopped(stopping), process, workspace, build(), run(), launcher, listener);
            process.cleanUp(workspace);
            fail(stopping);
            return;
        }
        RunOutcome outcome = RunOutcome.of(exitCode, process, workspace, step, build(), run(), launcher, listener);
        process.cleanUp(workspace);
        if (outcome.result() == Result.FAILURE) {
            fail(new AbortException(outcome.message()));
            return;
        }
        if (outcome.result() != Result.SUCCESS) {
            listener.getLogger().println(outcome.message());
            getContext()
                    .get(FlowNode.class)
                    .addOrReplaceAction(new WarningAction(outcome.result()).withMessage(outcome.message()));
            build().setResult(outcome.result());
        }
        if (finish()) {
            getContext().onSuccess(outcome.document());
        }
    }

    private void fail(Throwable why) {
        if (!finish()) {
            return;
        }
        try {
            PoolRun run = run();
            if (run.isRunning()) {
                if (stopping != null) {
                    ZfsBackupAction.abort(build(), run, stopped(stopping));
                } else {
                    ZfsBackupAction.end(build(), run, Outcome.FAILED.text(), String.valueOf(why.getMessage()));
                }
            }
        } catch (IOException | InterruptedException e) {
            LOGGER.log(Level.FINE, "the run's end can't be recorded", e);
        }
        getContext().onFailure(stopping == null ? why : stopping);
    }

    /** Who has stopped it, and what that means. */
    private static String stopped(Throwable cause) {
        String who = cause instanceof FlowInterruptedException interrupted
                ? interrupted.getCauses().stream()
                        .map(CauseOfInterruption::getShortDescription)
                        .collect(Collectors.joining(", "))
                : "";
        return Messages.stoppedBy(who.isEmpty() ? Messages.stopped() : who);
    }

    /** Whether this is the one call that ends the step. */
    private synchronized boolean finish() {
        if (ended) {
            return false;
        }
        ended = true;
        PoolQueue.release(agent, step.subject(), runId);
        return true;
    }

    @Override
    public void stop(Throwable cause) throws Exception {
        if (!isAtWork(cause)) {
            fail(cause);
            return;
        }
        TaskListener listener = getContext().get(TaskListener.class);
        EngineProcess started = process;
        Optional<FilePath> workspace = started == null ? Optional.empty() : started.workspace();
        if (started != null && workspace.isEmpty()) {
            listener.getLogger().println(Messages.stopOffline(started.agentName()));
            fail(cause);
            return;
        }
        listener.getLogger().println(Messages.stopping());
        Timer.get().schedule(() -> Computer.threadPoolForRemoting.submit(this::force), STOP_SECONDS, TimeUnit.SECONDS);
        if (started != null) {
            Launcher launcher = getContext().get(Launcher.class);
            // The thread is the pipeline's, and an agent may take its time.
            Computer.threadPoolForRemoting.submit(() -> signal(started, workspace.get(), launcher));
        }
    }

    /** Notes the wish to stop; whether there is an engine, or will be in a moment, that has to be stopped first. */
    private synchronized boolean isAtWork(Throwable cause) {
        stopping = cause;
        return process != null || launching;
    }

    private static void signal(EngineProcess engine, FilePath workspace, Launcher launcher) {
        try {
            engine.stop(workspace, launcher);
        } catch (IOException | InterruptedException e) {
            LOGGER.log(Level.WARNING, e, () -> "The engine on " + engine.agentName() + " can't be asked to stop");
        }
    }

    /** Ends the step although the engine has not, and removes what it leaves. */
    private void force() {
        if (ended) {
            return;
        }
        EngineProcess started = process;
        fail(stopping);
        try {
            Optional<FilePath> workspace = started == null ? Optional.empty() : started.workspace();
            if (workspace.isPresent()) {
                started.cleanUp(workspace.get());
            }
        } catch (IOException | InterruptedException e) {
            LOGGER.log(Level.WARNING, e, () -> "What the engine left on " + started.agentName() + " can't be removed");
        }
    }

    @Override
    public String getStatus() {
        return process == null ? "waiting for " + step.subject() : "engine at work on " + process.agentName();
    }
}

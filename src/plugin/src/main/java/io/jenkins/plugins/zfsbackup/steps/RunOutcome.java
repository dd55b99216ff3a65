package io.jenkins.plugins.zfsbackup.steps;

import hudson.AbortException;
import hudson.FilePath;
import hudson.Launcher;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.zfsbackup.agent.EngineProcess;
import io.jenkins.plugins.zfsbackup.agent.Json;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.RepositoryAccess;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import io.jenkins.plugins.zfsbackup.engine.model.Outcome;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an ended engine means to its build.
 *
 * @param result of the build, as far as this run has a say
 * @param message why it is not a success; empty if it is one
 * @param document of the run, as plain values; empty if it left none
 */
record RunOutcome(Result result, String message, Map<String, Object> document) {

    private static final int MOST_NAMES = 10;

    /** Reads, records and archives what the engine left, and weighs its exit code. */
    static RunOutcome of(
            int exitCode,
            EngineProcess process,
            FilePath workspace,
            EngineStep step,
            Run<?, ?> build,
            PoolRun run,
            Launcher launcher,
            TaskListener listener)
            throws IOException, InterruptedException {
        learnHostKey(process, workspace, step, listener);
        Map<String, Object> document = Map.of();
        String unread = "";
        try {
            Optional<byte[]> bytes = process.result(workspace);
            if (bytes.isPresent()) {
                document = ZfsBackupAction.accept(build, run, bytes.get(), launcher, listener);
            }
        } catch (Json.JsonException e) {
            unread = Messages.unreadable(e.getMessage());
        } catch (AbortException e) {
            unread = e.getMessage();
        }
        RunOutcome outcome = weigh(exitCode, step.getWhenUnreachable(), run, document, unread, process.agentName());
        ZfsBackupAction.end(build, run, engineOutcome(exitCode, unread, run), outcome.message());
        return outcome;
    }

    private static void learnHostKey(EngineProcess process, FilePath workspace, EngineStep step, TaskListener listener)
            throws IOException, InterruptedException {
        Optional<String> key = process.newHostKey(workspace);
        if (key.isPresent()) {
            BackupRepository place = step.place();
            boolean learnt = ZfsBackupConfiguration.get().learnHostKey(place, key.get());
            listener.getLogger()
                    .println(learnt
                            ? Messages.hostKeyLearnt(place.getName(), key.get())
                            : Messages.hostKeyNotLearnt(place.getName(), key.get()));
        }
    }

    private static RunOutcome weigh(
            int exitCode,
            EngineStep.WhenUnreachable whenUnreachable,
            PoolRun run,
            Map<String, Object> document,
            String unread,
            String agent) {
        String subject = run.getSubject();
        if (!unread.isEmpty()) {
            return new RunOutcome(Result.FAILURE, unread, Map.of());
        }
        return switch (exitCode) {
            case 0 -> document.isEmpty()
                    ? new RunOutcome(Result.FAILURE, Messages.noDocument(subject), document)
                    : new RunOutcome(Result.SUCCESS, "", document);
            case 1 -> new RunOutcome(Result.UNSTABLE, Messages.someFailed(subject, names(run)), document);
            case 3 -> new RunOutcome(
                    whenUnreachable == EngineStep.WhenUnreachable.skip ? Result.NOT_BUILT : Result.FAILURE,
                    Messages.unreachable(run.getRepository(), said(run)),
                    document);
            case 64 -> new RunOutcome(Result.FAILURE, Messages.wrongUsage(subject, said(run)), document);
            default -> exitCode < 0
                    ? new RunOutcome(Result.FAILURE, Messages.vanished(subject, agent), document)
                    : new RunOutcome(Result.FAILURE, Messages.failed(subject, exitCode, said(run)), document);
        };
    }

    private static Outcome engineOutcome(int exitCode, String unread, PoolRun run) {
        if (!unread.isEmpty()) {
            return Outcome.FAILED;
        }
        return switch (exitCode) {
            case 0 -> run.isRunning() ? Outcome.FAILED : run.getOutcome();
            case 1 -> Outcome.PARTIAL;
            case 3 -> Outcome.UNREACHABLE;
            default -> Outcome.FAILED;
        };
    }

    private static String names(PoolRun run) {
        List<String> failed = run.getFailedDatasets();
        String shown = String.join(", ", failed.subList(0, Math.min(MOST_NAMES, failed.size())));
        return failed.size() > MOST_NAMES ? Messages.andMore(shown, failed.size() - MOST_NAMES) : shown;
    }

    private static String said(PoolRun run) {
        return run.getMessage().isEmpty() ? Messages.seeLog() : RepositoryAccess.asInTheForm(run.getMessage());
    }
}

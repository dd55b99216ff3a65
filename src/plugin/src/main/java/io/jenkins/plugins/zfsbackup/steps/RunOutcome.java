package io.jenkins.plugins.zfsbackup.steps;

import hudson.AbortException;
import hudson.FilePath;
import hudson.Launcher;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.zfsbackup.agent.AgentJson;
import io.jenkins.plugins.zfsbackup.agent.EngineProcess;
import io.jenkins.plugins.zfsbackup.agent.JsonException;
import io.jenkins.plugins.zfsbackup.agent.Room;
import io.jenkins.plugins.zfsbackup.config.BackupRepository;
import io.jenkins.plugins.zfsbackup.config.ZfsBackupConfiguration;
import io.jenkins.plugins.zfsbackup.engine.protocol.HostKeyLine;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import io.jenkins.plugins.zfsbackup.record.PoolRun;
import io.jenkins.plugins.zfsbackup.record.ZfsBackupAction;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an ended engine means to its build.
 *
 * @param result of the build, as far as this run has a say
 * @param message why it is not a success; empty if it is one
 * @param document of the run, as plain values; empty if it left none
 */
record RunOutcome(Result result, String message, Map<String, Object> document) {

    private static final int MOST_NAMES = 10;

    /**
     * What a pipeline may get into its variables, which are written to disk at each step: some ten thousand backups.
     */
    private static final int MOST_VALUES = 100_000;

    private static final int MOST_CHARACTERS = 4 << 20;

    /** In the plain values, where there is more in the document. */
    private static final String CUT = "cut";

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
            document = collect(process, workspace, build, run, launcher, listener);
        } catch (JsonException e) {
            unread = Messages.unreadable(e.getMessage());
        } catch (AbortException e) {
            unread = e.getMessage();
        }
        RunOutcome outcome = weigh(exitCode, step.getWhenUnreachable(), run, document, unread, process.agentName());
        ZfsBackupAction.end(build, run, engineOutcome(exitCode, unread, run), outcome.message());
        return outcome;
    }

    /** Records a run that was stopped, with what the engine left all the same. */
    static void ofAborted(
            String message,
            EngineProcess process,
            FilePath workspace,
            Run<?, ?> build,
            PoolRun run,
            Launcher launcher,
            TaskListener listener)
            throws IOException, InterruptedException {
        try {
            collect(process, workspace, build, run, launcher, listener);
        } catch (JsonException | AbortException e) {
            listener.getLogger()
                    .println(e instanceof JsonException ? Messages.unreadable(e.getMessage()) : e.getMessage());
        }
        ZfsBackupAction.abort(build, run, message);
    }

    /** Archives the document, if there is one, and gives it as plain values. */
    private static Map<String, Object> collect(
            EngineProcess process,
            FilePath workspace,
            Run<?, ?> build,
            PoolRun run,
            Launcher launcher,
            TaskListener listener)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("zfs-backup");
        try {
            Path document = folder.resolve("result.json");
            if (!process.copyResult(workspace, document)) {
                return Map.of();
            }
            ZfsBackupAction.accept(build, run, document, launcher, listener);
            return values(document, run, listener);
        } finally {
            new FilePath(folder.toFile()).deleteRecursive();
        }
    }

    private static Map<String, Object> values(Path document, PoolRun run, TaskListener listener) throws IOException {
        Room room = new Room(MOST_VALUES, MOST_CHARACTERS);
        try (InputStream in = Files.newInputStream(document)) {
            Map<String, Object> values = AgentJson.values(in, room);
            if (room.isCut()) {
                values.put(CUT, true);
                listener.getLogger().println(Messages.resultCut(run.getManifest()));
            }
            return values;
        }
    }

    private static void learnHostKey(EngineProcess process, FilePath workspace, EngineStep step, TaskListener listener)
            throws IOException, InterruptedException {
        Optional<String> key = process.newHostKey(workspace);
        if (key.isPresent()) {
            BackupRepository place = step.place();
            boolean learnt = ZfsBackupConfiguration.get().learnHostKey(place, key.get());
            String shown = HostKeyLine.of(key.get()).map(HostKeyLine::toString).orElse(key.get());
            listener.getLogger()
                    .println(
                            learnt
                                    ? Messages.hostKeyLearnt(place.getName(), shown)
                                    : Messages.hostKeyNotLearnt(place.getName(), shown));
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
        if (exitCode < 0) {
            return new RunOutcome(Result.FAILURE, Messages.vanished(subject, agent), document);
        }
        return switch (Outcome.ofExitCode(exitCode)) {
            case OK ->
                run.isGood()
                        ? new RunOutcome(Result.SUCCESS, "", document)
                        : new RunOutcome(Result.FAILURE, Messages.noDocument(subject), document);
            case PARTIAL ->
                new RunOutcome(
                        Result.UNSTABLE,
                        run.isListing() ? Messages.someNotListed(names(run)) : Messages.someFailed(subject, names(run)),
                        document);
            case UNREACHABLE ->
                new RunOutcome(
                        whenUnreachable == EngineStep.WhenUnreachable.skip ? Result.NOT_BUILT : Result.FAILURE,
                        said(run, Messages.unreachable(run.getRepository())),
                        document);
            default -> new RunOutcome(Result.FAILURE, said(run, Messages.failed(subject, exitCode)), document);
        };
    }

    private static String engineOutcome(int exitCode, String unread, PoolRun run) {
        if (!unread.isEmpty()) {
            return Outcome.FAILED.text();
        }
        Outcome ended = Outcome.ofExitCode(exitCode);
        return ended == Outcome.OK && run.isGood()
                ? run.getOutcome()
                : (ended == Outcome.OK ? Outcome.FAILED : ended).text();
    }

    private static String names(PoolRun run) {
        List<String> missing = run.getMissing();
        String shown = Stream.concat(run.getFailedDatasets().stream(), missing.stream())
                .limit(MOST_NAMES)
                .collect(Collectors.joining(", "));
        int all = run.getFailedCount() + missing.size();
        return all > MOST_NAMES ? Messages.andMore(shown, all - MOST_NAMES) : shown;
    }

    /** What the engine has said, which is a whole sentence; or another, if it said nothing. */
    private static String said(PoolRun run, String otherwise) {
        return run.getMessage().isEmpty() ? otherwise : run.getMessage();
    }
}

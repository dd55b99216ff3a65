package io.jenkins.plugins.zfsbackup.config;

import hudson.AbortException;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.Launcher;
import hudson.Util;
import hudson.model.Computer;
import hudson.model.Node;
import hudson.model.TaskListener;
import hudson.util.FormValidation;
import hudson.util.StreamTaskListener;
import io.jenkins.plugins.zfsbackup.agent.Budget;
import io.jenkins.plugins.zfsbackup.agent.EngineProcess;
import io.jenkins.plugins.zfsbackup.agent.EngineRequest;
import io.jenkins.plugins.zfsbackup.agent.Fields;
import io.jenkins.plugins.zfsbackup.agent.JsonException;
import io.jenkins.plugins.zfsbackup.agent.JsonInput;
import io.jenkins.plugins.zfsbackup.keys.KeyFinder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import jenkins.model.Jenkins;

/** Runs the engine's {@code doctor} on an agent, and shows what it reports. */
final class ConnectionTest {

    private static final long MEMORY_MIB = 64;
    private static final long LONGEST_SECONDS = 60;
    private static final long POLL_MILLIS = 200;
    private static final int MOST_CHECKS = 100;
    private static final int MOST_VALUES = 5_000;
    private static final int MOST_CHARACTERS = 1 << 20;

    private final BackupRepository repository;
    private final String agent;
    private final String pool;

    ConnectionTest(BackupRepository repository, String agent, String pool) {
        this.repository = repository;
        this.agent = agent;
        this.pool = pool;
    }

    FormValidation run() throws IOException, InterruptedException {
        Computer computer = Jenkins.get().getComputer(agent);
        Node node = computer == null ? null : computer.getNode();
        FilePath root = node == null ? null : node.getRootPath();
        if (root == null) {
            throw new AbortException(Messages.agentOffline(agent));
        }
        EngineRequest request = new EngineRequest("doctor", pool).flag("--no-encryption", repository.isUnencrypted());
        new RepositoryAccess(repository, KeyFinder.forAdministrator())
                .open(request)
                .encrypt(request)
                .sign(request);
        FilePath workspace = root.child("workspace").child("zfs-backup-test");
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        TaskListener listener = new StreamTaskListener(log, StandardCharsets.UTF_8);
        Launcher launcher = node.createLauncher(listener);
        EngineProcess process =
                EngineProcess.start(request, MEMORY_MIB, workspace, launcher, new EnvVars(), listener);
        Path folder = Files.createTempDirectory("zfs-backup");
        try {
            awaitExit(process, workspace, launcher, listener);
            process.copyLog(workspace, log);
            Path document = folder.resolve("doctor.json");
            return process.copyResult(workspace, document)
                    ? report(document, process.newHostKey(workspace))
                    : FormValidation.error(log.toString(StandardCharsets.UTF_8));
        } catch (JsonException e) {
            return FormValidation.error(log.toString(StandardCharsets.UTF_8));
        } finally {
            process.cleanUp(workspace);
            Util.deleteRecursive(folder.toFile());
        }
    }

    private void awaitExit(EngineProcess process, FilePath workspace, Launcher launcher, TaskListener listener)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_SECONDS);
        while (process.exitCode(workspace, launcher, listener).isEmpty()) {
            if (System.nanoTime() > end) {
                process.stop(workspace, launcher);
                throw new AbortException(Messages.testTooLong(LONGEST_SECONDS));
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static FormValidation report(Path document, Optional<String> newHostKey) throws IOException {
        Fields root;
        try (InputStream in = Files.newInputStream(document)) {
            root = new Fields(JsonInput.readWhole(in, new Budget(MOST_VALUES, MOST_CHARACTERS)));
        }
        List<FormValidation> said = new ArrayList<>();
        for (Map<String, Object> each : root.objects("checks", MOST_CHECKS)) {
            said.add(shown(new Fields(each)));
        }
        newHostKey.ifPresent(line -> said.add(FormValidation.ok(Messages.hostKeyAtFirstUse(
                HostKey.of(line).map(HostKey::toString).orElse(line)))));
        return said.isEmpty() ? FormValidation.error(root.text("message")) : FormValidation.aggregate(said);
    }

    private static FormValidation shown(Fields check) {
        String grade = check.text("grade");
        String mend = check.text("mend");
        String html = Util.escape(mark(grade) + check.text("check") + ": " + check.text("said"))
                + (mend.isEmpty() ? "" : "<br>" + Util.escape(mend));
        return switch (grade) {
            case "ok" -> FormValidation.okWithMarkup(html);
            case "note" -> FormValidation.warningWithMarkup(html);
            default -> FormValidation.errorWithMarkup(html);
        };
    }

    private static String mark(String grade) {
        return switch (grade) {
            case "ok" -> "✓ ";
            case "note" -> "! ";
            default -> "✗ ";
        };
    }
}

package io.jenkins.plugins.zfsbackup.config;

import hudson.AbortException;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.Launcher;
import hudson.Util;
import hudson.model.Computer;
import hudson.model.Node;
import hudson.model.TaskListener;
import hudson.util.StreamTaskListener;
import io.jenkins.plugins.zfsbackup.agent.AgentJson;
import io.jenkins.plugins.zfsbackup.agent.EngineProcess;
import io.jenkins.plugins.zfsbackup.agent.EngineRequest;
import io.jenkins.plugins.zfsbackup.agent.JsonException;
import io.jenkins.plugins.zfsbackup.agent.Room;
import io.jenkins.plugins.zfsbackup.engine.protocol.DoctorResult;
import io.jenkins.plugins.zfsbackup.keys.KeyFinder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import jenkins.model.Jenkins;

/** Runs the engine's {@code doctor} on an agent. */
public final class ConnectionTest {

    private static final long LONGEST_SECONDS = 60;
    private static final long POLL_MILLIS = 200;
    private static final int MOST_VALUES = 100;
    private static final int MOST_CHARACTERS = 1 << 20;

    private final BackupRepository repository;
    private final String agent;
    private final String pool;
    private final boolean sudo;

    /**
     * @param repository as it is being set up
     * @param agent its name, or {@code (built-in)}
     * @param pool of the agent
     */
    public ConnectionTest(BackupRepository repository, String agent, String pool) {
        this(repository, agent, pool, false);
    }

    private ConnectionTest(BackupRepository repository, String agent, String pool, boolean sudo) {
        this.repository = repository;
        this.agent = agent;
        this.pool = pool;
        this.sudo = sudo;
    }

    /** The same, with {@code zfs} run through {@code sudo} if wanted. */
    public ConnectionTest withSudo(boolean wanted) {
        return new ConnectionTest(repository, agent, pool, wanted);
    }

    /**
     * Makes the test.
     *
     * @throws AbortException if it can't be made; says why
     */
    public ConnectionReport run() throws IOException, InterruptedException {
        Computer computer = Jenkins.get().getComputer(agent);
        Node node = computer == null ? null : computer.getNode();
        FilePath root = node == null ? null : node.getRootPath();
        if (root == null) {
            throw new AbortException(Messages.agentOffline(agent));
        }
        EngineRequest request = new EngineRequest("doctor", pool)
                .flag("--no-encryption", repository.isUnencrypted())
                .flag("--sudo", sudo);
        new RepositoryAccess(repository, KeyFinder.forAdministrator())
                .open(request)
                .encrypt(request)
                .sign(request);
        FilePath workspace = root.child("workspace").child("zfs-backup-test");
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        TaskListener listener = new StreamTaskListener(log, StandardCharsets.UTF_8);
        Launcher launcher = node.createLauncher(listener);
        EngineProcess process = EngineProcess.start(request, workspace, launcher, new EnvVars(), listener);
        Path folder = Files.createTempDirectory("zfs-backup");
        try {
            awaitExit(process, workspace, launcher, listener);
            process.copyLog(workspace, log);
            Path document = folder.resolve("doctor.json");
            return process.copyResult(workspace, document)
                    ? report(document, process.newHostKey(workspace))
                    : ConnectionReport.failed(log.toString(StandardCharsets.UTF_8));
        } catch (JsonException e) {
            return ConnectionReport.failed(log.toString(StandardCharsets.UTF_8));
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

    private static ConnectionReport report(Path document, Optional<String> newHostKey) throws IOException {
        try (InputStream in = Files.newInputStream(document)) {
            return ConnectionReport.of(
                    AgentJson.read(in, DoctorResult.class, new Room(MOST_VALUES, MOST_CHARACTERS)), newHostKey);
        }
    }
}

package io.jenkins.plugins.zfsbackup.agent;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.SuppressFBWarnings;
import hudson.AbortException;
import hudson.EnvVars;
import hudson.FilePath;
import hudson.Launcher;
import hudson.model.Computer;
import hudson.model.Node;
import hudson.model.TaskListener;
import hudson.remoting.VirtualChannel;
import hudson.slaves.WorkspaceList;
import io.jenkins.plugins.zfsbackup.engine.protocol.Launch;
import io.jenkins.plugins.zfsbackup.engine.protocol.Progress;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import jenkins.MasterToSlaveFileCallable;
import org.jenkinsci.plugins.durabletask.BourneShellScript;
import org.jenkinsci.plugins.durabletask.Controller;
import org.jenkinsci.plugins.workflow.FilePathUtils;

/**
 * An engine at work on an agent. It is started through durable-task, so that it lives on when the controller restarts
 * or the agent's connection breaks; this handle is what is kept of it, and finds everything again: the agent by its
 * name, the folder by its path.
 *
 * <p>The folder lies beside the workspace and belongs to the agent's user alone. The request, which carries the
 * secrets, is written there and deleted by the engine before it does anything else; progress and result appear there.
 */
public final class EngineProcess implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final String REQUEST = "request.json";

    /** The file, among those that the engine may write, for the host key of a server that was trusted at first use. */
    public static final String NEW_HOST_KEYS = "new-host-keys";

    private static final int LARGEST_HOST_KEYS = 1 << 16;
    static final int LARGEST_RESULT = 64 << 20;
    static final int LARGEST_PROGRESS = 1 << 20;

    /** Streams under way, in a report of progress. */
    private static final int MOST_VALUES = 100;

    /** How long an agent may take to answer a question. */
    private static final long ANSWER_SECONDS = 60;

    /** How long the largest result may be on a slow line. */
    private static final long RESULT_SECONDS = 600;

    private static final long POLL_MILLIS = 200;

    private final String agent;
    private final String workspace;
    private final String folder;
    private final Controller controller;

    private EngineProcess(String agent, String workspace, String folder, Controller controller) {
        this.agent = agent;
        this.workspace = workspace;
        this.folder = folder;
        this.controller = controller;
    }

    /**
     * Starts an engine.
     *
     * @throws AbortException if the agent can't run it; says why
     */
    public static EngineProcess start(
            EngineRequest request, FilePath workspace, Launcher launcher, EnvVars environment, TaskListener listener)
            throws IOException, InterruptedException {
        String agent = FilePathUtils.getNodeName(workspace);
        AgentJava java = TimeLimit.within(ANSWER_SECONDS, () -> AgentJava.on(workspace, nameOf(agent)));
        FilePath jar = EngineJar.bringTo(rootOf(workspace, nameOf(agent)));
        FilePath folder = TimeLimit.within(ANSWER_SECONDS, () -> {
            workspace.mkdirs();
            return folderBeside(workspace);
        });
        boolean started = false;
        try {
            Controller controller = TimeLimit.within(ANSWER_SECONDS, () -> {
                folder.act(new WriteOwnerOnly(request.bytes(folder.getRemote())));
                BourneShellScript script = new BourneShellScript(script(java, jar, folder, request.logTimes()));
                script.charset(StandardCharsets.UTF_8);
                return script.launch(environment, workspace, launcher, listener);
            });
            started = true;
            return new EngineProcess(agent, workspace.getRemote(), folder.getRemote(), controller);
        } finally {
            if (!started) {
                TimeLimit.within(ANSWER_SECONDS, () -> delete(folder));
            }
        }
    }

    private static Void delete(FilePath folder) throws IOException, InterruptedException {
        folder.deleteRecursive();
        return null;
    }

    private static FilePath rootOf(FilePath workspace, String agent) throws AbortException {
        Computer computer = workspace.toComputer();
        Node node = computer == null ? null : computer.getNode();
        FilePath root = node == null ? null : node.getRootPath();
        if (root == null) {
            throw new AbortException(Messages.agentGone(agent));
        }
        return root;
    }

    private static FilePath folderBeside(FilePath workspace) throws IOException, InterruptedException {
        FilePath temporary = WorkspaceList.tempDir(workspace);
        if (temporary == null) {
            throw new AbortException(Messages.noFolderBeside(workspace));
        }
        temporary.mkdirs();
        return temporary.child("zfs-backup-" + UUID.randomUUID());
    }

    private static String script(AgentJava java, FilePath jar, FilePath folder, boolean logTimes) {
        // exec, so that a signal reaches Java itself; the sbin folders, because zfs lives there and agents often lack
        // them.
        return "#!/bin/sh\n"
                + "PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin\nexport PATH\numask 077\n"
                + "exec " + quoted(java.program())
                + " " + Launch.javaOptions().stream().map(EngineProcess::quoted).collect(Collectors.joining(" "))
                + " -Dfile.encoding=UTF-8 -Dsun.stdout.encoding=UTF-8 -Dsun.stderr.encoding=UTF-8"
                + " -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8"
                + " -D" + Launch.PLACE + "=" + Launch.JENKINS
                + " -D" + Launch.LOG_TIMES + "=" + logTimes
                + " -jar " + quoted(jar.getRemote())
                + " request " + quoted(folder.child(REQUEST).getRemote())
                + " --progress " + quoted(folder.child("progress.json").getRemote())
                + " --result " + quoted(folder.child("result.json").getRemote())
                + "\n";
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    private static String nameOf(String agent) {
        return agent.isEmpty() ? Messages.builtIn() : agent;
    }

    /** The agent's name for messages. */
    public String agentName() {
        return nameOf(agent);
    }

    /** The workspace, if its agent is connected. */
    public Optional<FilePath> workspace() {
        return Optional.ofNullable(FilePathUtils.find(agent, workspace));
    }

    /**
     * Copies what the engine has printed since the last call. Where it stands in the log is kept in this handle, which
     * therefore has to be saved after a call that returned true.
     *
     * @return whether there was anything
     */
    public boolean copyLog(FilePath on, OutputStream sink) throws IOException, InterruptedException {
        return TimeLimit.within(ANSWER_SECONDS, () -> controller.writeLog(on, sink));
    }

    /** The exit code, if the engine has ended; negative if it vanished, e.g. because the machine went down. */
    public Optional<Integer> exitCode(FilePath on, Launcher launcher, TaskListener listener)
            throws IOException, InterruptedException {
        return Optional.ofNullable(
                TimeLimit.within(ANSWER_SECONDS, () -> controller.exitStatus(on, launcher, listener)));
    }

    /** How far it is; {@link Progress#NONE} if it has not said, or nothing that could be read. */
    public Progress progress(FilePath on) throws IOException, InterruptedException {
        Optional<byte[]> document = read(on, "progress.json", LARGEST_PROGRESS);
        try {
            return document.isPresent()
                    ? AgentJson.read(
                            new ByteArrayInputStream(document.get()),
                            Progress.class,
                            new Room(MOST_VALUES, LARGEST_PROGRESS))
                    : Progress.NONE;
        } catch (JsonException e) {
            return Progress.NONE;
        }
    }

    /**
     * Copies the result document to the controller, if the engine left one.
     *
     * @param to a file that is not there yet
     * @return whether there is one
     * @throws AbortException if it is larger than any true one
     */
    public boolean copyResult(FilePath on, Path to) throws IOException, InterruptedException {
        FilePath result = on.child(folder).child("result.json");
        return TimeLimit.within(RESULT_SECONDS, () -> {
            if (!result.exists()) {
                return false;
            }
            try (OutputStream out = new BoundedOutput(Files.newOutputStream(to), LARGEST_RESULT)) {
                result.copyTo(out);
            } catch (IOException e) {
                if (Files.size(to) >= LARGEST_RESULT) {
                    throw new AbortException(tooLarge(result.getName(), LARGEST_RESULT));
                }
                throw e;
            }
            return true;
        });
    }

    /**
     * The host key, as a line of {@code known_hosts}, that the engine has trusted at first use; empty if there was
     * none.
     */
    public Optional<String> newHostKey(FilePath on) throws IOException, InterruptedException {
        return read(on, NEW_HOST_KEYS, LARGEST_HOST_KEYS)
                .flatMap(
                        text -> new String(text, StandardCharsets.UTF_8).lines().findFirst());
    }

    private Optional<byte[]> read(FilePath on, String name, int largest) throws IOException, InterruptedException {
        FilePath file = on.child(folder).child(name);
        byte[] bytes = TimeLimit.within(ANSWER_SECONDS, () -> file.act(new ReadBounded(largest + 1)));
        if (bytes != null && bytes.length > largest) {
            throw new AbortException(tooLarge(name, largest));
        }
        return Optional.ofNullable(bytes);
    }

    /** Asks the engine to stop: it ends {@code zfs send}, withdraws what is not published, and exits. */
    public void stop(FilePath on, Launcher launcher) throws IOException, InterruptedException {
        TimeLimit.within(ANSWER_SECONDS, () -> {
            controller.stop(on, launcher);
            return null;
        });
    }

    /** Removes all that it left beside the workspace. */
    public void cleanUp(FilePath on) throws IOException, InterruptedException {
        TimeLimit.within(ANSWER_SECONDS, () -> {
            delete(on.child(folder));
            controller.cleanup(on);
            return null;
        });
    }

    /**
     * Asks the engine to stop, and waits until it has.
     *
     * @param seconds to wait at most
     */
    public void stopAndWait(FilePath on, Launcher launcher, long seconds) throws IOException, InterruptedException {
        stop(on, launcher);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (exitCode(on, launcher, TaskListener.NULL).isEmpty() && System.nanoTime() < end) {
            Thread.sleep(POLL_MILLIS);
        }
    }

    private static String tooLarge(String name, int largest) {
        return Messages.tooLarge(name, largest >> 20);
    }

    /** Makes the folder and the file in it such that only the agent's user can look into them, from the start. */
    private static final class WriteOwnerOnly extends MasterToSlaveFileCallable<Void> {

        private static final long serialVersionUID = 1L;

        private final byte[] content;

        WriteOwnerOnly(byte[] content) {
            this.content = content;
        }

        @Override
        public Void invoke(File file, VirtualChannel channel) throws IOException {
            Path folder = Files.createDirectory(
                    file.toPath(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path request = Files.createFile(
                    folder.resolve(REQUEST),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(request, content);
            return null;
        }
    }

    /** The beginning of a file of the agent's; null if it is not there. */
    private static final class ReadBounded extends MasterToSlaveFileCallable<byte[]> {

        private static final long serialVersionUID = 1L;

        private final int most;

        ReadBounded(int most) {
            this.most = most;
        }

        @Override
        @CheckForNull
        @SuppressFBWarnings(value = "PZLA_PREFER_ZERO_LENGTH_ARRAYS", justification = "no file is not an empty file")
        public byte[] invoke(File file, VirtualChannel channel) throws IOException {
            try (InputStream in = Files.newInputStream(file.toPath())) {
                return in.readNBytes(most);
            } catch (NoSuchFileException e) {
                return null;
            }
        }
    }
}

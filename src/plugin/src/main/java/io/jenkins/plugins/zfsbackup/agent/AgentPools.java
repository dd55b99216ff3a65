package io.jenkins.plugins.zfsbackup.agent;

import hudson.AbortException;
import hudson.Launcher;
import hudson.Proc;
import hudson.model.Computer;
import hudson.model.Node;
import hudson.model.TaskListener;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import jenkins.model.Jenkins;

/** Asks an agent for its pools and their datasets, for a form. */
public final class AgentPools {

    private static final long LONGEST_SECONDS = 30;
    private static final int LARGEST_ANSWER = 16 << 20;
    private static final int LARGEST_ERROR = 1 << 16;
    private static final int LONGEST_ERROR_SHOWN = 500;

    /** What a shell exits with if it finds no such program, POSIX. */
    private static final int NOT_FOUND = 127;

    private static final String ENABLED = "zfsbackup:enabled";

    private final Node node;
    private final boolean sudo;

    private AgentPools(Node node, boolean sudo) {
        this.node = node;
        this.sudo = sudo;
    }

    /**
     * A dataset of a pool.
     *
     * @param name with the pool's
     * @param enabled whether its user property lets it be backed up
     * @param snapshots how many it has
     */
    public record Dataset(String name, boolean enabled, int snapshots) {}

    /**
     * Those of an agent.
     *
     * @param agent its name, or {@code (built-in)}
     * @param sudo whether {@code zfs} is run through {@code sudo -n}
     * @throws AbortException if it is not connected
     */
    public static AgentPools of(String agent, boolean sudo) throws AbortException {
        Computer computer = Jenkins.get().getComputer(agent);
        Node node = computer == null || computer.isOffline() ? null : computer.getNode();
        if (node == null) {
            throw new AbortException(Messages.notConnected(agent));
        }
        return new AgentPools(node, sudo);
    }

    /** The pools' names. */
    public List<String> names() throws IOException, InterruptedException {
        List<String> names = answer("zpool", "list", "-H", "-o", "name");
        for (String name : names) {
            check("zpool", name);
        }
        return names;
    }

    /** The datasets of a pool, in the order in which ZFS lists them. */
    public List<Dataset> datasets(String pool) throws IOException, InterruptedException {
        Map<String, Dataset> datasets = new LinkedHashMap<>();
        for (String line :
                answer("zfs", "list", "-H", "-r", "-t", "filesystem,volume,snapshot", "-o", "name," + ENABLED, pool)) {
            String[] columns = line.split("\t");
            String[] name = columns[0].split("@", 2);
            check("zfs", name[0]);
            if (name.length == 1) {
                boolean enabled = columns.length < 2 || !columns[1].equalsIgnoreCase("false");
                datasets.put(name[0], new Dataset(name[0], enabled, 0));
            } else {
                datasets.computeIfPresent(
                        name[0], (same, each) -> new Dataset(same, each.enabled(), each.snapshots() + 1));
            }
        }
        return List.copyOf(datasets.values());
    }

    /** A name that comes from an agent, which may send anything. */
    private void check(String program, String name) throws AbortException {
        try {
            new DatasetName(name);
        } catch (IllegalArgumentException e) {
            throw failure(program, e.getMessage());
        }
    }

    private AbortException failure(String program, String said) {
        String shown = said.length() > LONGEST_ERROR_SHOWN ? said.substring(0, LONGEST_ERROR_SHOWN) + "…" : said;
        return new AbortException(Messages.programFailed(program, node.getDisplayName(), shown));
    }

    private List<String> answer(String... command) throws IOException, InterruptedException {
        return TimeLimit.within(2 * LONGEST_SECONDS, () -> run(command)).lines().toList();
    }

    private String run(String... command) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(
                "sh",
                "-c",
                // As the engine is started: zfs lives there, and agents often lack these folders.
                "PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; export PATH; exec \"$@\"",
                "sh"));
        if (sudo) {
            line.addAll(List.of("sudo", "-n"));
        }
        line.addAll(List.of(command));
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        Launcher launcher = node.createLauncher(TaskListener.NULL);
        Proc process = launcher.launch()
                .cmds(line)
                .stdout(new BoundedOutput(said, LARGEST_ANSWER))
                .stderr(new BoundedOutput(errors, LARGEST_ERROR))
                .quiet(true)
                .start();
        int code = process.joinWithTimeout(LONGEST_SECONDS, TimeUnit.SECONDS, TaskListener.NULL);
        if (code == NOT_FOUND) {
            throw new AbortException(Messages.noProgram(node.getDisplayName(), sudo ? "sudo" : command[0]));
        }
        if (code != 0) {
            throw failure(command[0], errors.toString(StandardCharsets.UTF_8).strip());
        }
        return said.toString(StandardCharsets.UTF_8);
    }
}

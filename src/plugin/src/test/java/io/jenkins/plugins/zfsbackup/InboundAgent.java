package io.jenkins.plugins.zfsbackup;

import hudson.model.Node;
import hudson.slaves.DumbSlave;
import hudson.slaves.JNLPLauncher;
import hudson.slaves.SlaveComputer;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jvnet.hudson.test.JenkinsRule;

/**
 * An agent as laboratories run it: a process of its own that connects to the controller, here through a {@link Relay}.
 */
final class InboundAgent implements AutoCloseable {

    private final JenkinsRule jenkins;
    private final DumbSlave node;
    private final Path folder;
    private final Relay relay;
    private Process process;

    private InboundAgent(JenkinsRule jenkins, DumbSlave node, Path folder, Relay relay) {
        this.jenkins = jenkins;
        this.node = node;
        this.folder = folder;
        this.relay = relay;
    }

    static InboundAgent connect(JenkinsRule jenkins, String name, Path folder) throws Exception {
        Files.createDirectories(folder);
        DumbSlave node = new DumbSlave(name, folder.resolve("root").toString(), new JNLPLauncher());
        node.setMode(Node.Mode.EXCLUSIVE);
        node.setNumExecutors(2);
        jenkins.jenkins.addNode(node);
        InboundAgent agent = new InboundAgent(
                jenkins, node, folder, new Relay(jenkins.getURL().getPort()));
        agent.start();
        return agent;
    }

    void start() throws Exception {
        Path jar = folder.resolve("agent.jar");
        try (InputStream in = new URL(jenkins.getURL(), "jnlpJars/agent.jar").openStream()) {
            Files.copy(in, jar, StandardCopyOption.REPLACE_EXISTING);
        }
        SlaveComputer computer = (SlaveComputer) node.toComputer();
        process = new ProcessBuilder(List.of(
                        System.getProperty("java.home") + "/bin/java",
                        "-jar",
                        jar.toString(),
                        "-url",
                        "http://127.0.0.1:" + relay.port() + jenkins.getURL().getPath(),
                        "-secret",
                        computer.getJnlpMac(),
                        "-name",
                        node.getNodeName(),
                        "-webSocket"))
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
                .start();
        jenkins.waitOnline(node);
    }

    /** The agent's process dies, as when somebody kills it; what it has started lives on. */
    void kill() throws Exception {
        process.destroyForcibly().waitFor();
        while (node.toComputer().isOnline()) {
            Thread.sleep(50);
        }
    }

    String name() {
        return node.getNodeName();
    }

    Path root() {
        return folder.resolve("root");
    }

    Relay relay() {
        return relay;
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        process.waitFor();
        relay.close();
    }
}

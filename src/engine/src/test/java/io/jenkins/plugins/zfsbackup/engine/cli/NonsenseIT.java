package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.OpenSshServer;
import io.jenkins.plugins.zfsbackup.engine.testing.TalkingServer;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that talk nonsense: each command ends with what was seen, and at once when it is told to. */
@Timeout(180)
class NonsenseIT {

    /** Starting Java and ending it, on a machine that has other things to do. */
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    private List<String> command(String name, int port) {
        List<String> arguments = new ArrayList<>(List.of(name.split(" ")));
        arguments.addAll(List.of("--repo", "sftp://me@127.0.0.1:" + port + "/backup"));
        return arguments;
    }

    private CommandProcess start(List<String> arguments) {
        return CommandProcess.start(folder, Map.of("SSH_AUTH_SOCK", ""), List.of("setsid"), arguments);
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "verify", "restore tank/home --stdout", "release tank"})
    void aServerThatNeverStopsGreetingIsOutOfReachAndQuoted(String command) {
        try (TalkingServer server = new TalkingServer(out -> {
            while (true) {
                out.write("Hello \u0007 there\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        })) {
            Said said = start(command(command, server.port())).await();

            assertThat(said.exitCode()).as(said.all()).isEqualTo(3);
            assertThat(said.all())
                    .contains("what answers there is no SSH server: it said \"Hello \\u0007 there\\r\\n")
                    .doesNotContain("\tat ");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "list, INT, 130",
        "list, TERM, 143",
        "verify, TERM, 143",
        "restore tank/home --stdout, INT, 130",
        "release tank, TERM, 143"
    })
    void aStopIsHeardAtOnceWhileAServerIsSilent(String command, String signal, int code) throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        try (TalkingServer server = new TalkingServer(out -> connected.countDown())) {
            CommandProcess running = start(command(command, server.port()));
            connected.await();

            running.signalGroup(signal);
            long told = System.nanoTime();
            Said said = running.await();

            assertThat(Duration.ofNanos(System.nanoTime() - told))
                    .as(said.all())
                    .isLessThan(SOON);
            assertThat(said.exitCode()).as(said.all()).isEqualTo(code);
            assertThat(said.all()).contains("the run was stopped").doesNotContain("\tat ");
        }
    }

    @Test
    void anAgentThatSaysNothingIsNotWaitedFor() throws IOException {
        Path socket = folder.resolve("agent");
        try (OpenSshServer server = OpenSshServer.start(folder.resolve("sshd"));
                ServerSocketChannel silent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            silent.bind(UnixDomainSocketAddress.of(socket));
            List<String> arguments = List.of(
                    "list",
                    "--repo",
                    server.url(server.directory()),
                    "--known-hosts",
                    server.knownHosts("ed25519").toString());

            Said said = CommandProcess.start(folder, Map.of("SSH_AUTH_SOCK", socket.toString()), List.of(), arguments)
                    .await();

            assertThat(said.exitCode()).as(said.all()).isEqualTo(2);
            assertThat(said.all()).contains("the agent at " + socket + " (it has no keys, or does not answer)");
        }
    }
}

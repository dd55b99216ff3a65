package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.CuttingLink;
import io.jenkins.plugins.zfsbackup.engine.testing.FileTrees;
import io.jenkins.plugins.zfsbackup.engine.testing.OpenSshServer;
import io.jenkins.plugins.zfsbackup.engine.testing.Pause;
import io.jenkins.plugins.zfsbackup.engine.testing.RealPool;
import io.jenkins.plugins.zfsbackup.engine.testing.SshAgent;
import io.jenkins.plugins.zfsbackup.engine.testing.SshKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A notebook's life: often off, often out of reach, its lid closed in the middle, its keys in an agent. */
@Timeout(300)
class NotebookIT {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private RealPool pool;
    private OpenSshServer server;
    private Path stored;
    private CommandLineUnderTest cli;

    @BeforeEach
    void start() {
        pool = RealPool.create(512);
        server = OpenSshServer.start(pool.folder().resolve("sshd"));
        stored = pool.folder().resolve("stored");
        cli = new CommandLineUnderTest(pool.folder());
    }

    @AfterEach
    void stop() {
        server.close();
        pool.close();
    }

    private String[] backup(String url, String... more) {
        List<String> args = new ArrayList<>(List.of(
                "backup",
                pool.name(),
                "--no-encryption",
                "--repo",
                url,
                "--identity",
                server.identity().toString(),
                "--known-hosts",
                server.knownHosts("ed25519").toString()));
        args.addAll(List.of(more));
        return args.toArray(String[]::new);
    }

    private List<String> storedNames(String dataset) throws IOException {
        try (Stream<Path> entries = Files.list(stored.resolve(dataset))) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private static void assertOutOfReach(Said said, String words) {
        assertThat(said.exitCode()).as(said.all()).isEqualTo(3);
        assertThat(said.all()).contains(words).contains("Is the server on").doesNotContain("\tat ");
    }

    @Test
    void aServerWhoseNameIsUnknownIsOutOfReach() {
        pool.snapshot(pool.dataset("home"), "a");

        assertOutOfReach(cli.run(backup("sftp://me@nas.invalid/backup")), "nas.invalid");
    }

    @Test
    void aServerThatRefusesConnectionsIsOutOfReach() {
        pool.snapshot(pool.dataset("home"), "a");
        server.stop();

        assertOutOfReach(cli.run(backup(server.url(stored))), "Connection refused");
    }

    /** A network namespace without any network: what a notebook has in a train. */
    @Test
    void aServerToWhichNoRouteLeadsIsOutOfReach() {
        pool.snapshot(pool.dataset("home"), "a");

        Said said = cli.runAlone(Map.of(), List.of("unshare", "-n"), backup("sftp://me@192.0.2.1/backup"));

        assertOutOfReach(said, "unreachable");
    }

    /** A port whose queue is full drops what comes, as a firewall does. */
    @Test
    void aServerThatAnswersNothingIsOutOfReach() throws IOException {
        pool.snapshot(pool.dataset("home"), "a");
        List<SocketChannel> waiting = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < 8; i++) {
                SocketChannel channel = SocketChannel.open();
                channel.configureBlocking(false);
                channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), full.getLocalPort()));
                waiting.add(channel);
            }

            assertOutOfReach(cli.run(backup("sftp://me@127.0.0.1:" + full.getLocalPort() + "/backup")), "timed out");
        } finally {
            for (SocketChannel channel : waiting) {
                channel.close();
            }
        }
    }

    @Test
    void aPortWhereSomethingElseHangsUpIsOutOfReach() throws Exception {
        pool.snapshot(pool.dataset("home"), "a");
        try (ServerSocket portal = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread answering = new Thread(() -> {
                while (!portal.isClosed()) {
                    try (Socket socket = portal.accept()) {
                        socket.getOutputStream()
                                .write("HTTP/1.1 400 Bad Request\r\n\r\n"
                                        .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                    } catch (IOException e) {
                        return;
                    }
                }
            });
            answering.setDaemon(true);
            answering.start();

            assertOutOfReach(cli.run(backup("sftp://me@127.0.0.1:" + portal.getLocalPort() + "/backup")), "127.0.0.1");
        }
    }

    @Test
    void whatWasTakenOutOfReachGoesOverOnTheNextContact() throws IOException {
        String home = pool.dataset("home");
        String root = pool.dataset("root");
        String[] args = backup(
                server.url(stored),
                "--include",
                "home,root",
                "--policy",
                "monthly",
                "--month-by",
                "name",
                "--snapshot",
                "%F",
                "--keep-snapshots",
                "last=1");
        assertThat(cli.at("2014-06-27T08:00:00Z").run(args).exitCode()).isZero();
        server.stop();
        for (String day : List.of("2014-06-28", "2014-06-30", "2014-07-02")) {
            pool.write(home, day, 300_000, day.hashCode());
            Said away = cli.at(day + "T08:00:00Z").run(args);
            assertThat(away.exitCode()).as(away.all()).isEqualTo(3);
            assertThat(away.all()).contains("took @" + day);
        }
        assertThat(pool.zfs("list", "-H", "-o", "name", "-t", "snapshot", "-r", home))
                .hasSize(4);
        server.startAgain();

        Said contact = cli.at("2014-07-03T08:00:00Z").run(args);

        assertThat(contact.exitCode()).as(contact.all()).isZero();
        for (String dataset : List.of(home, root)) {
            assertThat(storedNames(dataset))
                    .containsExactly(
                            "2014-06-27.full",
                            "2014-06-28.from.2014-06-27",
                            "2014-06-30.from.2014-06-28",
                            "2014-07-02.from.2014-06-27",
                            "2014-07-02.full",
                            "2014-07-03.from.2014-07-02");
        }
        assertThat(pool.zfs("list", "-H", "-o", "name", "-t", "snapshot", "-r", home))
                .containsExactly(home + "@2014-07-02", home + "@2014-07-03");
    }

    @Test
    void aCutInTheMiddleCostsAtMostOneVolume() throws IOException {
        String home = pool.dataset("home");
        pool.write(home, "raw", 40_000_000, 1);
        pool.snapshot(home, "a");
        try (CuttingLink link = new CuttingLink(server.port(), 15_000_000)) {
            Path known = Files.writeString(
                    pool.folder().resolve("known"),
                    "[127.0.0.1]:" + link.port() + " "
                            + server.hostKey("ed25519").open() + "\n");
            String url = "sftp://" + server.user() + "@127.0.0.1:" + link.port() + stored;
            String[] args = {
                "backup",
                pool.name(),
                "--no-encryption",
                "--repo",
                url,
                "--identity",
                server.identity().toString(),
                "--known-hosts",
                known.toString(),
                "--memory",
                "12M",
                "--include",
                "home",
                "--json"
            };

            Said said = cli.run(args);

            assertThat(said.exitCode()).as(said.all()).isZero();
            JsonNode backup = JSON.readTree(said.bytes())
                    .path("datasets")
                    .get(0)
                    .path("backups")
                    .get(0);
            long bytes = backup.path("storedBytes").asLong();
            long volume = largestVolume(home + "/a.full");
            // Beside the volumes: the packets' heads, keys for each connection, manifest and notes.
            long beside = bytes / 100 + link.connections() * 10_000L + 100_000;
            assertThat(volume).isLessThan(bytes / 4);
            assertThat(link.cut()).isTrue();
            assertThat(link.sent()).isGreaterThan(bytes).isLessThan(bytes + volume * 11 / 10 + beside);
        }
        assertThat(storedNames(home)).containsExactly("a.full");
        assertThat(cli.run("verify", "--depth", "content", "--repo", "file://" + stored)
                        .exitCode())
                .isZero();
    }

    @Test
    void leavingInTheMiddleEndsWithThreeAndTheNextContactGoesOnFromThere() throws Exception {
        String home = pool.dataset("home");
        pool.write(home, "raw", 40_000_000, 1);
        pool.snapshot(home, "a");
        String[] args = backup(server.url(stored), "--include", "home", "--memory", "12M", "--limit", "6M");
        CommandLineUnderTest hasty = new CommandLineUnderTest(pool.folder(), Duration.ofSeconds(1));
        CompletableFuture<Said> leaving = CompletableFuture.supplyAsync(() -> hasty.run(args));
        while (!noted() && !leaving.isDone()) {
            Pause.briefly();
        }
        server.stop();

        Said left = leaving.get();
        assertOutOfReach(left, "Connection refused");
        assertThat(storedNames(home)).noneMatch(name -> name.equals("a.full"));
        server.startAgain();
        // Its process has not ended here, as it does with the command: else the lock would be seen to be nobody's.
        FileTrees.delete(stored.resolve(home).resolve(".lock"));
        Said back = hasty.run(backup(server.url(stored), "--include", "home", "--memory", "12M"));

        assertThat(back.exitCode()).as(back.all()).isZero();
        assertThat(back.all()).contains("an earlier run left");
        assertThat(storedNames(home)).containsExactly("a.full");
        assertThat(cli.run("verify", "--depth", "content", "--repo", "file://" + stored)
                        .exitCode())
                .isZero();
    }

    /** Whether the run has noted which volumes are confirmed. */
    private boolean noted() {
        if (!Files.exists(stored)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(stored)) {
            return files.anyMatch(file -> file.endsWith("resume.json"));
        } catch (IOException | UncheckedIOException e) {
            // A file was renamed under the walk: it is looked at again.
            return false;
        }
    }

    private long largestVolume(String directory) throws IOException {
        try (Stream<Path> files = Files.list(stored.resolve(directory))) {
            return files.filter(file -> file.toString().contains(".zfs"))
                    .mapToLong(file -> file.toFile().length())
                    .max()
                    .orElseThrow();
        }
    }

    private String[] withoutIdentity() {
        return new String[] {
            "backup",
            pool.name(),
            "--no-encryption",
            "--repo",
            server.url(stored),
            "--include",
            "home",
            "--known-hosts",
            server.knownHosts("ed25519").toString()
        };
    }

    @Test
    void logsInWithAKeyThatOnlyTheAgentHas() throws IOException {
        String home = pool.dataset("home");
        pool.snapshot(home, "a");
        try (SshAgent agent = SshAgent.start(pool.folder().resolve("agent"))) {
            agent.add(SshKeys.make(pool.folder().resolve("stranger"), "rsa", ""));
            agent.add(server.userKey());

            Said said = cli.runAlone(agent.environment(), List.of(), withoutIdentity());

            assertThat(said.exitCode()).as(said.all()).isZero();
            assertThat(storedNames(home)).containsExactly("a.full");
        }
    }

    @Test
    void saysWhichAgentsKeysTheServerDidNotWant() {
        pool.snapshot(pool.dataset("home"), "a");
        try (SshAgent agent = SshAgent.start(pool.folder().resolve("agent"))) {
            agent.add(SshKeys.make(pool.folder().resolve("stranger")));

            Said said = cli.runAlone(agent.environment(), List.of(), withoutIdentity());

            assertThat(said.exitCode()).as(said.all()).isEqualTo(2);
            assertThat(said.all())
                    .contains("the key of the agent at " + agent.environment().get("SSH_AUTH_SOCK"));
        }
    }

    @Test
    void takesTheUsualKeyFilesWhenTheAgentHasNoKeysOrIsGone() throws IOException {
        String home = pool.dataset("home");
        pool.snapshot(home, "a");
        Path ssh = Files.createDirectory(pool.folder().resolve(".ssh"));
        Files.copy(server.identity(), ssh.resolve("id_ed25519"));
        SshAgent agent = SshAgent.start(pool.folder().resolve("agent"));
        try (agent) {
            Said empty = cli.runAlone(agent.environment(), List.of(), withoutIdentity());
            assertThat(empty.exitCode()).as(empty.all()).isZero();
        }
        pool.snapshot(home, "b");

        Said gone = cli.runAlone(agent.environment(), List.of(), withoutIdentity());

        assertThat(gone.exitCode()).as(gone.all()).isZero();
        assertThat(storedNames(home)).containsExactly("a.full", "b.from.a");
    }
}

package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException.Kind;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.Upload;
import io.jenkins.plugins.zfsbackup.engine.testing.OpenSshServer;
import io.jenkins.plugins.zfsbackup.engine.testing.SlowLink;
import io.jenkins.plugins.zfsbackup.engine.testing.SshKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys, trust and faults on a real OpenSSH server. */
@Timeout(120)
class OpenSshIT {

    @TempDir
    private static Path servers;

    private static final AtomicInteger started = new AtomicInteger();
    private static OpenSshServer server;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        server = OpenSshServer.start(fresh());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Path fresh() {
        return servers.resolve("sshd" + started.incrementAndGet());
    }

    private static Sftp sftp() {
        return sftp(server);
    }

    private static Sftp sftp(OpenSshServer to) {
        return Sftp.to(
                to.user(), to.port(), to.directory().toString(), to.userKey().secret(), to.knownHosts());
    }

    private static void works(Sftp sftp) throws IOException {
        try (Storage storage = sftp.open()) {
            assertThat(storage.list("")).isPresent();
        }
    }

    private static RepositoryException refused(Sftp sftp) {
        RepositoryException[] found = new RepositoryException[1];
        assertThatThrownBy(() -> works(sftp)).isInstanceOfSatisfying(RepositoryException.class, e -> {
            assertThat(e.kind()).as("%s", e.getMessage()).isEqualTo(Kind.REFUSED);
            found[0] = e;
        });
        return found[0];
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "ecdsa", "rsa"})
    void aHostKnownByOneOfItsKeysIsAskedForThatOne(String type) throws IOException {
        works(sftp().knowing(server.knownHost(type)));
    }

    @Test
    void aHostIsKnownByItsHashedNameAndPort() throws IOException {
        String hashed = SshKeys.hashed(folder, server.knownHosts());
        assertThat(hashed).contains("|1|").doesNotContain("127.0.0.1");
        works(sftp().knowing(hashed));
    }

    @Test
    void aHostWhosePortIsNotNamedIsKnownByTheRightKey() throws IOException {
        works(sftp().knowing("127.0.0.1 " + server.hostKey("ed25519").open()));
    }

    @Test
    void anUnknownHostIsRefusedWithItsFingerprintAndTheLineThatTrustsIt() throws IOException {
        RepositoryException e =
                refused(sftp().knowing("example.org " + server.hostKey("rsa").open()));
        assertThat(e)
                .hasMessageContaining(server.hostKey("ed25519").fingerprint())
                .hasMessageContaining("not known")
                .hasMessageContaining(server.knownHost("ed25519"));
        String line = e.next().substring(e.next().indexOf(server.knownHost("ed25519")));
        works(sftp().knowing(line));
    }

    @Test
    void anUnknownHostIsTrustedAtFirstUseWhereThatIsWantedAndKnownFromThenOn() throws IOException {
        Path noted = folder.resolve("noted");
        works(sftp().knowing("").acceptingNewHostKeys(noted));
        assertThat(noted).hasContent(server.knownHost("ed25519"));
        works(sftp().knowing(Files.readString(noted)));
        assertThat(refused(sftp().knowing("").acceptingNewHostKeys(folder.resolve("nowhere/noted"))))
                .hasMessageContaining("can't be noted");
    }

    @Test
    void aChangedHostKeyIsRefusedAlsoWhereNewOnesAreTrusted() {
        String other = SshKeys.make(folder.resolve("another")).open();
        Path noted = folder.resolve("changed");
        assertThat(refused(sftp().knowing("[127.0.0.1]:" + server.port() + " " + other)
                        .acceptingNewHostKeys(noted)))
                .hasMessageContaining("is not the one in known_hosts");
        assertThat(noted).doesNotExist();
    }

    @Test
    void aChangedHostKeyIsRefused() {
        String other = SshKeys.make(folder.resolve("other")).open();
        assertThat(refused(sftp().knowing("[127.0.0.1]:" + server.port() + " " + other)))
                .hasMessageContaining("is not the one in known_hosts")
                .hasMessageContaining(server.hostKey("ed25519").fingerprint())
                .hasMessageContaining("ssh-keygen -R '[127.0.0.1]:" + server.port() + "'");
    }

    @Test
    void aRevokedHostKeyIsRefusedThoughItIsListedToo() {
        String lines = server.knownHost("ed25519") + "\n@revoked * "
                + server.hostKey("ed25519").open();
        assertThat(refused(sftp().knowing(lines)))
                .hasMessageContaining("@revoked")
                .hasMessageContaining(server.hostKey("ed25519").fingerprint());
    }

    @Test
    void aLineForACertificateAuthorityNeitherHelpsNorHarms() throws IOException {
        String authority =
                "@cert-authority * " + SshKeys.make(folder.resolve("authority")).open();
        works(sftp().knowing(authority + "\n" + server.knownHosts()));
        assertThat(refused(sftp().knowing(authority))).hasMessageContaining("not known");
    }

    @ParameterizedTest
    @CsvSource({"ed25519,OPENSSH", "ecdsa,OPENSSH", "rsa,OPENSSH", "ecdsa,PEM", "rsa,PEM"})
    void aKeyOfAnyFormWorksWithItsPassphraseAndNotWithoutIt(String type, String form) throws IOException {
        String[] options = form.equals("PEM") ? new String[] {"-m", "PEM"} : new String[0];
        for (String passphrase : List.of("", "päss word")) {
            SshKeys key = SshKeys.make(folder.resolve(type + passphrase.length()), type, passphrase, options);
            try (OpenSshServer its = OpenSshServer.start(fresh(), "AuthorizedKeysFile " + key.file() + ".pub")) {
                works(sftp(its).with(key.secret(), passphrase.isEmpty() ? Optional.empty() : Optional.of(passphrase)));
            }
            if (!passphrase.isEmpty()) {
                Sftp locked = sftp();
                assertThatThrownBy(() ->
                                locked.with(key.secret(), Optional.of("wrong")).open())
                        .isInstanceOf(UsageException.class)
                        .hasMessageContaining("the passphrase does not open it");
                assertThatThrownBy(() ->
                                locked.with(key.secret(), Optional.empty()).open())
                        .isInstanceOf(UsageException.class)
                        .hasMessageContaining("needs a passphrase");
            }
        }
    }

    @Test
    void aFileThatIsNoKeyIsWrongUsage() {
        assertThatThrownBy(() -> sftp().with(
                                "hello".getBytes(java.nio.charset.StandardCharsets.US_ASCII), Optional.empty())
                        .open())
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("no private key");
    }

    @Test
    void aKeyThatTheServerDoesNotKnowIsNamedInTheRefusal() {
        SshKeys stranger = SshKeys.make(folder.resolve("stranger"));
        assertThat(refused(sftp().with(stranger.secret(), Optional.empty())))
                .hasMessageContaining("does not let " + server.user() + " in")
                .hasMessageContaining(stranger.fingerprint());
    }

    @Test
    void aServerWithNothingInCommonIsToldWithWhatBothOffer() {
        try (OpenSshServer old = OpenSshServer.start(fresh(), "Ciphers aes256-cbc")) {
            assertThat(refused(sftp(old)))
                    .hasMessageContaining("no cipher in common")
                    .hasMessageContaining("the server offers aes256-cbc")
                    .hasMessageContaining("the engine aes128-gcm@openssh.com");
        }
    }

    @Test
    void aServerThatSignsWithSha1OnlyIsRefused() {
        try (OpenSshServer old = OpenSshServer.start(
                fresh(),
                "HostKeyAlgorithms ssh-rsa",
                "HostKey " + server.hostKey("rsa").file())) {
            assertThat(refused(sftp(old).knowing("* " + server.hostKey("rsa").open())))
                    .hasMessageContaining("no kind of host key in common")
                    .hasMessageContaining("the server offers ssh-rsa");
        }
    }

    @Test
    void aServerWithoutSftpIsToldSo() {
        try (OpenSshServer none =
                OpenSshServer.start(fresh(), "Subsystem other internal-sftp", "ForceCommand /bin/false")) {
            assertThatThrownBy(() -> works(sftp(none).limits(1, Duration.ofSeconds(3), Duration.ZERO)))
                    .isInstanceOf(RepositoryException.class)
                    .hasMessageContaining("SFTP");
        }
    }

    @Test
    void nobodyAtTheAddressIsOutOfReachAtOnce() {
        OpenSshServer gone = OpenSshServer.start(fresh());
        Sftp sftp = sftp(gone);
        gone.close();
        assertThatThrownBy(() -> works(sftp)).isInstanceOfSatisfying(RepositoryException.class, e -> {
            assertThat(e.kind()).isEqualTo(Kind.OUT_OF_REACH);
            assertThat(e).hasMessageContaining("refused");
        });
        SftpAddress nowhere = new SftpAddress("a", "no-such-host.invalid", 22, "/x");
        assertThatThrownBy(() -> works(new Sftp(nowhere, sftp.settings(), sftp.patience())))
                .isInstanceOfSatisfying(
                        RepositoryException.class, e -> assertThat(e.kind()).isEqualTo(Kind.OUT_OF_REACH))
                .hasMessageContaining("no-such-host.invalid");
    }

    @Test
    void aJailWithoutAShellAndItsRootWork() throws IOException {
        try (OpenSshServer jail = OpenSshServer.startInJail(fresh())) {
            Files.createDirectory(jail.jail().resolve("backups"));
            Sftp sftp =
                    Sftp.to(jail.user(), jail.port(), "/backups", jail.userKey().secret(), jail.knownHosts());
            try (Storage storage = sftp.open()) {
                write(storage, "a", new byte[] {1});
                assertThat(storage.free()).isPresent();
            }
            assertThat(jail.jail().resolve("backups/a")).hasBinaryContent(new byte[] {1});
            works(Sftp.to(jail.user(), jail.port(), "/", jail.userKey().secret(), jail.knownHosts()));
        }
    }

    @Test
    void aPathBelowHomeBeginsWhereTheServerPutsItsUser() throws IOException {
        try (OpenSshServer jail = OpenSshServer.startInJail(fresh(), "ForceCommand internal-sftp -d /house")) {
            Files.createDirectory(jail.jail().resolve("house"));
            Sftp sftp = Sftp.to(
                    jail.user(), jail.port(), "~/backups", jail.userKey().secret(), jail.knownHosts());
            try (Storage storage = sftp.open()) {
                storage.makeDirectories("");
            }
            assertThat(jail.jail().resolve("house/backups")).isDirectory();
        }
    }

    @Test
    void aServerThatAllowsOneChannelOnAConnectionIsEnough() throws Exception {
        try (OpenSshServer narrow = OpenSshServer.start(fresh(), "MaxSessions 1")) {
            try (Storage storage = sftp(narrow)
                    .limits(2, Duration.ofSeconds(20), Duration.ofSeconds(20))
                    .open()) {
                atOnce(16, i -> {
                    write(storage, "f" + i, new byte[100_000]);
                    assertThat(storage.list("")).isPresent();
                    return storage.stat("f" + i);
                });
                assertThat(storage.list("").orElseThrow()).hasSize(16);
            }
        }
    }

    @Test
    void connectionsThatTheServerHasClosedAreReplacedSilently() throws IOException {
        try (OpenSshServer its = OpenSshServer.start(fresh());
                Storage storage = sftp(its).open()) {
            write(storage, "a", new byte[] {1});
            its.cutConnections();
            assertThat(storage.list("").orElseThrow()).hasSize(1);
            its.cutConnections();
            write(storage, "b", new byte[] {1});
            its.cutConnections();
            storage.rename("b", "c");
            assertThat(storage.stat("c")).isPresent();
        }
    }

    @Test
    void aServerThatComesBackIsWaitedFor() throws Exception {
        try (OpenSshServer its = OpenSshServer.start(fresh());
                Storage storage = sftp(its).open()) {
            write(storage, "a", new byte[] {1});
            its.stop();
            ExecutorService pool = Executors.newSingleThreadExecutor();
            try {
                Future<Integer> listed =
                        pool.submit(() -> storage.list("").orElseThrow().size());
                its.startAgain();
                assertThat(listed.get()).isEqualTo(1);
            } finally {
                pool.shutdownNow();
            }
        }
    }

    @Test
    void aServerThatDoesNotComeBackIsOutOfReachWhenPatienceEnds() throws IOException {
        OpenSshServer its = OpenSshServer.start(fresh());
        try (Storage storage = sftp(its)
                .limits(1, Duration.ofSeconds(5), Duration.ofMillis(600))
                .open()) {
            write(storage, "a", new byte[] {1});
            its.close();
            assertThatThrownBy(() -> storage.list(""))
                    .isInstanceOfSatisfying(
                            RepositoryException.class, e -> assertThat(e.kind()).isEqualTo(Kind.OUT_OF_REACH));
        }
    }

    @Test
    void aDiskThatIsFullIsToldFromOtherFailures() throws Exception {
        try (OpenSshServer its = OpenSshServer.start(fresh())) {
            Path disk = its.directory();
            run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString());
            Sftp sftp = Sftp.to(
                    its.user(), its.port(), disk.toString(), its.userKey().secret(), its.knownHosts());
            try (Storage storage = sftp.open()) {
                assertFull(() -> write(storage, "big", new byte[8 << 20]));
            } finally {
                run("umount", "--lazy", disk.toString());
            }
        }
    }

    @Test
    void aFileSystemThatMayOnlyBeReadIsNamedAsRefusedOrFailed() throws Exception {
        try (OpenSshServer its = OpenSshServer.start(fresh())) {
            Path disk = its.directory();
            run("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", disk.toString());
            Sftp sftp = Sftp.to(
                    its.user(), its.port(), disk.toString(), its.userKey().secret(), its.knownHosts());
            try (Storage storage = sftp.open()) {
                assertThatThrownBy(() -> write(storage, "a", new byte[1]))
                        .isInstanceOfSatisfying(
                                RepositoryException.class,
                                e -> assertThat(e.kind()).isNotEqualTo(Kind.FULL))
                        .hasMessageContaining("writing a");
            } finally {
                run("umount", "--lazy", disk.toString());
            }
        }
    }

    @Test
    void overASlowLinkManyCallsGoSideBySide() throws Exception {
        int directories = 160;
        Path root = server.directory();
        for (int i = 0; i < directories; i++) {
            Files.write(Files.createDirectory(root.resolve("d" + i)).resolve("manifest.json"), new byte[3000]);
        }
        Duration roundTrip = Duration.ofMillis(20);
        try (SlowLink link = new SlowLink(server.port(), roundTrip)) {
            String known = "[127.0.0.1]:" + link.port() + " "
                    + server.hostKey("ed25519").open();
            byte[] key = server.userKey().secret();
            try (Storage storage = Sftp.to(server.user(), link.port(), root.toString(), key, known)
                    .open()) {
                long began = System.nanoTime();
                atOnce(32, thread -> {
                    for (int i = thread; i < directories; i += 32) {
                        assertThat(storage.list("d" + i).orElseThrow()).hasSize(1);
                        try (InputStream in = storage.read("d" + i + "/manifest.json")) {
                            assertThat(in.readAllBytes()).hasSize(3000);
                        }
                    }
                    return true;
                });
                Duration oneByOne = roundTrip.multipliedBy(8L * directories);
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(oneByOne.dividedBy(4));
                assertThat(link.connections()).isEqualTo(4);
            }
        }
    }

    private static void assertFull(ThrowingCallable work) {
        assertThatThrownBy(work)
                .isInstanceOfSatisfying(
                        RepositoryException.class,
                        e -> assertThat(e.kind()).as("%s", e.getMessage()).isEqualTo(Kind.FULL));
    }

    private static void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    private static void write(Storage storage, String path, byte[] bytes) throws IOException {
        try (Upload upload = storage.write(path)) {
            upload.write(bytes);
            upload.finish();
        }
    }

    /** Something that each of many threads does. */
    private interface Each {
        Object call(int i) throws Exception;
    }

    private static void atOnce(int threads, Each each) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Object>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int mine = i;
                all.add(pool.submit(() -> each.call(mine)));
            }
            for (Future<Object> one : all) {
                one.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }
}

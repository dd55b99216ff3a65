package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.FaultyServer;
import io.jenkins.plugins.zfsbackup.engine.testing.OpenSshServer;
import io.jenkins.plugins.zfsbackup.engine.testing.Pause;
import io.jenkins.plugins.zfsbackup.engine.testing.Programs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What goes wrong before and around the data: one message that says what, where and what to do; the exit code; and
 * neither anything half-published nor anything left behind.
 */
class BadInputIT {

    private static Lab lab;

    @BeforeAll
    static void build() {
        lab = new Lab(1024);
    }

    @AfterAll
    static void tearDown() {
        lab.close();
    }

    /** One line, without a stack trace, that says all this. */
    private static void says(Said said, int exitCode, String... parts) {
        assertThat(said.exitCode()).as(said.all()).isEqualTo(exitCode);
        assertThat(said.all()).doesNotContain("\tat ").doesNotContain("Exception");
        assertThat(List.of(parts)).allSatisfy(part -> assertThat(said.all()).contains(part));
    }

    private static void nothingIsLeft(Path repository, String dataset) {
        assertThat(lab.leftovers(repository)).isEmpty();
        assertThat(lab.published(repository, dataset)).isEmpty();
        assertThat(lab.held(dataset)).isEmpty();
    }

    private static String datasetWithSnapshot(long bytes) {
        String dataset = lab.dataset();
        lab.pool().write(dataset, "raw", bytes, bytes);
        lab.pool().snapshot(dataset, "a");
        return dataset;
    }

    @Test
    void aPoolThatIsNotThereIsNamedWithThoseThatAre() {
        Path repository = lab.repository();

        Said said = lab.run(Lab.arguments(List.of("backup", "nowhere", "--no-encryption"), lab.access(repository)));

        says(said, 2, "nowhere", "does not exist", lab.pool().name());
        assertThat(repository).doesNotExist();
    }

    @Test
    void aPoolThatIsNotThereIsSaidAtOnceAlsoWhileTheServerKeepsSilent() throws IOException {
        Instant began = Instant.now();
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Said said = lab.start(
                            List.of(),
                            Lab.arguments(
                                    List.of("backup", "nowhere", "--no-encryption"),
                                    lab.access("sftp://root@127.0.0.1:" + silent.getLocalPort() + "/nowhere")))
                    .await();

            says(said, 2, "nowhere", "does not exist", lab.pool().name());
            // The server alone would be waited for a minute.
            assertThat(began).isAfter(Instant.now().minusSeconds(30));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no/such", "a b", "-r", "a@b", "ä", "'; reboot"})
    void aNameThatIsNoPoolIsRefused(String name) {
        Path repository = lab.repository();

        Said said = lab.run(
                Lab.arguments(List.of("backup", "--no-encryption"), lab.access(repository), List.of("--", name)));

        assertThat(said.exitCode()).as(said.all()).isIn(2, 64);
        assertThat(said.all())
                .contains("'" + name + "'")
                .doesNotContain("\tat ")
                .doesNotContain("Exception");
        assertThat(repository).doesNotExist();
    }

    @Test
    void datasetsWithoutASnapshotAreSkippedAndTheReasonIsSaid() {
        String dataset = lab.dataset();
        Path repository = lab.repository();

        Said said = lab.run(lab.backup(dataset, repository));

        says(said, 0, dataset + ": skipped: it has no snapshot", "--snapshot", "1 skipped, 0 failed");
        nothingIsLeft(repository, dataset);
    }

    @Test
    void aDatasetThatVanishesIsSkippedAndTheOthersAreStored() {
        String other = datasetWithSnapshot(10_000);
        String vanishing = datasetWithSnapshot(10_000);
        Path repository = lab.repository();
        List<String> both = Lab.arguments(
                lab.backup(other, repository), List.of("--include", vanishing.substring(vanishing.indexOf('/') + 1)));

        Said said = lab.runWithZfs(
                "case \"$*\" in hold*" + vanishing + "@a) until $zfs destroy -r " + vanishing
                        + " 2>/dev/null; do sleep 0.1; done;; esac",
                both);

        says(said, 0, "@a vanished", vanishing + ": skipped: it was destroyed during the run");
        assertThat(lab.published(repository, other)).containsExactly("a.full");
        assertThat(lab.published(repository, vanishing)).isEmpty();
        assertThat(lab.leftovers(repository)).isEmpty();
    }

    @Test
    void aSnapshotThatVanishesIsLeftOutAndTheRestIsStored() {
        String dataset = datasetWithSnapshot(10_000);
        lab.pool().snapshot(dataset, "b");
        lab.pool().snapshot(dataset, "c");
        Path repository = lab.repository();

        Said said = lab.runWithZfs(
                "case \"$*\" in hold*" + dataset + "@b) $zfs destroy " + dataset + "@b;; esac",
                lab.backup(dataset, repository, "--verbose"));

        says(said, 0, "@b vanished", "@c, incremental from @a");
        assertThat(lab.published(repository, dataset)).containsExactly("a.full", "c.from.a");
        assertThat(lab.leftovers(repository)).isEmpty();
        assertThat(lab.held(dataset))
                .containsExactlyElementsOf(lab.pool().hasFeature("bookmarks") ? List.of() : List.of("c"));
    }

    /** As at midnight: what is sent by its name is another snapshot by the time that it is sent. */
    @ParameterizedTest
    @ValueSource(strings = {"hold", "send"})
    void aRotationInTheMiddleOfARunIsSeenAndEverySnapshotIsStored(String when) {
        String dataset = lab.dataset();
        for (String name : List.of("daily.1", "daily.0")) {
            lab.pool().write(dataset, "file", name);
            lab.pool().snapshot(dataset, name);
        }
        Path repository = lab.repository();
        Path rotated = lab.folder().resolve("rotated-" + dataset.replace('/', '-'));

        Said said = lab.runWithZfs(
                "case \"$*\" in " + when + "*" + dataset + "@daily.0) if mkdir " + rotated
                        + " 2>/dev/null; then $zfs rename "
                        + dataset + "@daily.1 " + dataset + "@daily.2; $zfs rename " + dataset + "@daily.0 " + dataset
                        + "@daily.1; $zfs snapshot " + dataset + "@daily.0; fi;; esac",
                lab.backup(dataset, repository));

        says(said, 0, "vanished, or was renamed, while it was being sent", "0 failed");
        assertThat(lab.published(repository, dataset)).hasSize(3);
        assertThat(lab.leftovers(repository)).isEmpty();
        String newest = lab.pool().hasFeature("bookmarks") ? "" : "daily.0";
        assertThat(String.join(" ", lab.held(dataset))).isEqualTo(newest);
        says(lab.run(lab.read(repository, "restore", dataset, "--to", dataset + "-back")), 0);
        assertThat(guids(dataset + "-back")).isEqualTo(guids(dataset)).hasSize(3);
    }

    private List<String> guids(String dataset) {
        return lab.snapshots(dataset).stream()
                .map(name -> lab.pool()
                        .zfs("get", "-Hp", "-o", "value", "guid", dataset + "@" + name)
                        .get(0))
                .toList();
    }

    @Test
    void namesOfSnapshotsMayHaveAllThatZfsAllows() {
        String dataset = lab.dataset();
        String first = "a b.c:d_e-f." + "x".repeat(180);
        String second = "from.full.from. " + "y".repeat(180);
        List<String> names = List.of(first, second, ".full", "a.from.b", " ");
        for (String name : names) {
            lab.pool().write(dataset, "file", name);
            lab.pool().snapshot(dataset, name);
        }
        Path repository = lab.repository();

        Said said = lab.run(lab.backup(dataset, repository));

        says(said, 0, "5 backups", "0 failed");
        says(lab.run(lab.read(repository, "verify", "--depth", "content")), 0, "all good");
        for (int i = 0; i < names.size(); i++) {
            String to = dataset + "-back" + i;
            says(lab.run(lab.read(repository, "restore", dataset + "@" + names.get(i), "--to", to)), 0);
            assertThat(lab.snapshots(to)).hasSize(i + 1);
            lab.pool().mount(to);
            assertThat(lab.pool().mountPoint(to).resolve("file")).hasContent(names.get(i));
        }
    }

    @Test
    void aPercentSignIsRefusedByZfsAndByEveryOption() {
        String dataset = datasetWithSnapshot(10_000);
        Path repository = lab.repository();
        lab.run(lab.backup(dataset, repository));

        Programs.Ran zfs =
                Programs.run(lab.folder(), Map.of(), new byte[0], List.of("zfs", "snapshot", dataset + "@50%"));
        Said pattern = lab.run(lab.backup(dataset, repository, "--snapshot", "50%"));
        Said restore = lab.run(lab.read(repository, "restore", dataset + "@50%", "--to", dataset + "-back"));

        assertThat(zfs.exitCode()).isNotZero();
        assertThat(zfs.errors()).contains("invalid character").contains("%");
        says(pattern, 64, "pattern 50%", "--snapshot daily-%Y-%m-%d");
        says(restore, 2, "@50%", "no snapshot of that name");
        assertThat(lab.snapshots(dataset)).containsExactly("a");
    }

    /** Hides each zfs that the engine would find, and runs a command. */
    private static final String WITHOUT_ZFS = """
            for folder in $(echo "$PATH" | tr : ' ') /sbin /usr/sbin /usr/local/sbin; do
              if [ -x "$folder/zfs" ]; then mount --bind /dev/null "$folder/zfs"; fi
            done
            exec "$@"
            """;

    @Test
    void aMachineWithoutZfsIsToldWhatToInstall() {
        Path repository = lab.repository();

        Said said = CommandProcess.start(
                        lab.folder(),
                        Map.of(),
                        List.of("unshare", "--mount", "sh", "-euc", WITHOUT_ZFS, "sh"),
                        Lab.arguments(List.of("backup", lab.pool().name(), "--no-encryption"), lab.access(repository)))
                .await();

        says(said, 2, lab.pool().name(), "there is no program 'zfs'", "apt install zfsutils-linux");
        assertThat(repository).doesNotExist();
    }

    @Test
    void aSendThatIsRefusedTellsWhatToAllow() {
        String dataset = datasetWithSnapshot(10_000);
        Path repository = lab.repository();

        Said said = lab.runWithZfs(
                "[ \"$1\" = send ] && [ $# -gt 1 ] && { echo \"cannot send: permission denied\" >&2; exit 1; }",
                lab.backup(dataset, repository));

        says(said, 2, dataset + "@a", "permission denied", "zfs allow", "nothing of it can be restored");
        nothingIsLeft(repository, dataset);
    }

    @Test
    void aDatasetThatFailsSaysUpToWhereItIsSafe() {
        String dataset = datasetWithSnapshot(10_000);
        Path repository = lab.repository();
        says(lab.run(lab.backup(dataset, repository)), 0);
        lab.pool().snapshot(dataset, "b");

        Said said = lab.runWithZfs("[ \"$1\" = send ] && [ $# -gt 1 ] && exit 1", lab.backup(dataset, repository));

        says(said, 2, "what can be restored of it ends with @a, made 20");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kill -9 $$", "echo 'cannot send: I/O error' >&2; exit 1"})
    void aSendThatEndsBadlyAfter100MegabytesPublishesNothing(String ending) {
        String dataset = datasetWithSnapshot(110_000_000);
        Path repository = lab.repository();

        Said said = lab.runWithZfs(
                "[ \"$1\" = send ] && [ $# -gt 1 ] && [ \"$2\" != -nP ] && { $zfs \"$@\" | head -c 100000000; " + ending
                        + "; }",
                lab.backup(dataset, repository));

        says(
                said,
                2,
                "Sending '" + dataset + "@a'",
                ending.startsWith("kill") ? "killed by signal 9" : "I/O error (exit code 1)");
        nothingIsLeft(repository, dataset);
    }

    @Test
    void aSendThatEndsWellButTooEarlyPublishesNothing() {
        String dataset = datasetWithSnapshot(3_000_000);
        Path repository = lab.repository();

        Said said = lab.runWithZfs(
                "[ \"$1\" = send ] && [ $# -gt 1 ] && [ \"$2\" != -nP ] && { $zfs \"$@\" | head -c 2000000; exit 0; }",
                lab.backup(dataset, repository));

        says(said, 2, "storing " + dataset + "@a", "cut after 2,000,000 bytes");
        nothingIsLeft(repository, dataset);
    }

    @Test
    void keysThatDoNotServeAreRefusedBeforeAnythingIsDone() {
        String dataset = datasetWithSnapshot(10_000);
        Path repository = lab.repository();
        String locked = lab.folder().resolve("locked").toString();
        lab.gpg()
                .run(
                        "--passphrase",
                        "right",
                        "--pinentry-mode",
                        "loopback",
                        "--quick-generate-key",
                        "locked@example.org",
                        "default",
                        "sign",
                        "never");
        lab.gpg()
                .run(
                        "--passphrase",
                        "right",
                        "--pinentry-mode",
                        "loopback",
                        "--armor",
                        "--output",
                        locked,
                        "--export-secret-keys",
                        "locked@example.org");
        lab.gpg()
                .run(
                        "--faked-system-time",
                        "20200101T000000!",
                        "--passphrase",
                        "",
                        "--quick-generate-key",
                        "old@example.org",
                        "default",
                        "default",
                        "20200201T000000");
        Path old = lab.file(lab.gpg().run("--armor", "--export", "old@example.org"));
        Path wrong = lab.file("wrong\n");
        Path text = lab.file("this is no key\n");
        String good = lab.gpg().publicKey().toString();
        List<String> start = Lab.arguments(List.of("backup", lab.pool().name()), lab.access(repository));

        says(
                lab.run(Lab.arguments(
                        start,
                        List.of("--recipient", good, "--sign-with", locked, "--passphrase-file", wrong.toString()))),
                64,
                "passphrase");
        says(lab.run(Lab.arguments(start, List.of("--recipient", good, "--sign-with", locked))), 64, "passphrase");
        says(
                lab.run(Lab.arguments(start, List.of("--recipient", text.toString()))),
                64,
                "no OpenPGP key",
                "gpg --export");
        says(lab.run(Lab.arguments(start, List.of("--recipient", old.toString()))), 64, "expired");
        String nowhere = lab.folder().resolve("nowhere").toString();
        says(lab.run(Lab.arguments(start, List.of("--recipient", nowhere))), 64, nowhere, "there is no such file");
        says(lab.run(Lab.arguments(start, List.of("--recipient", good, "--sign-with", good))), 64, "secret");
        says(
                lab.run(Lab.arguments(start, List.of("--recipient", lab.folder().toString()))),
                64,
                lab.folder().toString(),
                "directory");
        assertThat(repository).doesNotExist();
        assertThat(lab.held(dataset)).isEmpty();
    }

    @Test
    void keysThatDoNotOpenABackupAreRefusedBeforeTheTargetIsTouched() {
        String dataset = datasetWithSnapshot(10_000);
        Path repository = lab.repository();
        lab.run(lab.backup(dataset, repository));
        lab.gpg()
                .run("--passphrase", "", "--quick-generate-key", "stranger@example.org", "default", "default", "never");
        Path stranger = lab.file(lab.gpg().run("--armor", "--export-secret-keys", "stranger@example.org"));
        Path strangersPublic = lab.file(lab.gpg().run("--armor", "--export", "stranger@example.org"));
        String to = dataset + "-back";
        List<String> start = Lab.arguments(List.of("restore", dataset, "--to", to), lab.access(repository));
        String secret = lab.gpg().secretKey().toString();

        Said notOurs = lab.run(Lab.arguments(start, List.of("--decrypt-with", stranger.toString())));
        Said publicOnly = lab.run(Lab.arguments(
                start, List.of("--decrypt-with", lab.gpg().publicKey().toString())));
        Said otherSigner = lab.run(
                Lab.arguments(start, List.of("--decrypt-with", secret, "--verify-with", strangersPublic.toString())));

        says(notOurs, 64, dataset, "encrypted to");
        says(publicOnly, 64, "secret");
        says(otherSigner, 2, "sign");
        assertThat(lab.exists(to)).isFalse();
    }

    @Test
    void hostKeysThatAreNotTrustedEndTheRunBeforeAnythingIsDone() throws IOException {
        String dataset = datasetWithSnapshot(10_000);
        Path repository = lab.repository();
        OpenSshServer server = lab.server();
        Path other = lab.folder().resolve("other-host");
        OpenSshServer.keygen(other, "ed25519", "");
        Path unknown = lab.file("");
        Path changed = lab.file("[127.0.0.1]:" + server.port() + " " + Files.readString(Path.of(other + ".pub")));
        Path revoked = lab.file("@revoked " + server.knownHost("ed25519") + "\n" + server.knownHost("ed25519") + "\n");

        says(
                backupKnowing(dataset, repository, unknown),
                2,
                "is not known",
                "SHA256:",
                "ssh-keygen -lf",
                server.knownHost("ed25519").split(" ")[2]);
        says(backupKnowing(dataset, repository, changed), 2, "is not the one in " + changed, "ssh-keygen -R");
        says(backupKnowing(dataset, repository, revoked), 2, "@revoked in " + revoked, "administrator");
        assertThat(repository).doesNotExist();
        assertThat(lab.held(dataset)).isEmpty();
    }

    private static Said backupKnowing(String dataset, Path repository, Path knownHosts) {
        List<String> arguments = lab.backup(dataset, repository);
        arguments.set(arguments.indexOf("--known-hosts") + 1, knownHosts.toString());
        return lab.run(arguments);
    }

    @Test
    void aUserWhomTheServerDoesNotKnowIsNamed() {
        String dataset = datasetWithSnapshot(10_000);
        Path repository = lab.repository();
        List<String> arguments = lab.backup(dataset, repository);
        arguments.set(
                arguments.indexOf("--repo") + 1,
                "sftp://somebody@127.0.0.1:" + lab.server().port() + repository);

        says(lab.run(arguments), 2, "does not let somebody in", "SHA256:", "--identity");
        assertThat(repository).doesNotExist();
        assertThat(lab.held(dataset)).isEmpty();
    }

    @Test
    void aFolderThatIsNotThereIsNotMadeOutOfThinAir() {
        String dataset = datasetWithSnapshot(10_000);
        Path missing = lab.repository();

        for (String url : List.of(lab.server().url(missing.resolve("deep")), "file://" + missing.resolve("deep"))) {
            List<String> arguments = lab.backup(dataset, missing);
            arguments.set(arguments.indexOf("--repo") + 1, url);
            says(lab.run(arguments), 2, missing.resolve("deep").toString(), "directory above it");
        }
        assertThat(missing).doesNotExist();
        assertThat(lab.held(dataset)).isEmpty();
    }

    @Test
    void aFolderThatMayOnlyBeReadIsNamed() throws IOException {
        String dataset = datasetWithSnapshot(10_000);
        Path repository = Files.createDirectory(lab.repository());
        mount("-o", "ro", "tmpfs", repository.toString());
        try {
            Said said = lab.run(lab.backup(dataset, repository));

            assertThat(said.exitCode()).isEqualTo(2);
            assertThat(said.all())
                    .contains(repository.toString(), "the server says")
                    .doesNotContain("\tat ");
            assertThat(lab.held(dataset)).isEmpty();
        } finally {
            unmount(repository);
        }
    }

    /** Lazily: the server's process for the last connection may be just ending there. */
    private static void unmount(Path folder) {
        Programs.succeed(lab.folder(), Map.of(), "umount", "--lazy", folder.toString());
    }

    private static void mount(String... arguments) {
        Programs.succeed(
                lab.folder(),
                Map.of(),
                Lab.arguments(List.of("mount", "-t", "tmpfs"), List.of(arguments))
                        .toArray(String[]::new));
    }

    @Test
    void aFullDiskIsSaidAndWhatWasStoredOnItIsRemoved() throws IOException {
        String small = datasetWithSnapshot(100_000);
        String big = datasetWithSnapshot(30_000_000);
        Path repository = Files.createDirectory(lab.repository());
        mount("-o", "size=10m", "tmpfs", repository.toString());
        try {
            assertThat(lab.run(lab.backup(small, repository)).exitCode()).isZero();

            Said said = lab.run(lab.backup(big, repository, "--memory", "12M"));

            says(said, 2, big, "Make room on the server, then run again");
            nothingIsLeft(repository, big);
            assertThat(lab.published(repository, small)).containsExactly("a.full");
            says(lab.run(lab.read(repository, "verify", "--depth", "content", small)), 0, "all good");
        } finally {
            unmount(repository);
        }
    }

    @Test
    void aDiskThatIsFullToTheLastByteLeavesNoLockBehind() throws IOException {
        String dataset = datasetWithSnapshot(100_000);
        Path repository = Files.createDirectory(lab.repository());
        mount("-o", "size=1m", "tmpfs", repository.toString());
        try {
            assertThat(lab.run(lab.backup(datasetWithSnapshot(1000), repository))
                            .exitCode())
                    .isZero();
            Programs.run(
                    repository,
                    Map.of(),
                    new byte[0],
                    List.of("dd", "if=/dev/zero", "of=" + repository.resolve("fill"), "bs=4096"));

            Said said = lab.run(lab.backup(dataset, repository));

            says(said, 2, dataset, "Make room on the server, then run again");
            nothingIsLeft(repository, dataset);
        } finally {
            unmount(repository);
        }
    }

    @Test
    void aServerThatFailsWithoutSayingWhyIsToldToBeFullMaybe() throws Exception {
        String dataset = datasetWithSnapshot(6_000_000);
        try (FaultyServer faulty = new FaultyServer()) {
            Path repository = Files.createDirectory(faulty.root().resolve("r"));
            List<String> arguments = faultyBackup(faulty, dataset, repository);
            CompletableFuture<Said> running = CompletableFuture.supplyAsync(
                    () -> lab.run(Lab.arguments(arguments, List.of("--memory", "12M", "--limit", "2M"))));
            Lab.awaitBytes(repository, 1_000_000);
            faulty.fillDisk();

            Said said = running.get();

            says(said, 2, dataset, "the server says", "a full disk or quota is the usual reason");
            nothingIsLeft(repository, dataset);
        }
    }

    private static List<String> faultyBackup(FaultyServer faulty, String dataset, Path repository) {
        List<String> arguments = lab.backup(dataset, repository);
        arguments.set(arguments.indexOf("--repo") + 1, "sftp://lab@127.0.0.1:" + faulty.port() + "/r");
        arguments.set(
                arguments.indexOf("--known-hosts") + 1,
                lab.file(faulty.knownHost()).toString());
        return arguments;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aConnectionThatIsCutInMidVolumeCarriesOnByItself(int times) throws IOException {
        String dataset = datasetWithSnapshot(12_000_000);
        try (FaultyServer faulty = new FaultyServer()) {
            Path repository = Files.createDirectory(faulty.root().resolve("r"));
            faulty.cutWrites(1_500_000, times);

            Said said = lab.run(faultyBackup(faulty, dataset, repository));

            says(said, 0, "1 backup", "0 failed");
            assertThat(lab.leftovers(repository)).isEmpty();
            assertThat(lab.published(repository, dataset)).containsExactly("a.full");
            List<String> verify = lab.read(repository, "verify", "--depth", "content");
            verify.set(verify.indexOf("--repo") + 1, "file://" + repository);
            says(lab.run(verify), 0, "all good");
        }
    }

    @Test
    void aConnectionThatIsCutForGoodEndsWithThreeAndTheNextRunCarriesOn() throws Exception {
        String dataset = datasetWithSnapshot(30_000_000);
        Path repository = lab.repository();
        CommandProcess running =
                lab.startImpatient(lab.backup(dataset, repository, "--memory", "12M", "--limit", "4M"));
        awaitNote(repository);
        lab.server().stop();
        Said said = running.await();
        List<String> held = lab.held(dataset);
        lab.server().startAgain();

        Said again = lab.run(lab.backup(dataset, repository, "--memory", "12M"));

        says(said, 3, dataset, "Is the server on", "Run again when it is");
        assertThat(held).isEmpty();
        says(again, 0, "an earlier run left", "0 failed");
        assertThat(lab.leftovers(repository)).isEmpty();
        assertThat(lab.published(repository, dataset)).containsExactly("a.full");
    }

    /** Until the run has noted which volumes are confirmed. */
    private static void awaitNote(Path repository) {
        while (lab.leftovers(repository).stream().noneMatch(name -> name.endsWith("/resume.json"))) {
            Pause.briefly();
        }
    }
}

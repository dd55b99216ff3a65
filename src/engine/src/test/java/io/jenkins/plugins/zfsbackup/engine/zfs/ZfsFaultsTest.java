package io.jenkins.plugins.zfsbackup.engine.zfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.Snapshot;
import io.jenkins.plugins.zfsbackup.engine.model.SourceException;
import io.jenkins.plugins.zfsbackup.engine.protocol.DatasetName;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of programs that misbehave: the only thing a fake {@code zfs} is for. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class ZfsFaultsTest {

    private static final String USAGE = "printf '\\tsend [-RDp] [-[iI] snapshot] <snapshot>\\n' >&2; exit 2";

    @TempDir
    private Path folder;

    @Test
    void saysThatZfsIsMissingAndWhatToInstall() {
        Zfs zfs = new Zfs(List.of("/nowhere/zfs"), List.of("/nowhere/zpool"));

        SourceException failure = failure(() -> zfs.inventory("tank"));

        assertThat(failure.doing()).contains("tank");
        assertThat(failure.said()).contains("/nowhere/zfs");
        assertThat(failure.next()).contains("apt install zfsutils-linux");
    }

    @Test
    void noticesASendThatFailsAfter100Megabytes() throws IOException {
        Zfs zfs = zfs("head -c 100000000 /dev/zero; echo 'warning: cannot send: I/O error' >&2; exit 1");

        try (SendProcess send = zfs.send(request())) {
            assertThat(send.stream().transferTo(OutputStream.nullOutputStream()))
                    .isEqualTo(100_000_000);

            SourceException failure = failure(send::finish);
            assertThat(failure.doing()).contains("tank@s");
            assertThat(failure.said()).contains("I/O error").contains("exit code 1");
        }
    }

    @Test
    void numbersBeyondAllMeasureAreSaidOrLeftOutAndNothingElseIsThrown() throws IOException {
        Zfs zfs = zfs("case \"$1\" in send) printf 'size\\t99999999999999999999\\n' ;;"
                + " get) for p in type=snapshot guid=1 createtxg=1 creation=99999999999999999999; do"
                + " printf 'tank@a\\t%s\\t%s\\t-\\n' ${p%=*} ${p#*=}; done ;;"
                + " *) printf '\\tsend [-nPRDp] [-[iI] snapshot] <snapshot>\\n' >&2; exit 2 ;; esac");

        assertThat(zfs.estimate(request())).isEmpty();
        assertThat(failure(() -> zfs.inventory("tank")).said())
                .contains("zfs wrote what it should not", "99999999999999999999");
    }

    @Test
    void noticesASendThatIsKilled() throws IOException {
        Zfs zfs = zfs("echo beginning; kill -9 $$");

        try (SendProcess send = zfs.send(request())) {
            assertThat(send.stream().readAllBytes()).isEqualTo("beginning\n".getBytes());

            assertThat(failure(send::finish).said()).contains("killed by signal 9");
        }
    }

    @Test
    void doesAgainWhatAStopOfTheWholeProcessGroupHasKilled() throws IOException {
        Path done = folder.resolve("done");
        Zfs zfs = zfs("echo \"$*\" >>'" + done + "'; [ $(wc -l <'" + done + "') = 2 ] || kill -TERM $$");

        zfs.hold("tag", "tank/a@s");

        assertThat(done).hasContent("hold tag tank/a@s\nhold tag tank/a@s\n");
    }

    @Test
    void doesNotAgainWhatWasKilledOutright() throws IOException {
        Path done = folder.resolve("done");
        Zfs zfs = zfs("echo \"$*\" >>'" + done + "'; kill -9 $$");

        assertThat(failure(() -> zfs.release("tag", "tank/a@s")).said()).contains("killed by signal 9");
        assertThat(done).hasContent("release tag tank/a@s\n");
    }

    @Test
    void endsASendThatDoesNotWrite() throws IOException {
        Zfs zfs = zfs("exec sleep 600");

        try (SendProcess send = zfs.send(request())) {
            send.kill();

            assertThat(failure(send::finish).said()).contains("killed by signal");
        }
    }

    @Test
    void endsASendThatShrugsOffBeingToldTo() throws IOException {
        // What it ignores is inherited by the sleep, and the builtin tells when it has begun to.
        Zfs zfs = zfs("trap '' TERM; echo ready; exec sleep 600");

        try (SendProcess send = zfs.send(request())) {
            send.stream().readNBytes("ready\n".length());
            send.kill();

            assertThat(failure(send::finish).said()).contains("killed by signal 9");
        }
    }

    @Test
    void isNotBlockedByMuchStandardErrorAndKeepsOnlyItsBeginning() throws IOException {
        Zfs zfs = zfs("echo 'the cause' >&2; head -c 3000000 /dev/zero | tr '\\0' x >&2; echo data; exit 1");

        try (SendProcess send = zfs.send(request())) {
            assertThat(send.stream().readAllBytes()).hasSize("data\n".length());

            assertThat(failure(send::finish).said()).startsWith("the cause").hasSizeLessThan(70_000);
        }
    }

    @Test
    void keepsTheInterruptOfAThreadThatWaits() throws IOException {
        Zfs zfs = zfs("exec sleep 600");

        try (SendProcess send = zfs.send(request())) {
            Thread.currentThread().interrupt();

            assertThatThrownBy(send::finish).isInstanceOf(InterruptedRunException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void tellsInTheProgramsWordsWhyAReceiveGaveUp() throws IOException {
        Zfs zfs =
                zfs("if [ $# = 0 ]; then " + USAGE + "; fi; echo 'cannot receive: invalid backup stream' >&2; exit 1");

        try (ReceiveProcess receive = zfs.receive(new DatasetName("tank/new"))) {
            byte[] block = new byte[1 << 20];

            SourceException failure = failure(() -> {
                while (true) {
                    receive.stream().write(block);
                }
            });

            assertThat(failure.doing()).contains("tank/new");
            assertThat(failure.said()).contains("invalid backup stream");
        }
    }

    @Test
    void noticesAReceiveThatFailsAtTheVeryEnd() throws IOException {
        Zfs zfs = zfs("cat > /dev/null; echo 'cannot receive: checksum mismatch' >&2; exit 1");

        try (ReceiveProcess receive = zfs.receive(new DatasetName("tank/new"))) {
            receive.stream().write(new byte[100]);

            assertThat(failure(receive::finish).said()).contains("checksum mismatch");
        }
    }

    @Test
    void refusesAListingThatIsGarbage() throws IOException {
        Zfs zfs = zfs("if [ $# = 0 ]; then " + USAGE + "; fi; echo 'lorem ipsum'; head -c 1000000 /dev/urandom");

        assertThat(failure(() -> zfs.inventory("tank")).said()).contains("lorem ipsum");
    }

    @Test
    void refusesAListingThatIsCutShort() throws IOException {
        Zfs zfs = zfs("if [ $# = 0 ]; then " + USAGE + "; fi; printf 'tank\\ttype\\tfilesystem\\t-\\n'; exit 1");

        assertThat(failure(() -> zfs.inventory("tank")).said()).contains("exit code 1");
    }

    @Test
    void toleratesASnapshotThatVanishesWhileItIsListed() throws IOException {
        Zfs zfs = zfs("if [ $# = 0 ]; then " + USAGE + "; fi; "
                + listed("tank", "filesystem", 1) + listed("tank@kept", "snapshot", 2)
                + "echo \"cannot open 'tank@gone': dataset does not exist\" >&2; exit 1");

        assertThat(zfs.inventory("tank").get(0).snapshots())
                .extracting(Snapshot::name)
                .containsExactly("kept");
    }

    @Test
    void namesThePoolsThereAreWhenThereIsNoSuchPool() throws IOException {
        Zfs zfs = new Zfs(
                List.of(script(
                        "zfs",
                        "if [ $# = 0 ]; then " + USAGE + "; fi;"
                                + " echo \"cannot open 'tnak': dataset does not exist\" >&2; exit 1")),
                List.of(script("zpool", "echo tank; echo backup")));

        SourceException failure = failure(() -> zfs.inventory("tnak"));

        assertThat(failure.doing()).contains("tnak");
        assertThat(failure.next()).contains("tank, backup");
    }

    @Test
    void saysWhatToAllowWhenPermissionIsDenied() throws IOException {
        Zfs zfs = zfs("echo \"cannot hold snapshot 'tank/a@s': permission denied\" >&2; exit 1");

        assertThat(failure(() -> zfs.hold("tag", "tank/a@s")).next())
                .contains("zfs allow -u " + System.getProperty("user.name"))
                .contains("bookmark,hold,release,send,snapshot,userprop 'tank/a'")
                .contains("--sudo");
    }

    @Test
    void saysWhatToWriteIntoSudoersWhenSudoWantsAPassword() throws IOException {
        Zfs zfs = zfs("echo 'sudo: a password is required' >&2; exit 1");

        assertThat(failure(() -> zfs.inventory("tank")).next()).contains("NOPASSWD: " + folder.resolve("zfs"));
    }

    @Test
    void saysHowToStartADaemonThatDoesNotRun() throws IOException {
        Zfs zfs = zfs("echo 'Please make sure that the zfs-fuse daemon is running.' >&2;"
                + " echo 'internal error: failed to initialize ZFS library' >&2; exit 1");

        assertThat(failure(() -> zfs.inventory("tank")).next()).contains("service zfs-fuse start");
    }

    private Zfs zfs(String script) throws IOException {
        return new Zfs(List.of(script("zfs", script)), List.of(script("zpool", "exit 1")));
    }

    private String script(String name, String text) throws IOException {
        Path script = folder.resolve(name);
        Files.writeString(script, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return script.toString();
    }

    private static String listed(String name, String type, int guid) {
        return "printf '%s\\t%s\\t%s\\t-\\n' " + name + " type " + type + " " + name + " guid " + guid + " " + name
                + " createtxg " + guid + " " + name + " creation 1; ";
    }

    private static SendRequest request() {
        return SendRequest.full("tank@s", Set.of());
    }

    private static SourceException failure(ThrowingCallable call) {
        return catchThrowableOfType(SourceException.class, call);
    }
}

package io.jenkins.plugins.zfsbackup.engine.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether a lock's owner is gone can be said of few processes; of all others it is not said. */
class ProcessIdentityTest {

    private static final String BOOT = "6f8c7d1e-0b5a-4a57-9d3b-0d9f0f5b7a11";
    private static final String NAMESPACE = "pid:[4026531836]";

    @TempDir
    private Path proc;

    private ProcessIdentity seer;

    @BeforeEach
    void makeProc() throws IOException {
        Files.createDirectories(proc.resolve("sys/kernel/random"));
        Files.writeString(proc.resolve("sys/kernel/random/boot_id"), BOOT + "\n");
        Files.createDirectories(proc.resolve("self/ns"));
        Files.createSymbolicLink(proc.resolve("self/ns/pid"), Path.of(NAMESPACE));
        run(10, 1000);
        seer = ProcessIdentity.current(proc, 10);
    }

    private void run(long pid, long started) throws IOException {
        Files.createDirectories(proc.resolve(String.valueOf(pid)));
        Files.writeString(
                proc.resolve(pid + "/stat"),
                pid + " (ja) va (x) S 1 1 1 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 " + started
                        + " 123 456 18446744073709551615\n");
    }

    private boolean gone(ProcessIdentity process) {
        return process.isGone(proc, seer);
    }

    @Test
    void knowsTheBootTheNamespaceAndTheStart() {
        assertThat(seer).isEqualTo(new ProcessIdentity(10, BOOT, NAMESPACE, 1000));
        ProcessIdentity self = ProcessIdentity.current();
        assertThat(self.pid()).isEqualTo(ProcessHandle.current().pid());
        assertThat(self.boot()).isNotEmpty();
        assertThat(self.namespace()).startsWith("pid:[");
        assertThat(self.started()).isPositive();
        assertThat(self.isGone(self)).isFalse();
    }

    @Test
    void aProcessThatRunsIsNotGone() throws IOException {
        run(11, 1100);
        assertThat(gone(new ProcessIdentity(11, BOOT, NAMESPACE, 1100))).isFalse();
    }

    @Test
    void aNumberThatNobodyHasOrThatIsUsedAgainIsGone() throws IOException {
        assertThat(gone(new ProcessIdentity(11, BOOT, NAMESPACE, 1100))).isTrue();
        run(11, 1200);
        assertThat(gone(new ProcessIdentity(11, BOOT, NAMESPACE, 1100))).isTrue();
    }

    @Test
    void anotherMachineAnotherBootAndAnotherContainerCanNotTell() {
        assertThat(gone(new ProcessIdentity(11, "another boot", NAMESPACE, 1100)))
                .isFalse();
        assertThat(gone(new ProcessIdentity(11, BOOT, "pid:[4026532000]", 1100)))
                .isFalse();
        assertThat(gone(new ProcessIdentity(11, "", "", 1100))).isFalse();
        assertThat(gone(new ProcessIdentity(11, BOOT, NAMESPACE, 0))).isFalse();
    }

    @Test
    void whereTheSystemShowsNothingNobodyIsGone() {
        Path none = proc.resolve("none");
        ProcessIdentity blind = ProcessIdentity.current(none, 10);
        assertThat(blind).isEqualTo(new ProcessIdentity(10, "", "", 0));
        assertThat(new ProcessIdentity(11, "", "", 0).isGone(none, blind)).isFalse();
    }

    @Test
    void whatCanNotBeReadIsNotGone() throws IOException {
        Files.createDirectories(proc.resolve("11"));
        Files.writeString(proc.resolve("11/stat"), "11 (odd) S");
        assertThat(gone(new ProcessIdentity(11, BOOT, NAMESPACE, 1100))).isFalse();
    }

    @Test
    void othersProcessesAreHiddenFromAllButRoot() {
        ProcessIdentity process = new ProcessIdentity(Long.MAX_VALUE, seer().boot(), seer().namespace(), 1);
        LockOwner owner = new LockOwner("alice", "here", process, "run");
        assertThat(owner.isGone(new LockOwner("alice", "here", seer(), "run"))).isTrue();
        assertThat(owner.isGone(new LockOwner("root", "here", seer(), "run"))).isTrue();
        assertThat(owner.isGone(new LockOwner("bob", "here", seer(), "run"))).isFalse();
    }

    private static ProcessIdentity seer() {
        return ProcessIdentity.current();
    }
}

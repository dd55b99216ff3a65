package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException.Kind;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.Upload;
import io.jenkins.plugins.zfsbackup.engine.testing.FaultyServer;
import io.jenkins.plugins.zfsbackup.engine.testing.Pause;
import io.jenkins.plugins.zfsbackup.engine.testing.ScriptedSftpServer;
import io.jenkins.plugins.zfsbackup.engine.testing.SshKeys;
import io.jenkins.plugins.zfsbackup.engine.testing.TalkingServer;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever answers at the other end: it is given up in time, what it said is shown, and nobody waits for it who has
 * been told to stop.
 */
@Timeout(120)
class NonsenseTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofSeconds(2);

    @TempDir
    private Path folder;

    private final ExecutorService others = Executors.newCachedThreadPool();
    private byte[] key;

    @BeforeEach
    void makeKey() {
        key = SshKeys.make(folder.resolve("key")).secret();
    }

    @AfterEach
    void stop() {
        others.shutdownNow();
    }

    private Sftp sftp(TalkingServer server) {
        return Sftp.to("lab", server.port(), "/r", key, "")
                .limits(1, LONG, LONG)
                .firstAnswerWithin(LONG);
    }

    private Sftp sftp(ScriptedSftpServer server) {
        return Sftp.to("lab", server.port(), "/r", key, server.knownHost())
                .limits(1, LONG, LONG)
                .firstAnswerWithin(LONG);
    }

    private static RepositoryException outOfReach(Sftp sftp) throws IOException {
        RepositoryException[] found = new RepositoryException[1];
        try (Storage storage = sftp.open()) {
            assertThatThrownBy(() -> storage.list("")).isInstanceOfSatisfying(RepositoryException.class, e -> {
                assertThat(e.kind()).as("%s", e.getMessage()).isEqualTo(Kind.OUT_OF_REACH);
                found[0] = e;
            });
        }
        return found[0];
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] random() {
        byte[] bytes = new byte[4096];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    @Test
    void endlessLinesBeforeTheGreetingAreNotListenedTo() throws IOException {
        try (TalkingServer server = new TalkingServer(out -> {
            while (true) {
                out.write(ascii("Welcome to the \u001b[2J machine\r\n"));
            }
        })) {
            assertThat(outOfReach(sftp(server)))
                    .hasMessageContaining("no SSH server")
                    .hasMessageContaining("it said \"Welcome to the \\u001b[2J machine\\r\\n")
                    .hasMessageNotContaining("\u001b");
        }
    }

    @Test
    void aLineWithoutAnEndIsNotListenedTo() throws IOException {
        try (TalkingServer server = new TalkingServer(out -> {
            while (true) {
                out.write(ascii("x".repeat(1000)));
            }
        })) {
            assertThat(outOfReach(sftp(server))).hasMessageContaining("it said \"xxx");
        }
    }

    @Test
    void anotherKindOfServerIsShownByItsFirstWords() throws IOException {
        try (TalkingServer server = new TalkingServer(out -> {
            out.write(ascii("220 mail.example.org ESMTP\r\n"));
            out.close();
        })) {
            assertThat(outOfReach(sftp(server)))
                    .hasMessageContaining(
                            "what answers there is no SSH server: it said \"220 mail.example.org ESMTP\\r\\n\"");
        }
    }

    @Test
    void randomBytesAreShownAsWhatTheyAre() throws IOException {
        try (TalkingServer server = new TalkingServer(out -> {
            while (true) {
                out.write(random());
            }
        })) {
            assertThat(outOfReach(sftp(server)))
                    .hasMessageContaining("no SSH server")
                    .hasMessageContaining("\\u00");
        }
    }

    @Test
    void garbageAfterAGoodGreetingIsSaidToBeNoSsh() throws IOException {
        for (byte[] garbage : new byte[][] {
            random(), new byte[1 << 16], ascii("HTTP/1.1 400 Bad Request\r\n\r\n"), {0, 0, 0, 12, 4, 20, 0}
        }) {
            try (TalkingServer server = new TalkingServer(out -> {
                out.write(ascii("SSH-2.0-Nonsense_1.0\r\n"));
                out.write(garbage);
                out.close();
            })) {
                assertThat(outOfReach(sftp(server)))
                        .hasMessageContaining("it calls itself \"SSH-2.0-Nonsense_1.0\"")
                        .hasMessageNotContaining("NullPointer")
                        .hasMessageNotContaining("null");
            }
        }
    }

    @Test
    void silenceAfterTheConnectionIsSaid() throws IOException {
        try (TalkingServer server = new TalkingServer(out -> {})) {
            assertThat(outOfReach(sftp(server).limits(1, SHORT, LONG)))
                    .hasMessageContaining("it takes connections, but has said nothing for 2.0 s");
        }
    }

    @Test
    void silenceAfterTheGreetingIsSaid() throws IOException {
        try (TalkingServer server = new TalkingServer(out -> out.write(ascii("SSH-2.0-Sleepy\r\n")))) {
            assertThat(outOfReach(sftp(server).limits(1, SHORT, LONG))).hasMessageContaining("nothing moved for 2.0 s");
        }
    }

    @Test
    void aGreetingThatTricklesInHasADeadline() throws IOException {
        try (TalkingServer server = new TalkingServer(out -> {
            while (true) {
                out.write('x');
                out.flush();
                Pause.briefly();
            }
        })) {
            assertThat(outOfReach(sftp(server).firstAnswerWithin(SHORT)))
                    .hasMessageContaining("it came to no answer within 2.0 s; it said \"xxx");
        }
    }

    @Test
    void silenceAfterTheKeyExchangeHasADeadline() throws IOException {
        try (FaultyServer server = new FaultyServer()) {
            server.stallLogins();
            Sftp sftp = Sftp.to("lab", server.port(), "/", key, server.knownHost());
            assertThat(outOfReach(sftp.limits(1, SHORT, LONG))).hasMessageContaining("nothing moved for 2.0 s");
        }
    }

    @Test
    void textWhereSftpShouldBeginIsShown() throws IOException {
        try (ScriptedSftpServer server = new ScriptedSftpServer((in, out) -> {
                    out.write(ascii("This service allows sftp connections only.\n"));
                    out.flush();
                });
                Storage storage = sftp(server).open()) {
            assertThatThrownBy(() -> storage.list(""))
                    .isInstanceOfSatisfying(
                            RepositoryException.class, e -> assertThat(e.kind()).isEqualTo(Kind.REFUSED))
                    .hasMessageContaining("opens no SFTP channel")
                    .hasMessageContaining("it says \"This…\"");
        }
    }

    /** Answers the beginning of SFTP and every question of a listing as a good server does, up to the entries. */
    private static void answer(DataInputStream in, DataOutputStream out, Entries entries) throws IOException {
        while (true) {
            int length = in.readInt();
            int type = in.readUnsignedByte();
            byte[] rest = in.readNBytes(length - 1);
            int id = rest.length < 4 ? 0 : java.nio.ByteBuffer.wrap(rest).getInt();
            switch (type) {
                case 1 -> packet(out, 2, body -> body.writeInt(3));
                case 11 ->
                    packet(out, 102, body -> {
                        body.writeInt(id);
                        body.writeInt(1);
                        body.write('h');
                    });
                case 12 -> {
                    if (!entries.next(id, out)) {
                        return;
                    }
                }
                case 4 ->
                    packet(out, 101, body -> {
                        body.writeInt(id);
                        body.writeInt(0);
                        body.writeInt(0);
                        body.writeInt(0);
                    });
                // lstat and stat: a directory
                default ->
                    packet(out, 105, body -> {
                        body.writeInt(id);
                        body.writeInt(4);
                        body.writeInt(0040700);
                    });
            }
        }
    }

    /** Answers a request for more entries. */
    private interface Entries {
        /** @return whether to go on */
        boolean next(int id, DataOutputStream out) throws IOException;
    }

    private interface Body {
        void write(DataOutputStream out) throws IOException;
    }

    private static void packet(DataOutputStream out, int type, Body body) throws IOException {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        body.write(new DataOutputStream(bytes));
        out.writeInt(bytes.size() + 1);
        out.write(type);
        bytes.writeTo(out);
        out.flush();
    }

    private static void names(DataOutputStream out, int id, int count) throws IOException {
        packet(out, 104, body -> {
            body.writeInt(id);
            body.writeInt(count);
            for (int i = 0; i < count; i++) {
                byte[] name = ascii("name-" + id + "-" + i);
                body.writeInt(name.length);
                body.write(name);
                body.writeInt(0);
                body.writeInt(4);
                body.writeInt(0040700);
            }
        });
    }

    @Test
    void silenceInTheMiddleOfTheFirstListingHasADeadline() throws IOException {
        int[] answers = new int[1];
        try (ScriptedSftpServer server = new ScriptedSftpServer((in, out) -> answer(in, out, (id, to) -> {
            names(to, id, 10);
            return ++answers[0] < 3;
        }))) {
            assertThat(outOfReach(sftp(server).limits(1, SHORT, LONG).firstAnswerWithin(SHORT)))
                    .hasMessageContaining("it came to no answer within 2.0 s");
        }
    }

    @Test
    void anAnswerThatNeverGetsCompleteHasADeadline() throws IOException {
        try (ScriptedSftpServer server = new ScriptedSftpServer((in, out) -> answer(in, out, (id, to) -> {
            to.writeInt(200_000);
            to.write(104);
            to.writeInt(id);
            to.writeInt(1000);
            to.writeInt(190_000);
            while (true) {
                to.write('x');
                to.flush();
                Pause.briefly();
            }
        }))) {
            assertThat(outOfReach(
                            sftp(server).limits(1, SHORT.dividedBy(2), LONG).firstAnswerWithin(SHORT.multipliedBy(2))))
                    .hasMessageContaining("the answer was not complete after 2.0 s");
        }
    }

    @Test
    void aListingWithoutAnEndIsRefused() throws IOException {
        try (ScriptedSftpServer server = new ScriptedSftpServer((in, out) -> answer(in, out, (id, to) -> {
                    names(to, id, 1000);
                    return true;
                }));
                Storage storage = sftp(server).open()) {
            assertThatThrownBy(() -> storage.list(""))
                    .isInstanceOf(RepositoryException.class)
                    .hasMessageContaining("more than " + Storage.MOST_ENTRIES + " entries");
        }
    }

    @Test
    void packetsThatAreNoneEndTheConnectionAndNotTheProgram() throws IOException {
        try (ScriptedSftpServer server = new ScriptedSftpServer((in, out) -> answer(in, out, (id, to) -> {
            packet(to, 104, body -> {
                body.writeInt(id);
                body.writeInt(Integer.MAX_VALUE);
                body.writeInt(-5);
            });
            return true;
        }))) {
            assertThat(outOfReach(sftp(server))).hasMessageContaining("did not answer as SFTP has it");
        }
    }

    /** Waits until a call is under way, ends it, and gives what became of it. */
    private Throwable endedBy(
            java.util.function.Consumer<Storage> end, Sftp sftp, java.util.concurrent.Callable<Boolean> begun)
            throws Exception {
        Storage storage = sftp.open();
        Future<?> call = others.submit(() -> storage.list(""));
        while (!begun.call()) {
            Pause.briefly();
        }
        end.accept(storage);
        try {
            call.get();
            throw new AssertionError("it has listed something");
        } catch (ExecutionException e) {
            return e.getCause();
        } finally {
            storage.close();
        }
    }

    @Test
    void aStopEndsTheWaitForAServerThatIsNotReachedYet() throws Exception {
        for (java.util.function.Consumer<Storage> end :
                java.util.List.<java.util.function.Consumer<Storage>>of(Storage::stopWaiting, Storage::stop)) {
            java.util.concurrent.CountDownLatch connected = new java.util.concurrent.CountDownLatch(1);
            try (TalkingServer server = new TalkingServer(out -> connected.countDown())) {
                assertThat(endedBy(end, sftp(server), () -> connected.getCount() == 0))
                        .isInstanceOf(InterruptedRunException.class)
                        .hasMessageContaining("the run was stopped");
            }
        }
    }

    @Test
    void aStopEndsTheWaitForAServerThatIsReachedForGood() throws Exception {
        try (FaultyServer server = new FaultyServer();
                Storage storage = Sftp.to("lab", server.port(), "/", key, server.knownHost())
                        .limits(1, LONG, LONG)
                        .open()) {
            storage.list("");
            server.stall();
            int before = server.requests();
            Future<?> call = others.submit(() -> storage.list(""));
            while (server.requests() == before) {
                Pause.briefly();
            }
            storage.stop();
            assertThatThrownBy(call::get).hasCauseInstanceOf(InterruptedRunException.class);
            assertThatThrownBy(() -> storage.stat("a")).isInstanceOf(InterruptedRunException.class);
        }
    }

    @Test
    void whoIsInAHurryCanStillCleanUp() throws Exception {
        try (FaultyServer server = new FaultyServer();
                Storage storage = Sftp.to("lab", server.port(), "/", key, server.knownHost())
                        .limits(1, LONG, LONG)
                        .open()) {
            try (Upload upload = storage.write("a")) {
                upload.write(new byte[100_000]);
                upload.finish();
            }
            storage.stopWaiting();
            storage.deleteFile("a");
            assertThat(storage.stat("a")).isEmpty();
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException.Kind;
import io.jenkins.plugins.zfsbackup.engine.storage.CutStorage.Where;
import io.jenkins.plugins.zfsbackup.engine.storage.directory.DirectoryStorage;
import io.jenkins.plugins.zfsbackup.engine.testing.StorageContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RetryingStorageTest {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration PAUSE = Duration.ofMillis(1);

    @TempDir
    private Path folder;

    private RetryingStorage retrying(CutStorage storage, Duration firstAnswer, Duration patience) {
        return new RetryingStorage(storage, firstAnswer, patience, PAUSE);
    }

    private CutStorage cut(Where where, int times, String... verbs) {
        return new CutStorage(
                new DirectoryStorage(folder),
                where,
                times,
                verb -> Set.of(verbs).contains(verb));
    }

    /** All promises of a storage hold although each call is cut. */
    abstract class Contract extends StorageContract {
        private final Where where;
        private final Set<String> spared;

        /** @param spared the verbs that are not cut */
        Contract(Where where, Set<String> spared) {
            this.where = where;
            this.spared = spared;
        }

        @Override
        protected Storage storage() {
            return retrying(root(), where);
        }

        @Override
        protected Storage nowhere() {
            return retrying(folder.resolve("not mounted/root"), where);
        }

        private Storage retrying(Path root, Where where) {
            CutStorage cut = new CutStorage(new DirectoryStorage(root), where, 1, verb -> !spared.contains(verb));
            return RetryingStorageTest.this.retrying(cut, LONG, LONG);
        }

        @Override
        protected Path root() {
            return folder.resolve("root");
        }
    }

    @Nested
    class CallsThatDoNotArrive extends Contract {
        CallsThatDoNotArrive() {
            // A file that is sent once is not sent again. The replacing of a file that is not there looks as if done.
            super(Where.BEFORE, Set.of("finish", "replace"));
        }
    }

    @Nested
    class AnswersThatDoNotArrive extends Contract {
        AnswersThatDoNotArrive() {
            super(Where.AFTER, Set.of("finish"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void contentIsWrittenAgainFromItsFirstByte(Where where) throws IOException {
        CutStorage cut = cut(where, 2, "write", "finish");
        AtomicInteger tries = new AtomicInteger();

        long bytes = retrying(cut, LONG, LONG).write("a", out -> out.write(tries.incrementAndGet()));

        assertThat(bytes).isEqualTo(1);
        assertThat(tries).hasValue(3);
        assertThat(folder.resolve("a")).hasBinaryContent(new byte[] {3});
    }

    @Test
    void aFileIsSentFourTimesHoweverLongThatTakes() throws IOException {
        CutStorage three = cut(Where.BEFORE, 3, "finish");
        retrying(three, Duration.ofNanos(1), Duration.ofNanos(1)).write("a", out -> out.write(1));
        assertThat(folder.resolve("a")).hasBinaryContent(new byte[] {1});

        CutStorage four = cut(Where.BEFORE, 4, "finish");
        Storage storage = retrying(four, Duration.ofNanos(1), Duration.ofNanos(1));
        assertOutOfReach(() -> storage.write("b", out -> out.write(1)));
    }

    /** The patience begins when the connection is lost, and not when the file was begun. */
    @Test
    void aFileThatTakesLongerThanAllPatienceIsSentAgainOnceTheStorageIsBack() throws IOException {
        Duration patience = Duration.ofMillis(500);
        CutStorage cut =
                new CutStorage(new DirectoryStorage(folder), Where.BEFORE, 5, verb -> verb.equals("deleteFile"));
        Storage storage = retrying(cut, LONG, patience);
        storage.list("");
        AtomicInteger tries = new AtomicInteger();

        storage.write("a", out -> {
            out.write(tries.incrementAndGet());
            if (tries.get() == 1) {
                long began = System.nanoTime();
                while (System.nanoTime() - began < patience.toNanos()) {
                    Thread.onSpinWait();
                }
                throw CutStorage.lost("write");
            }
        });

        assertThat(cut.cuts("deleteFile")).isEqualTo(6);
        assertThat(folder.resolve("a")).hasBinaryContent(new byte[] {2});
    }

    @Test
    void aFileOfAnotherIsNotWrittenOver() throws IOException {
        Files.write(folder.resolve("a"), new byte[] {7});
        Storage storage = retrying(cut(Where.BEFORE, 1, "write", "finish"), LONG, LONG);

        assertThatThrownBy(() -> storage.write("a", out -> out.write(1)))
                .isInstanceOfSatisfying(
                        RepositoryException.class, e -> assertThat(e.kind()).isEqualTo(Kind.EXISTS));

        assertThat(folder.resolve("a")).hasBinaryContent(new byte[] {7});
    }

    @Test
    void whatWasNeverReachedIsNotWaitedFor() {
        CutStorage cut = cut(Where.BEFORE, Integer.MAX_VALUE, "list").neverReached();

        assertOutOfReach(() -> retrying(cut, LONG, LONG).list(""));

        assertThat(cut.cuts("list")).isEqualTo(1);
    }

    @Test
    void whatWasReachedAndHasDoneNothingYetHasTheTimeOfAFirstAnswer() {
        CutStorage cut = cut(Where.BEFORE, Integer.MAX_VALUE, "list");

        assertOutOfReach(() -> retrying(cut, SHORT, LONG).list(""));

        assertThat(cut.cuts("list")).isGreaterThan(1);
    }

    @Test
    void whatHasListedADirectoryIsWaitedForAsLongAsItIsPatient() throws IOException {
        CutStorage cut = cut(Where.BEFORE, Integer.MAX_VALUE, "stat");
        Storage storage = retrying(cut, Duration.ofNanos(1), SHORT);
        assertOutOfReach(() -> storage.stat("a"));
        assertThat(cut.cuts("stat")).isEqualTo(1);
        storage.list("");

        assertOutOfReach(() -> storage.stat("b"));

        assertThat(cut.cuts("stat")).isGreaterThan(2);
    }

    @Test
    void aHurryEndsAPauseAndAllFurtherTries() throws Exception {
        CutStorage cut = cut(Where.BEFORE, Integer.MAX_VALUE, "stat");
        RetryingStorage storage = new RetryingStorage(cut, LONG, LONG, LONG);
        storage.list("");
        CountDownLatch begun = new CountDownLatch(1);
        var others = Executors.newSingleThreadExecutor();
        try {
            CompletableFuture<Object> waiting = CompletableFuture.supplyAsync(
                    () -> {
                        begun.countDown();
                        try {
                            return storage.stat("a");
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    },
                    others);
            begun.await();

            storage.stopWaiting();

            assertThatThrownBy(waiting::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseInstanceOf(RepositoryException.class);
            assertOutOfReach(() -> storage.stat("b"));
        } finally {
            others.shutdownNow();
        }
    }

    private static void assertOutOfReach(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RepositoryException.class, e -> assertThat(e.kind()).isEqualTo(Kind.OUT_OF_REACH));
    }
}

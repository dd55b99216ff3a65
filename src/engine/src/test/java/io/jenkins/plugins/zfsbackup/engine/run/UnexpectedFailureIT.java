package io.jenkins.plugins.zfsbackup.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.plan.Forever;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.BackupResult.DatasetResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.Compression;
import io.jenkins.plugins.zfsbackup.engine.protocol.ListResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import io.jenkins.plugins.zfsbackup.engine.protocol.VerifyResult;
import io.jenkins.plugins.zfsbackup.engine.repository.Repository;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.directory.DirectoryStorage;
import io.jenkins.plugins.zfsbackup.engine.stream.Workers;
import io.jenkins.plugins.zfsbackup.engine.testing.RealPool;
import io.jenkins.plugins.zfsbackup.engine.zfs.Zfs;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A failure that nobody foresaw in the work on one dataset, on whichever thread, is that dataset's; the others go on.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class UnexpectedFailureIT {

    private static RealPool pool;
    private static String bad;

    @TempDir
    private Path folder;

    @BeforeAll
    static void build() {
        pool = RealPool.create(256);
        for (String name : List.of("a", "b", "c")) {
            String dataset = pool.dataset(name);
            pool.write(dataset, "file", 9_000_000, 1);
            pool.snapshot(dataset, "monday");
        }
        bad = pool.name() + "/b";
    }

    @AfterAll
    static void tearDown() {
        pool.close();
    }

    /** What is thrown by the storage, as far as it is about the one dataset. */
    enum Thrown {
        ERROR(() -> new OutOfMemoryError("Java heap space")),
        UNCHECKED(() -> new NullPointerException("null"));

        private final Supplier<Throwable> failure;

        Thrown(Supplier<Throwable> failure) {
            this.failure = failure;
        }
    }

    /** Each of them, by each verb of the storage that a backup needs. */
    static Stream<Arguments> verbs() {
        return Stream.of(Thrown.values())
                .flatMap(thrown ->
                        Stream.of("list", "makeDirectory", "write", "rename").map(verb -> Arguments.of(verb, thrown)));
    }

    private static Storage throwing(Storage storage, String verb, String file, Thrown thrown) {
        return (Storage) Proxy.newProxyInstance(
                Storage.class.getClassLoader(), new Class<?>[] {Storage.class}, (proxy, method, arguments) -> {
                    boolean about =
                            arguments != null && Arrays.toString(arguments).contains(bad);
                    if (about
                            && method.getName().equals(verb)
                            && String.valueOf(arguments[0]).contains(file)) {
                        throw thrown.failure.get();
                    }
                    try {
                        return method.invoke(storage, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private BackupResult backup(Storage storage, Workers workers) throws IOException {
        return new BackupRun(
                        Zfs.direct(),
                        new ManifestedArchive(
                                new Repository(storage),
                                new StreamSettings(
                                        workers,
                                        Compression.DEFAULT,
                                        new Protection(List.of(), Optional.empty(), Optional.empty())),
                                Clock.systemUTC()),
                        new RunControl(new SilentListener(), new Cancellation()),
                        Clock.systemUTC())
                .run(new BackupRequest(
                        pool.name(),
                        DatasetFilter.ALL,
                        new Forever(false),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        false));
    }

    private static void onlyTheOneFailed(BackupResult result) {
        assertThat(result.outcome()).isEqualTo(Outcome.PARTIAL);
        assertThat(result.datasets())
                .filteredOn(each -> each.dataset().equals(bad))
                .extracting(DatasetResult::outcome)
                .containsExactly(Outcome.FAILED);
        assertThat(result.datasets())
                .filteredOn(
                        each -> each.dataset().endsWith("/a") || each.dataset().endsWith("/c"))
                .extracting(DatasetResult::outcome)
                .containsExactly(Outcome.BACKED_UP, Outcome.BACKED_UP);
        assertThat(result.datasets())
                .allSatisfy(each -> assertThat(each.message()).doesNotContain("\n"));
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void onTheThreadOfTheDataset(String verb, Thrown thrown) throws IOException {
        try (Workers workers = new Workers(2, 32 << 20)) {
            Storage storage = new DirectoryStorage(folder.resolve("repository"));
            onlyTheOneFailed(backup(throwing(storage, verb, "", thrown), workers));
            // Whoever has failed has given the memory and the lock back.
            assertThat(backup(storage, workers).outcome()).isEqualTo(Outcome.BACKED_UP);
        }
    }

    @ParameterizedTest
    @EnumSource
    void onTheThreadOfAVolume(Thrown thrown) throws IOException {
        try (Workers workers = new Workers(2, 32 << 20)) {
            Storage storage = new DirectoryStorage(folder.resolve("repository"));
            onlyTheOneFailed(backup(throwing(storage, "write", "00002.zfs", thrown), workers));
            assertThat(backup(storage, workers).outcome()).isEqualTo(Outcome.BACKED_UP);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whileReading(Thrown thrown) throws IOException {
        try (Workers workers = new Workers(2, 32 << 20)) {
            Storage storage = new DirectoryStorage(folder.resolve("repository"));
            backup(storage, workers);
            for (String file : List.of("manifest.json", "00002.zfs.zst")) {
                Repository repository = new Repository(throwing(storage, "read", file, thrown));
                VerifyResult verified = new VerifyRun(
                                Zfs.direct(),
                                repository,
                                new ManifestedStreams(repository, workers, ReadKeys.NONE),
                                ReadKeys.NONE,
                                new RunControl(new SilentListener(), new Cancellation()))
                        .run(new VerifyRun.Request(List.of(), VerifyDepth.CONTENT, Subset.ALL, Optional.empty()));
                assertThat(verified.outcome()).isEqualTo(Outcome.PARTIAL);
                assertThat(verified.datasets())
                        .filteredOn(each -> each.outcome() != Outcome.OK)
                        .extracting(VerifyResult.DatasetResult::dataset)
                        .containsExactly(bad);
            }
            Repository repository = new Repository(throwing(storage, "list", "", thrown));
            ListResult listed = new ListRun(repository, new Cancellation()).run(List.of());
            assertThat(listed.outcome()).isEqualTo(Outcome.PARTIAL);
            assertThat(listed.datasets())
                    .filteredOn(each -> !each.unreadable().isEmpty())
                    .extracting(ListResult.DatasetResult::dataset)
                    .containsExactly(bad);
        }
    }
}

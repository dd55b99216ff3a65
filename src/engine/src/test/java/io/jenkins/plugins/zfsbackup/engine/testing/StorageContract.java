package io.jenkins.plugins.zfsbackup.engine.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException.Kind;
import io.jenkins.plugins.zfsbackup.engine.storage.Storage;
import io.jenkins.plugins.zfsbackup.engine.storage.StoredFile;
import io.jenkins.plugins.zfsbackup.engine.storage.Upload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every storage promises, whatever is behind it. */
@Timeout(120)
public abstract class StorageContract {

    /** The storage under test, whose root is not there yet but can be made. */
    protected abstract Storage storage() throws IOException;

    /** A storage whose root's parent is missing. */
    protected abstract Storage nowhere() throws IOException;

    /** Where the root of the storage under test lies, seen from outside. */
    protected abstract Path root();

    /** Whether what is behind the storage tells where a symbolic link leads. Not all servers do. */
    protected boolean tellsWhereLinksLead() {
        return true;
    }

    private Storage made() throws IOException {
        Storage storage = storage();
        storage.makeDirectories("");
        return storage;
    }

    @Test
    void aFinishedFileIsReadAsItWasWritten() throws IOException {
        Storage storage = made();
        assertThat(write(storage, "a", "hello")).isEqualTo(5);
        assertThat(read(storage, "a")).isEqualTo("hello");
        StoredFile found = storage.stat("a").orElseThrow();
        assertThat(found.name()).isEqualTo("a");
        assertThat(found.size()).isEqualTo(5);
        assertThat(found.directory()).isFalse();
    }

    @Test
    void anEmptyFileIsAFile() throws IOException {
        Storage storage = made();
        write(storage, "a", "");
        assertThat(read(storage, "a")).isEmpty();
        assertThat(storage.stat("a").orElseThrow().size()).isZero();
    }

    @Test
    void aFileLargerThanAllWindowsAndBuffersIsReadAsItWasWritten() throws IOException {
        Storage storage = made();
        byte[] bytes = random(9_000_001);
        try (Upload upload = storage.write("big")) {
            upload.write(bytes[0]);
            upload.write(bytes, 1, 100);
            upload.write(bytes, 101, 5_000_000);
            upload.write(bytes, 5_000_101, bytes.length - 5_000_101);
            assertThat(upload.finish()).isEqualTo(bytes.length);
        }
        try (InputStream in = storage.read("big")) {
            assertThat(in.read()).isEqualTo(bytes[0] & 0xff);
            assertThat(in.readNBytes(bytes.length)).isEqualTo(java.util.Arrays.copyOfRange(bytes, 1, bytes.length));
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void aFileNeedNotBeReadToItsEnd() throws IOException {
        Storage storage = made();
        try (Upload upload = storage.write("big")) {
            upload.write(random(3_000_000));
            upload.finish();
        }
        for (int i = 0; i < 20; i++) {
            try (InputStream in = storage.read("big")) {
                assertThat(in.readNBytes(1000)).hasSize(1000);
            }
        }
        assertThat(storage.stat("big")).isPresent();
    }

    @Test
    void aNameThatIsTakenIsNotWrittenTo() throws IOException {
        Storage storage = made();
        write(storage, "a", "first");
        assertFails(Kind.EXISTS, () -> write(storage, "a", "second"));
        assertThat(read(storage, "a")).isEqualTo("first");
    }

    @Test
    void anAbandonedFileCanBeDeletedAndWrittenAgain() throws IOException {
        Storage storage = made();
        try (Upload upload = storage.write("a")) {
            upload.write(random(1_000_000));
        }
        storage.deleteFile("a");
        write(storage, "a", "again");
        assertThat(read(storage, "a")).isEqualTo("again");
    }

    @Test
    void writingBelowAMissingDirectoryFailsAsMissing() throws IOException {
        Storage storage = made();
        assertFails(Kind.MISSING, () -> write(storage, "no/a", "x"));
    }

    @Test
    void whatIsMissingIsEmptyAndNoError() throws IOException {
        Storage storage = made();
        assertThat(storage.list("no")).isEmpty();
        assertThat(storage.list("no/such")).isEmpty();
        assertThat(storage.stat("no")).isEmpty();
        assertThat(storage.stat("no/such")).isEmpty();
        storage.deleteFile("no");
        storage.deleteDirectory("no");
        assertFails(Kind.MISSING, () -> read(storage, "no"));
    }

    @Test
    void aRootThatIsMissingListsAsMissing() throws IOException {
        Storage storage = storage();
        assertThat(storage.list("")).isEmpty();
        assertThat(storage.stat("")).isEmpty();
        assertFails(Kind.MISSING, () -> write(storage, "a", "x"));
    }

    @Test
    void aRootBelowAMissingDirectoryIsNotMade() throws IOException {
        Storage storage = nowhere();
        assertFails(Kind.MISSING, () -> storage.makeDirectories(""));
        assertFails(Kind.MISSING, () -> storage.makeDirectories("a/b"));
    }

    @Test
    void aDirectoryListsAllItsEntriesAlsoHiddenOnes() throws IOException {
        Storage storage = made();
        storage.makeDirectory("d");
        assertThat(storage.list("d").orElseThrow()).isEmpty();
        write(storage, "d/.lock", "12");
        write(storage, "d/d", "1234");
        storage.makeDirectory("d/sub");
        assertThat(storage.list("d").orElseThrow())
                .extracting(StoredFile::name, StoredFile::directory, StoredFile::size)
                .containsExactlyInAnyOrder(
                        org.assertj.core.api.Assertions.tuple(".lock", false, 2L),
                        org.assertj.core.api.Assertions.tuple("d", false, 4L),
                        org.assertj.core.api.Assertions.tuple("sub", true, 0L));
        assertThat(storage.list("").orElseThrow()).extracting(StoredFile::name).containsExactly("d");
    }

    @Test
    void aDirectoryWithManyEntriesListsThemAll() throws IOException {
        Storage storage = made();
        for (int i = 0; i < 250; i++) {
            storage.makeDirectory("auto-20190806.0200-1w.from.auto-20190805.0200-1w-" + i);
        }
        assertThat(storage.list("").orElseThrow()).hasSize(250);
    }

    @Test
    void whatLeadsNowhereIsListedWithTheReasonAndHidesNothing() throws IOException {
        Storage storage = made();
        write(storage, "a", "x");
        Files.createSymbolicLink(root().resolve("self"), Path.of("self"));
        Files.createSymbolicLink(root().resolve("there"), Path.of("back"));
        Files.createSymbolicLink(root().resolve("back"), Path.of("there"));
        Files.createSymbolicLink(root().resolve("dangling"), Path.of("no/such"));

        List<StoredFile> entries = storage.list("").orElseThrow();

        assertThat(entries)
                .extracting(StoredFile::name)
                .containsExactlyInAnyOrder("a", "self", "there", "back", "dangling");
        for (StoredFile entry : entries) {
            boolean link = !entry.name().equals("a");
            assertThat(entry.link()).as(entry.name()).isEqualTo(link);
            assertThat(entry.unreadable().isPresent()).as(entry.name()).isEqualTo(link);
            assertThat(entry.directory()).as(entry.name()).isFalse();
            assertThat(storage.stat(entry.name())).as(entry.name()).contains(entry);
        }
        for (String name : List.of("self", "there", "dangling")) {
            assertThat(storage.list(name)).as(name).isEmpty();
            assertThatThrownBy(() -> read(storage, name)).isInstanceOf(RepositoryException.class);
            assertFails(Kind.EXISTS, () -> storage.makeDirectories(name));
        }
    }

    @Test
    void aLinkToADirectoryIsThatDirectory() throws IOException {
        Storage storage = made();
        storage.makeDirectories("elsewhere/d");
        write(storage, "elsewhere/d/a", "x");
        Files.createSymbolicLink(root().resolve("moved"), Path.of("elsewhere/d"));
        assertThat(storage.list("").orElseThrow())
                .extracting(StoredFile::name, StoredFile::directory, StoredFile::link)
                .containsExactlyInAnyOrder(
                        org.assertj.core.api.Assertions.tuple("elsewhere", true, false),
                        org.assertj.core.api.Assertions.tuple("moved", true, true));
        assertThat(read(storage, "moved/a")).isEqualTo("x");
        assertThat(storage.realPath("moved").equals(storage.realPath("elsewhere/d")))
                .isEqualTo(tellsWhereLinksLead());
        assertThat(storage.realPath("elsewhere/d")).isEqualTo(storage.realPath("elsewhere") + "/d");
    }

    @Test
    void aPipeIsNoFileToRead() throws IOException {
        Storage storage = made();
        Programs.succeed(root(), Map.of(), "mkfifo", "pipe");
        assertThat(storage.list("").orElseThrow())
                .extracting(StoredFile::directory)
                .containsExactly(false);
        assertThat(assertFails(Kind.FAILED, () -> read(storage, "pipe"))).hasMessageContaining("no regular file");
    }

    @Test
    void aFileIsNoDirectoryToList() throws IOException {
        Storage storage = made();
        write(storage, "a", "x");
        assertThat(storage.list("a")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "with space",
                "star*",
                "question?mark",
                "[bracket]",
                "back\\slash",
                "per%cent",
                "umlaut-äöü-😀",
                "'quote\"",
                "-dash",
                "tilde~",
                "line\nbreak"
            })
    void anyNameCanBeWrittenListedRenamedAndDeleted(String name) throws IOException {
        Storage storage = made();
        storage.makeDirectory(name);
        String file = name + "/" + name;
        write(storage, file, "x");
        assertThat(storage.list(name).orElseThrow())
                .extracting(StoredFile::name)
                .containsExactly(name);
        assertThat(read(storage, file)).isEqualTo("x");
        storage.rename(file, name + "/" + name + "2");
        storage.replace(name + "/" + name + "2", file);
        assertThat(storage.stat(file).orElseThrow().name()).isEqualTo(name);
        storage.rename(name, name + "3");
        storage.deleteFile(name + "3/" + name);
        storage.deleteDirectory(name + "3");
        assertThat(storage.list("").orElseThrow()).isEmpty();
    }

    @Test
    void aNameOf200CharactersIsFine() throws IOException {
        Storage storage = made();
        String name = "n".repeat(200);
        write(storage, name, "x");
        assertThat(storage.stat(name)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../a", "a/../../b", "/etc/passwd", "a//b", "./a", "a/", "a\0b"})
    void aPathThatCouldLeadOutOfTheRootIsRefused(String path) throws IOException {
        Storage storage = made();
        assertFails(Kind.REFUSED, () -> storage.list(path));
        assertFails(Kind.REFUSED, () -> read(storage, path));
        assertFails(Kind.REFUSED, () -> write(storage, path, "x"));
        assertFails(Kind.REFUSED, () -> storage.deleteFile(path));
        assertFails(Kind.REFUSED, () -> storage.rename("a", path));
    }

    @Test
    void directoriesAreMadeOnceAndWithAllAboveThem() throws IOException {
        Storage storage = storage();
        storage.makeDirectories("a/b/c");
        storage.makeDirectories("a/b/c");
        storage.makeDirectories("");
        assertThat(storage.stat("a/b/c").orElseThrow().directory()).isTrue();
        assertFails(Kind.EXISTS, () -> storage.makeDirectory("a/b"));
        assertFails(Kind.MISSING, () -> storage.makeDirectory("x/y"));
        write(storage, "file", "x");
        assertFails(Kind.EXISTS, () -> storage.makeDirectory("file"));
        assertFails(Kind.EXISTS, () -> storage.makeDirectories("file"));
    }

    @Test
    void aRenameMovesAFileOrADirectoryWithAllInIt() throws IOException {
        Storage storage = made();
        storage.makeDirectory(".partial");
        write(storage, ".partial/a", "x");
        storage.rename(".partial", "done");
        assertThat(storage.stat(".partial")).isEmpty();
        assertThat(read(storage, "done/a")).isEqualTo("x");
        storage.rename("done/a", "b");
        assertThat(storage.stat("done/a")).isEmpty();
        assertThat(read(storage, "b")).isEqualTo("x");
    }

    @Test
    void aRenameOntoATakenNameChangesNothing() throws IOException {
        Storage storage = made();
        write(storage, "a", "a");
        write(storage, "b", "b");
        storage.makeDirectory("empty");
        storage.makeDirectory("d");
        write(storage, "d/x", "x");
        assertFails(Kind.EXISTS, () -> storage.rename("a", "b"));
        assertFails(Kind.EXISTS, () -> storage.rename("d", "empty"));
        assertFails(Kind.EXISTS, () -> storage.rename("a", "empty"));
        assertFails(Kind.EXISTS, () -> storage.rename("d", "b"));
        assertThat(read(storage, "a")).isEqualTo("a");
        assertThat(read(storage, "b")).isEqualTo("b");
        assertThat(read(storage, "d/x")).isEqualTo("x");
        assertThat(storage.list("empty").orElseThrow()).isEmpty();
    }

    @Test
    void whatIsMissingCanNotBeRenamed() throws IOException {
        Storage storage = made();
        assertFails(Kind.MISSING, () -> storage.rename("no", "b"));
        write(storage, "a", "a");
        assertFails(Kind.MISSING, () -> storage.rename("a", "no/b"));
        assertThat(read(storage, "a")).isEqualTo("a");
    }

    @Test
    void ofManyThatRenameOntoOneNameOneWins() throws Exception {
        Storage storage = made();
        List<Future<Boolean>> results = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            write(storage, "candidate" + i, "x");
        }
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            for (int i = 0; i < 8; i++) {
                String mine = "candidate" + i;
                results.add(pool.submit(() -> {
                    try {
                        storage.rename(mine, "lock");
                        return true;
                    } catch (RepositoryException e) {
                        assertThat(e.kind()).isEqualTo(Kind.EXISTS);
                        return false;
                    }
                }));
            }
            int winners = 0;
            for (Future<Boolean> result : results) {
                winners += result.get() ? 1 : 0;
            }
            assertThat(winners).isEqualTo(1);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void aReplaceTakesTheOldFilesPlaceOrAFreeOne() throws IOException {
        Storage storage = made();
        write(storage, "old", "old");
        write(storage, "new", "new");
        storage.replace("new", "old");
        assertThat(read(storage, "old")).isEqualTo("new");
        assertThat(storage.stat("new")).isEmpty();
        storage.replace("old", "free");
        assertThat(read(storage, "free")).isEqualTo("new");
    }

    @Test
    void aReplaceThatFailsLeavesTheOldFile() throws IOException {
        Storage storage = made();
        write(storage, "old", "old");
        assertFails(Kind.MISSING, () -> storage.replace("no", "old"));
        assertThat(read(storage, "old")).isEqualTo("old");
    }

    @Test
    void aDirectoryThatIsNotEmptyIsNotDeleted() throws IOException {
        Storage storage = made();
        storage.makeDirectory("d");
        write(storage, "d/a", "x");
        assertThatThrownBy(() -> storage.deleteDirectory("d")).isInstanceOf(RepositoryException.class);
        assertThatThrownBy(() -> storage.deleteFile("d")).isInstanceOf(RepositoryException.class);
        assertThat(read(storage, "d/a")).isEqualTo("x");
    }

    @Test
    void manyThreadsWorkAtOnce() throws Exception {
        Storage storage = made();
        ExecutorService pool = Executors.newFixedThreadPool(16);
        try {
            List<Future<String>> results = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                String name = "d" + i;
                results.add(pool.submit(() -> {
                    storage.makeDirectory(name);
                    write(storage, name + "/a", name.repeat(20_000));
                    storage.rename(name, name + "-done");
                    assertThat(storage.list(name + "-done").orElseThrow()).hasSize(1);
                    return read(storage, name + "-done/a");
                }));
            }
            for (int i = 0; i < 64; i++) {
                assertThat(results.get(i).get()).isEqualTo(("d" + i).repeat(20_000));
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void whatIsStoredIsItsOwnersAlone() throws IOException {
        Storage storage = made();
        storage.makeDirectories("a/b");
        write(storage, "a/b/file", "x");
        write(storage, "a/next", "y");
        storage.replace("a/next", "a/b/file");
        storage.rename("a/b", "a/c");
        write(storage, "a/c/other", "z");
        for (String directory : List.of("", "a", "a/c")) {
            assertThat(mode(directory)).as(directory).isEqualTo("rwx------");
        }
        for (String file : List.of("a/c/file", "a/c/other")) {
            assertThat(mode(file)).as(file).isEqualTo("rw-------");
        }
        assertThat(storage.capabilities())
                .anyMatch(line -> line.matches("only the (account|user) that stores can read what is stored.*"));
    }

    private String mode(String path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(root().resolve(path)));
    }

    @Test
    void aDirectoryThatWasThereKeepsItsMode() throws IOException {
        Storage storage = storage();
        Files.createDirectory(
                root(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
        storage.makeDirectories("a");
        assertThat(mode("")).isEqualTo("rwxr-x---");
        assertThat(mode("a")).isEqualTo("rwx------");
    }

    @Test
    void itSaysWhatItCanDo() throws IOException {
        Storage storage = made();
        assertThat(storage.capabilities()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(storage.free().orElse(1)).isPositive();
        assertThat(storage.connections()).isPositive();
    }

    /** Writes a small file. */
    protected static long write(Storage storage, String path, String text) throws IOException {
        try (Upload upload = storage.write(path)) {
            upload.write(text.getBytes(StandardCharsets.UTF_8));
            return upload.finish();
        }
    }

    /** Reads a small file. */
    protected static String read(Storage storage, String path) throws IOException {
        try (InputStream in = storage.read(path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The same bytes each time, that compress badly. */
    protected static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /** Expects a failure of a kind, and a message with what was done in it. */
    protected static RepositoryException assertFails(Kind kind, ThrowingCallable work) {
        RepositoryException[] found = new RepositoryException[1];
        assertThatThrownBy(work).isInstanceOfSatisfying(RepositoryException.class, e -> {
            assertThat(e.kind()).as("%s", e.getMessage()).isEqualTo(kind);
            found[0] = e;
        });
        return found[0];
    }
}

package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.FileTrees;
import io.jenkins.plugins.zfsbackup.engine.testing.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A repository that has less than it had is told from one that has all, and the next backup mends it. */
class OlderStateIT {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String GONE = "is not there any more";

    private static Lab lab;

    @BeforeAll
    static void build() {
        lab = new Lab(512);
    }

    @AfterAll
    static void tearDown() {
        lab.close();
    }

    @BeforeEach
    void forget() {
        Programs.succeed(
                lab.folder(),
                Map.of(),
                "rm",
                "-rf",
                lab.folder().resolve(".cache").toString());
    }

    private static Said says(Said said, int exitCode, String... parts) {
        assertThat(said.exitCode()).as(said.all()).isEqualTo(exitCode);
        assertThat(List.of(parts)).allSatisfy(part -> assertThat(said.all()).contains(part));
        assertThat(said.all()).doesNotContain("\tat ").doesNotContain("Exception");
        return said;
    }

    private static void quiet(Said said) {
        says(said, 0);
        assertThat(said.all()).doesNotContain(GONE).doesNotContain("this machine has backed up");
    }

    private static Path copy(Path from) {
        Path to = lab.repository();
        Programs.succeed(lab.folder(), Map.of(), "cp", "-a", from.toString(), to.toString());
        return to;
    }

    /** A dataset of which a and b are stored, and a copy of the repository from before b. */
    private record Stored(String dataset, Path repository, Path before) {

        static Stored twice() {
            String dataset = lab.dataset();
            Path repository = lab.repository();
            lab.pool().write(dataset, "file", "first");
            lab.pool().snapshot(dataset, "a");
            quiet(lab.run(lab.backup(dataset, repository)));
            Path before = copy(repository);
            lab.pool().write(dataset, "file", "second");
            lab.pool().snapshot(dataset, "b");
            quiet(lab.run(lab.backup(dataset, repository)));
            return new Stored(dataset, repository, before);
        }

        Stored putBack() {
            FileTrees.delete(repository);
            try {
                Files.move(before, repository);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return this;
        }

        List<String> backup(String... more) {
            return lab.backup(dataset, repository, more);
        }

        List<String> list() {
            return Lab.arguments(List.of("list"), lab.access(repository));
        }

        List<String> doctor() {
            return Lab.arguments(List.of("doctor", lab.pool().name()), lab.access(repository));
        }
    }

    @Test
    void anOlderStateIsSaidUntilTheNextBackupHasMendedIt() {
        Stored stored = Stored.twice().putBack();

        says(
                lab.run(stored.list()),
                0,
                "@b was stored in the repository, in b.from.a, and " + GONE,
                "the newest that is left is @a");
        says(lab.run(stored.doctor()), 2, "BAD  history", "@b was stored", GONE);
        says(lab.run(lab.read(stored.repository(), "verify")), 0, "@b was stored", GONE);
        says(
                lab.run(lab.read(stored.repository(), "restore", stored.dataset(), "--to", stored.dataset() + "-back")),
                0,
                GONE);
        says(lab.run(stored.backup("--dry-run")), 0, GONE, "goes on from @a", "would store @b");
        says(lab.run(stored.list()), 0, GONE);
        says(lab.run(stored.backup()), 0, "warning: ", GONE, "goes on from @a", "@b, incremental from @a");

        quiet(lab.run(stored.list()));
        quiet(lab.run(stored.backup()));
        assertThat(lab.run(stored.doctor()).all()).contains("ok   history");
    }

    @Test
    void whatCanNotBeSentAgainIsSaidInEachRun() throws IOException {
        Stored stored = Stored.twice().putBack();
        if (!lab.pool().hasFeature("bookmarks")) {
            lab.run(Lab.arguments(List.of("release", lab.pool().name()), lab.access(stored.repository())));
        }
        lab.pool().destroy(stored.dataset() + "@b");

        for (int run = 0; run < 2; run++) {
            Said said = says(lab.run(stored.backup("--json")), 0);
            JsonNode dataset = JSON.readTree(said.bytes()).path("datasets").get(0);
            assertThat(dataset.path("outcome").asText()).isEqualTo("up-to-date");
            assertThat(dataset.path("warnings").get(0).asText()).contains("@b was stored", GONE, "nothing to send");
            assertThat(said.err()).contains("@b was stored");
        }
        lab.pool().snapshot(stored.dataset(), "c");
        says(lab.run(stored.backup()), 0, GONE, "@c, incremental from @a");

        quiet(lab.run(stored.list()));
    }

    @Test
    void aDatasetThatIsGoneIsSaidAndStoredAnew() {
        Stored stored = Stored.twice();
        String other = lab.dataset();
        lab.pool().snapshot(other, "x");
        quiet(lab.run(lab.backup(other, stored.repository())));
        FileTrees.delete(stored.repository().resolve(stored.dataset()));

        says(
                lab.run(stored.list()),
                0,
                stored.dataset() + ": @b was stored",
                GONE,
                "nothing that can be restored is left");
        says(
                lab.run(Lab.arguments(List.of("list", stored.dataset()), lab.access(stored.repository()))),
                2,
                "@b was stored",
                GONE);
        says(lab.run(stored.doctor()), 2, stored.dataset() + ": @b was stored", GONE);
        says(lab.run(lab.read(stored.repository(), "verify")), 0, stored.dataset() + ": @b was stored");
        assertThat(lab.run(Lab.arguments(List.of("list", other), lab.access(stored.repository())))
                        .all())
                .doesNotContain(GONE);
        says(
                lab.run(Lab.arguments(stored.backup(), List.of("--verbose"))),
                0,
                "@b was stored",
                "begins anew, with a full one",
                "@a, full",
                "@b, incremental from @a");

        quiet(lab.run(stored.list()));
    }

    @Test
    void whatIsMeantToBeGoneIsForgottenByDeletingTheFileThatIsNamed() throws IOException {
        Stored stored = Stored.twice().putBack();
        Said said = says(lab.run(stored.list()), 0, GONE);
        Matcher file = Pattern.compile("delete (\\S+) on this machine").matcher(said.all());
        assertThat(file.find()).as(said.all()).isTrue();

        Files.delete(Path.of(file.group(1)));

        quiet(lab.run(stored.list()));
    }

    @Test
    void anotherRepositoryAtTheSameAddressIsSaidOnceAndThenKnown() throws IOException {
        Stored stored = Stored.twice();
        String id = JSON.readTree(stored.repository().resolve("zfs-backup.json").toFile())
                .path("id")
                .asText();
        Path first = lab.repository();
        Files.move(stored.repository(), first);

        says(lab.run(stored.list()), 2, "there is no such folder", "backed up to the repository " + id);
        says(lab.run(stored.doctor()), 2, "backed up to the repository " + id, "now there is none");
        Said backup = says(
                lab.run(stored.backup("--json")), 0, "backed up to the repository " + id, "A new repository is begun");
        assertThat(JSON.readTree(backup.bytes()).path("warnings").get(0).asText())
                .contains(id);
        assertThat(JSON.readTree(backup.bytes()).path("repositoryId").asText()).isNotEqualTo(id);
        assertThat(lab.published(stored.repository(), stored.dataset())).containsExactly("a.full", "b.from.a");

        // Disks that are changed in turn are both known now.
        quiet(lab.run(stored.backup()));
        FileTrees.delete(stored.repository());
        Files.move(first, stored.repository());
        quiet(lab.run(stored.backup()));
        quiet(lab.run(stored.list()));
    }

    @Test
    void whatWasPrunedOrIsDamagedOrWasStoredByOthersIsNotTakenForLost() throws IOException {
        Stored stored = Stored.twice();
        lab.pool().snapshot(stored.dataset(), "c");
        Programs.succeed(
                lab.folder(),
                Map.of(),
                "rm",
                "-r",
                lab.folder().resolve(".cache/zfs-backup").toString());
        quiet(lab.run(stored.backup()));
        Path there = stored.repository().resolve(stored.dataset());
        Files.writeString(there.resolve("c.from.b/manifest.json"), "{");

        assertThat(lab.run(stored.list()).all()).contains("damaged: c.from.b").doesNotContain(GONE);
        FileTrees.delete(there.resolve("c.from.b"));
        says(lab.run(stored.list()), 0, "@c was stored", GONE);
        FileTrees.delete(there.resolve("a.full"));
        says(lab.run(stored.list()), 0, "@c was stored", GONE);
    }

    @Test
    void aFailedRunKeepsTheMarkOfWhatWasLost() {
        Stored stored = Stored.twice().putBack();
        lab.pool().snapshot(stored.dataset(), "c");
        List<String> before = lab.held(stored.dataset());

        Said failed = lab.runWithZfs("[ \"$1\" = send ] && [ $# -gt 1 ] && exit 1", stored.backup());

        says(failed, 2, "@b was stored");
        assertThat(lab.held(stored.dataset())).containsAll(before);
        if (!lab.pool().hasFeature("bookmarks")) {
            assertThat(before).containsExactly("b");
        }
        says(lab.run(stored.backup()), 0, "@b was stored");
        assertThat(lab.held(stored.dataset()))
                .containsExactlyElementsOf(lab.pool().hasFeature("bookmarks") ? List.of() : List.of("c"));
    }

    @Test
    void withoutAMemoryNothingFails() throws IOException {
        Stored stored = Stored.twice();
        FileTrees.delete(lab.folder().resolve(".cache/zfs-backup"));
        Files.createDirectories(lab.folder().resolve(".cache"));
        Files.writeString(lab.folder().resolve(".cache/zfs-backup"), "a file where the folder should be");

        says(lab.run(stored.list()), 0);
        lab.pool().snapshot(stored.dataset(), "c");
        says(lab.run(stored.backup()), 0, "nothing can be remembered");
    }
}

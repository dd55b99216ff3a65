package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who looks in the wrong place, or asks for what is not there, is told so and never gets a zero. */
class NothingFoundIT {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static Lab lab;
    private static String dataset;
    private static Path repository;

    @BeforeAll
    static void build() {
        lab = new Lab(256);
        dataset = lab.dataset();
        lab.pool().snapshot(dataset, "a");
        repository = lab.repository();
        assertThat(lab.run(lab.backup(dataset, repository)).exitCode()).isZero();
    }

    @AfterAll
    static void tearDown() {
        lab.close();
    }

    private static void says(Said said, int exitCode, String... parts) {
        assertThat(said.exitCode()).as(said.all()).isEqualTo(exitCode);
        assertThat(said.all())
                .contains(parts)
                .doesNotContain("\tat ")
                .doesNotContain("Exception")
                .doesNotContain("all good");
    }

    /** Each command that reads, at this address: none may be content. */
    private static void nobodyIsContent(List<String> access, String... parts) {
        says(lab.run(Lab.arguments(List.of("list"), access)), 2, parts);
        says(lab.run(Lab.arguments(List.of("list", dataset, "--json"), access)), 2, parts);
        for (String depth : List.of("listing", "hash", "content")) {
            says(lab.run(Lab.arguments(List.of("verify", "--depth", depth), access)), 2, parts);
        }
        says(lab.run(Lab.arguments(List.of("verify", "--json"), access)), 2, parts);
        says(lab.run(Lab.arguments(List.of("verify", dataset), access)), 2, parts);
        says(lab.run(Lab.arguments(List.of("restore", dataset, "--to", dataset + "-back"), access)), 2, parts);
        says(lab.run(Lab.arguments(List.of("restore", dataset, "--stdout"), access)), 2, parts);
        says(lab.run(Lab.arguments(List.of("release", lab.pool().name()), access)), 2, parts);
        assertThat(lab.exists(dataset + "-back")).isFalse();
    }

    @Test
    void anAddressWithATypo() {
        Path typo = lab.folder().resolve("typo");

        nobodyIsContent(List.of("--repo", "file://" + typo), "file://" + typo, "there is no such folder", "mounted");
        nobodyIsContent(lab.access(typo), lab.server().url(typo), "there is no such folder", "mounted");
        nobodyIsContent(List.of("--repo", "file://" + typo + "/deeper/still"), "there is no such folder");
        assertThat(typo).doesNotExist();
    }

    @Test
    void aDiskThatIsNotMountedOrAFolderThatIsEmpty() throws IOException {
        Path empty = Files.createDirectory(lab.repository());

        nobodyIsContent(List.of("--repo", "file://" + empty), "file://" + empty, "the folder is empty", "mounted");
        nobodyIsContent(lab.access(empty), "the folder is empty", "mounted");
        assertThat(empty).isEmptyDirectory();
    }

    @Test
    void aFolderOfSomethingElse() throws IOException {
        Path other = Files.createDirectory(lab.repository());
        Files.createDirectory(other.resolve("Photos"));
        Files.writeString(other.resolve("letter.txt"), "Dear Anna");

        nobodyIsContent(List.of("--repo", "file://" + other), "no backup", "Photos", "letter.txt");
        nobodyIsContent(lab.access(other), "no backup", "Photos", "letter.txt");
    }

    @Test
    void aFolderBelowTheRepositoryOrAboveIt() {
        nobodyIsContent(
                List.of("--repo", "file://" + repository.resolve(dataset).resolve("a.full")), "no backup");
    }

    @Test
    void aFileWhereTheFolderShouldBe() throws IOException {
        Path file = lab.file("a file");

        nobodyIsContent(List.of("--repo", "file://" + file), "file://" + file);
        nobodyIsContent(lab.access(file), lab.server().url(file));
    }

    @Test
    void aRepositoryInWhichNothingIsStoredYet() throws IOException {
        Path fresh = Files.createDirectory(lab.repository());
        Files.copy(repository.resolve("zfs-backup.json"), fresh.resolve("zfs-backup.json"));
        List<String> access = lab.access(fresh);

        says(lab.run(Lab.arguments(List.of("list"), access)), 2, "nothing is stored");
        says(lab.run(Lab.arguments(List.of("verify"), access)), 2, "nothing is stored");
        says(
                lab.run(Lab.arguments(List.of("restore", dataset, "--to", dataset + "-back"), access)),
                2,
                "nothing is stored");
    }

    @Test
    void aDatasetThatIsNotStored() {
        String nothere = lab.pool().name() + "/nothere";
        for (String name : List.of(
                nothere,
                "nothere",
                dataset + "/",
                "/" + dataset,
                dataset.replace("/", "//"),
                dataset + "@a",
                lab.pool().name() + "/*",
                "../x")) {
            says(lab.run(Lab.arguments(List.of("list", name), lab.access(repository))), 2, name, dataset);
            says(lab.run(lab.read(repository, "verify", name)), 2, name, dataset);
        }
        says(lab.run(lab.read(repository, "restore", nothere, "--to", dataset + "-back")), 2, nothere, dataset);
        says(
                lab.run(lab.read(repository, "restore", dataset + "@nothere", "--to", dataset + "-back")),
                2,
                "@nothere",
                "@a");
    }

    @Test
    void oneOfTwoDatasetsThatIsNotStored() throws IOException {
        String nothere = lab.pool().name() + "/nothere";

        Said list = lab.run(Lab.arguments(List.of("list", dataset, nothere), lab.access(repository)));
        Said json = lab.run(Lab.arguments(List.of("list", dataset, nothere, "--json"), lab.access(repository)));
        Said verify = lab.run(lab.read(repository, "verify", dataset, nothere));

        says(list, 1, nothere, "@a");
        assertThat(json.exitCode()).isEqualTo(1);
        assertThat(JSON.readTree(json.bytes()).path("missing").get(0).asText()).isEqualTo(nothere);
        assertThat(verify.exitCode()).as(verify.all()).isEqualTo(1);
        assertThat(verify.all()).contains(nothere);
    }

    @Test
    void aPoolThatIsNotThere() {
        says(lab.run(List.of("release", "nowhere")), 2, "nowhere", lab.pool().name());
        says(
                lab.run(Lab.arguments(List.of("release", "nowhere"), lab.access(repository))),
                2,
                "nowhere",
                lab.pool().name());
        says(
                lab.run(Lab.arguments(List.of("doctor", "nowhere"), lab.access(repository))),
                2,
                "nowhere",
                lab.pool().name());
    }

    @Test
    void anIncludePatternWithoutAMatchFailsTheRunAndTheOthersAreStored() throws IOException {
        String other = lab.dataset();
        lab.pool().snapshot(other, "a");
        Path to = lab.repository();

        Said said = lab.run(lab.backup(other, to, "--include", "nix-*", "--json"));

        assertThat(said.exitCode()).as(said.all()).isEqualTo(1);
        JsonNode result = JSON.readTree(said.bytes());
        assertThat(result.path("outcome").asText()).isEqualTo("partial");
        assertThat(result.path("message").asText()).contains("'nix-*'");
        assertThat(result.path("chosen").asInt()).isEqualTo(1);
        assertThat(result.path("total").asInt()).isGreaterThan(2);
        assertThat(result.path("notChosen").findValuesAsText("dataset"))
                .contains(dataset, lab.pool().name());
        assertThat(lab.published(to, other)).containsExactly("a.full");
    }

    @Test
    void nothingChosenAtAllFailsBeforeARepositoryIsBegun() throws IOException {
        Path to = lab.repository();
        List<String> start = Lab.arguments(List.of("backup", lab.pool().name(), "--no-encryption"), lab.access(to));

        says(lab.run(Lab.arguments(start, List.of("--include", "nix-*"))), 2, "'nix-*'", "0 of ", "not chosen");
        says(lab.run(Lab.arguments(start, List.of("--include", "nix-*", "--dry-run"))), 2, "'nix-*'");
        says(lab.run(Lab.arguments(start, List.of("--include", dataset))), 2, "below the pool");
        says(
                lab.run(Lab.arguments(start, List.of("--exclude", "**"))),
                2,
                "no dataset of " + lab.pool().name() + " is chosen");
        Said json = lab.run(Lab.arguments(start, List.of("--include", "nix-*", "--snapshot", "x", "--json")));

        assertThat(JSON.readTree(json.bytes()).path("outcome").asText()).isEqualTo("failed");
        assertThat(to).doesNotExist();
        assertThat(lab.snapshots(dataset)).containsExactly("a");
    }

    @Test
    void anExcludePatternWithoutAMatchIsAWarning() throws IOException {
        String other = lab.dataset();
        lab.pool().snapshot(other, "a");

        Said said = lab.run(lab.backup(other, lab.repository(), "--exclude", "scratch/**", "--json"));

        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(said.err()).contains("warning: ").contains("'scratch/**'");
        assertThat(JSON.readTree(said.bytes()).path("warnings").get(0).asText()).contains("'scratch/**'");
    }

    @Test
    void whatIsBelowAChosenDatasetGoesToo() {
        String top = lab.dataset();
        String below = lab.pool().dataset(top.substring(top.indexOf('/') + 1) + "/raw");
        lab.pool().snapshot(top, "a");
        lab.pool().snapshot(below, "a");
        Path both = lab.repository();
        Path alone = lab.repository();
        String name = top.substring(top.indexOf('/') + 1);

        Said withBelow = lab.run(lab.backup(top, both));
        Said withoutBelow = lab.run(Lab.arguments(
                List.of("backup", lab.pool().name(), "--no-encryption", "--include", name + "/"), lab.access(alone)));

        says(withBelow, 0, "2 of ", "datasets chosen; not chosen: ");
        says(withoutBelow, 0, "1 of ", name + "/raw");
        assertThat(lab.published(both, below)).containsExactly("a.full");
        assertThat(lab.published(alone, top)).contains("a.full").doesNotContain("raw");
    }
}

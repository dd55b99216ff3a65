package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.Programs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every document that {@code --json} prints is what its schema in {@code docs/} says, and has no field that it does not
 * say.
 */
class DocumentsIT {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static Lab lab;

    @BeforeAll
    static void build() {
        lab = new Lab(512);
    }

    @AfterAll
    static void tearDown() {
        lab.close();
    }

    /** The schema as it is in docs, but that an object may have no other fields than those it names. */
    private static String strict(String name) throws IOException {
        try (InputStream in = DocumentsIT.class.getResourceAsStream("/docs/" + name + ".schema.json")) {
            JsonNode schema = JSON.readTree(in);
            schema.findParents("properties").stream()
                    .filter(parent -> parent.path("type").asText().equals("object"))
                    .forEach(parent -> ((ObjectNode) parent).put("additionalProperties", false));
            return schema.toString();
        }
    }

    private static JsonNode valid(String name, byte[] document) throws IOException {
        String text = new String(document, StandardCharsets.UTF_8);
        List<Error> errors = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(strict(name), InputFormat.JSON)
                .validate(
                        text,
                        InputFormat.JSON,
                        context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)));
        assertThat(errors).as(text).isEmpty();
        return JSON.readTree(text);
    }

    private static JsonNode run(String schema, int exitCode, List<String> arguments) throws IOException {
        Said said = lab.run(Lab.arguments(arguments, List.of("--json")));
        assertThat(said.exitCode()).as(said.all()).isEqualTo(exitCode);
        return valid(schema, said.bytes());
    }

    private static List<String> texts(JsonNode array, String field) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.path(field).asText()));
        return texts;
    }

    @Test
    void everyCommandsDocumentIsAsDocumented() throws IOException {
        String dataset = lab.dataset();
        String empty = lab.dataset();
        Path repository = lab.repository();
        lab.pool().write(dataset, "file", 300_000, 1);
        for (String name : List.of("a", "b")) {
            lab.pool().snapshot(dataset, name);
        }
        List<String> both = lab.backup(dataset, repository, "--include", empty.substring(empty.indexOf('/') + 1));

        JsonNode foretold = run("backup", 0, Lab.arguments(both, List.of("--dry-run")));
        JsonNode first = run("backup", 0, both);
        JsonNode second = run("backup", 0, both);
        for (String name : List.of("c", "d", "e")) {
            lab.pool().snapshot(dataset, name);
        }
        JsonNode packed = run("backup", 0, lab.backup(dataset, repository, "--packed"));
        JsonNode list = run("list", 0, Lab.arguments(List.of("list"), lab.access(repository)));
        JsonNode restore =
                run("restore", 0, lab.read(repository, "restore", dataset + "@b", "--to", dataset + "-back"));
        JsonNode verify = run("verify", 0, lab.read(repository, "verify", "--depth", "content"));
        JsonNode doctor =
                run("doctor", 0, Lab.arguments(List.of("doctor", lab.pool().name()), lab.access(repository)));
        JsonNode release =
                run("release", 0, Lab.arguments(List.of("release", lab.pool().name()), lab.access(repository)));

        assertThat(foretold.at("/datasets/0/backups")).hasSize(2);
        assertThat(texts(first.path("datasets"), "outcome")).containsExactlyInAnyOrder("backed-up", "skipped");
        assertThat(second.path("outcome").asText()).isEqualTo("up-to-date");
        assertThat(List.of(foretold, first, second, packed))
                .extracting(
                        document -> document.at("/datasets/0/newest/snapshot").asText())
                .containsExactly("", "b", "b", "e");
        assertThat(first.at("/datasets/1").has("newest"))
                .as("of what has no snapshot")
                .isFalse();
        assertThat(packed.at("/datasets/0/backups/0/kind").asText()).isEqualTo("package");
        assertThat(list.at("/datasets/0/restorePoints")).hasSize(5);
        assertThat(list.path("outcome").asText()).isEqualTo("ok");
        assertThat(list.at("/datasets/0/outcome").asText()).isEqualTo("ok");
        assertThat(texts(list.at("/datasets/0/backups"), "id")).containsExactly("a.full", "b.from.a", "e.from.b");
        assertThat(restore.path("chain")).hasSize(2);
        assertThat(verify.at("/datasets/0/backups/0/checkedBytes").asLong()).isPositive();
        assertThat(texts(doctor.path("checks"), "grade")).contains("note").doesNotContain("bad");
        assertThat(release.path("released").asLong()).isPositive();
        valid("manifest", Files.readAllBytes(repository.resolve(dataset).resolve("a.full/manifest.json")));
        valid("manifest", Files.readAllBytes(repository.resolve(dataset).resolve("e.from.b/manifest.json")));
    }

    @Test
    void documentsOfWhatWentWrongAreAsDocumentedToo() throws IOException {
        String dataset = lab.dataset();
        Path repository = lab.repository();
        for (String name : List.of("a", "b")) {
            lab.pool().snapshot(dataset, name);
        }
        run("backup", 0, lab.backup(dataset, repository));
        lab.pool().snapshot(dataset, "c");
        Path full = repository.resolve(dataset).resolve("a.full");
        Files.writeString(full.resolve("manifest.json"), "{");

        JsonNode foretold = run("backup", 0, lab.backup(dataset, repository, "--dry-run"));
        JsonNode list = run("list", 0, Lab.arguments(List.of("list"), lab.access(repository)));
        JsonNode verify = run("verify", 2, lab.read(repository, "verify"));
        Programs.succeed(
                repository,
                Map.of(),
                "mv",
                repository.resolve(dataset).toString(),
                repository.resolve("away").toString());
        Files.writeString(repository.resolve(dataset), "a file where a directory should be");
        JsonNode backup = run("backup", 2, lab.backup(dataset, repository));
        JsonNode doctor = run("doctor", 2, Lab.arguments(List.of("doctor", "nowhere"), lab.access(repository)));

        assertThat(foretold.at("/datasets/0").has("newest"))
                .as("of what can't be restored")
                .isFalse();
        assertThat(list.at("/datasets/0/damaged/0/id").asText()).isEqualTo("a.full");
        assertThat(list.at("/datasets/0/restorePoints/0/why").asText()).contains("@a (the base of b.from.a)");
        assertThat(verify.path("outcome").asText()).isEqualTo("failed");
        assertThat(backup.at("/datasets/0/message").asText()).contains(dataset);
        assertThat(texts(doctor.path("checks"), "grade")).contains("bad");
    }

    @Test
    void aRequestThatEndsBeforeItHasAResultLeavesTheReason() throws IOException {
        Path request = lab.folder().resolve("request.json");
        Path result = lab.folder().resolve("result.json");
        List<String> arguments =
                Lab.arguments(List.of("backup", "nowhere", "--no-encryption", "--json"), lab.access(lab.repository()));
        Files.write(request, JSON.writeValueAsBytes(Map.of("arguments", arguments)));

        Said said = lab.cli()
                .run(
                        "request",
                        request.toString(),
                        "--progress",
                        lab.folder().resolve("progress.json").toString(),
                        "--result",
                        result.toString());

        assertThat(said.exitCode()).isEqualTo(2);
        assertThat(said.out()).isEmpty();
        assertThat(valid("failure", Files.readAllBytes(result)).path("message").asText())
                .contains("nowhere");
        assertThat(request).doesNotExist();
    }

    @Test
    void theProgressOfABackupAndOfAVerificationCountsTheirDatasets() throws IOException {
        List<String> datasets = List.of(lab.dataset(), lab.dataset());
        Path repository = lab.repository();
        for (String dataset : datasets) {
            lab.pool().snapshot(dataset, "a");
        }
        List<String> include = datasets.stream()
                .map(each -> each.substring(each.indexOf('/') + 1))
                .toList();
        Path progress = lab.folder().resolve("counted.json");

        for (List<String> arguments : List.of(
                lab.backup(datasets.get(0), repository, "--include", include.get(1)), lab.read(repository, "verify"))) {
            Path request = Files.write(
                    lab.folder().resolve("counting.json"), JSON.writeValueAsBytes(Map.of("arguments", arguments)));
            Said said = lab.cli()
                    .run(
                            "request",
                            request.toString(),
                            "--progress",
                            progress.toString(),
                            "--result",
                            lab.folder().resolve("r.json").toString());
            assertThat(said.exitCode()).as(said.all()).isZero();
            JsonNode last = JSON.readTree(Files.readAllBytes(progress));
            assertThat(last.path("datasetsDone").asInt()).as(last.toString()).isEqualTo(2);
            assertThat(last.path("datasetsTotal").asInt()).isEqualTo(2);
            Files.delete(progress);
        }
    }
}

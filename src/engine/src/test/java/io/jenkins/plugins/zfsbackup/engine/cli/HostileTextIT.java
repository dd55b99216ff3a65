package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.model.PlainText;
import io.jenkins.plugins.zfsbackup.engine.repository.ManifestJson;
import io.jenkins.plugins.zfsbackup.engine.repository.Manifests;
import io.jenkins.plugins.zfsbackup.engine.testing.Gpg;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Text that others have written steers no terminal and forges no line, wherever it comes from and wherever it is
 * printed.
 */
class HostileTextIT {

    /** Clears the screen, sets the title, turns the direction, begins a line, hides the rest in a note of Jenkins. */
    private static final String EVIL = "\033[2J\033]0;x\007\u009b31m\u202eevil\u2028\r\nok all good\177\033[8mha:";

    @TempDir
    private Path folder;

    private Path repository;
    private CommandLineUnderTest cli;

    @BeforeEach
    void open() throws IOException {
        repository = Files.createDirectory(folder.resolve("repository"));
        cli = new CommandLineUnderTest(folder);
    }

    private static Said plain(Said said) {
        assertThat(said.all().lines()).allSatisfy(line -> assertThat(line).matches(PlainTextOnly::is, "plain text"));
        assertThat(said.all().lines()).noneMatch(line -> line.startsWith("ok all good"));
        assertThat(said.all()).doesNotContain("\u2028", "\u0085");
        return said;
    }

    /** What a line may consist of. */
    private static final class PlainTextOnly {
        static boolean is(String line) {
            return line.codePoints().allMatch(PlainText::isPlain);
        }
    }

    private String url() {
        return "file://" + repository;
    }

    /** A backup of a dataset whose manifest has been tampered with. */
    private void stored(Consumer<ObjectNode> change) throws IOException {
        ObjectNode json = (ObjectNode)
                JsonMapper.builder().build().readTree(ManifestJson.write(Manifests.full("tank/a", "x", 10, 5)));
        change.accept(json);
        Path backup = Files.createDirectories(repository.resolve("tank/a/x.full"));
        Files.writeString(backup.resolve("manifest.json"), json.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"formatVersion", "kind", "compression", "signer", "created", "rawBytes", "run"})
    void fieldsOfAManifest(String field) throws IOException {
        stored(json -> json.put(field, EVIL));

        plain(cli.run("list", "--repo", url()));
        plain(cli.run("list", "--repo", url(), "--json"));
        plain(cli.run("verify", "--repo", url(), "--json"));
        assertThat(plain(cli.run("verify", "--repo", url(), "--depth", "listing"))
                        .all())
                .contains("x.full");
    }

    @Test
    void namesInAManifest() throws IOException {
        for (String name : new String[] {EVIL, "\n\n" + EVIL + "\n\n", "\u202e", "\u009b", "a\nb\nc"}) {
            stored(json -> ((ObjectNode) json.path("snapshot")).put("name", name));
            assertThat(plain(cli.run("list", "--repo", url())).out()).contains("a snapshot is named");
            stored(json -> ((ObjectNode) json.path("dataset")).put("name", name));
            assertThat(plain(cli.run("list", "--repo", url())).out())
                    .contains("damaged: x.full: its manifest speaks of");
            stored(json -> ((ObjectNode) json.path("volumes").get(0)).put("name", name));
            assertThat(plain(cli.run("list", "--repo", url())).out()).contains("a volume is named");
        }
    }

    @Test
    void textThatIsNoManifest() throws IOException {
        stored(json -> {});
        Files.writeString(repository.resolve("tank/a/x.full/manifest.json"), "{\"formatVersion\": " + EVIL);

        assertThat(plain(cli.run("list", "--repo", url())).out()).contains("is not whole");
    }

    @Test
    void namesOfDirectoriesAndFiles() throws IOException {
        String name = EVIL.replace("/", "");
        Files.createDirectories(repository.resolve("tank").resolve(name).resolve(name + ".full"));
        Files.createDirectories(repository.resolve("tank/b/" + name + ".full"));
        Files.writeString(repository.resolve("c@" + name + ".full.zfs.gpg"), name);
        Files.createDirectories(repository.resolve("d"));
        Files.writeString(repository.resolve("d/elabfs-d@" + name + ".gz"), name);

        for (String command : new String[] {"list", "verify"}) {
            plain(cli.run(command, "--repo", url()));
            JsonNode json = JsonMapper.builder()
                    .build()
                    .readTree(plain(cli.run(command, "--repo", url(), "--json")).bytes());
            assertThat(json.path("datasets").findValuesAsText("id")).contains(name + ".full");
        }
    }

    @Test
    void theRepositorysOwnFile() throws IOException {
        Files.writeString(
                repository.resolve("zfs-backup.json"),
                "{\"format\": \"zfs-backup repository\", \"formatVersion\": \""
                        + EVIL.replace("\033", "\\u001b")
                                .replace("\r", "\\r")
                                .replace("\n", "\\n")
                                .replace("\007", "") + "\", \"id\": \"0123456789ab\"}");

        plain(cli.run("list", "--repo", url()));
        plain(cli.run("release", "tank", "--repo", url()));
    }

    @Test
    void whatTheCommandLineWasGiven() {
        plain(cli.run("list", "--repo", EVIL));
        plain(cli.run("list", "--repo", "sftp://user@host/" + EVIL));
        plain(cli.run("list", "--repo", url(), "tank/" + EVIL));
        plain(cli.run("list", "--repo", url(), "--" + EVIL));
        plain(cli.run(EVIL));
        plain(cli.run("verify", "--repo", url(), "--subset", EVIL));
        plain(cli.run("verify", "--repo", url(), "--depth", EVIL));
        plain(cli.run("restore", EVIL, "--to", EVIL, "--repo", url()));
        plain(cli.run("list", "--config", EVIL, "--repo", url()));
        plain(cli.run("backup", EVIL, "--repo", url(), "--no-encryption"));
    }

    @Test
    void whatTheConfigurationSays() throws IOException {
        Path config = Files.writeString(folder.resolve("config.yaml"), "repo: [" + EVIL);

        Said said = plain(cli.run("list", "--config", config.toString()));

        assertThat(said.exitCode()).isEqualTo(64);
        assertThat(said.err()).contains("config.yaml");
    }

    /** A {@code zfs} that writes this. */
    private Said backupWithZfs(String script) throws IOException {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        for (String program : List.of("zfs", "zpool")) {
            Path file = Files.writeString(bin.resolve(program), "#!/bin/sh\n" + script + "\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return cli.runAlone(
                Map.of("PATH", bin.toString(), "LC_ALL", "C.UTF-8"),
                List.of(),
                "backup",
                "tank",
                "--repo",
                url(),
                "--no-encryption");
    }

    @Test
    void whatZfsSays() throws IOException {
        String evil = EVIL.replace("\033", "\\033")
                .replace("\007", "\\007")
                .replace("\177", "\\177")
                .replace("\r\n", "\\r\\n")
                .replace("\u009b", "\\302\\233")
                .replace("\u202e", "\\342\\200\\256")
                .replace("\u2028", "\\342\\200\\250");

        Said refused = plain(backupWithZfs("printf '" + evil + "' >&2; exit 1"));
        Said garbled = plain(backupWithZfs("case $1 in get) printf 'tank\\t" + evil + "\\n' ;;"
                + " *) printf '\\tsend [-R] [-[iI] snapshot] <snapshot>\\n' >&2; exit 2 ;; esac"));

        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.all()).contains("ok all good");
        assertThat(garbled.exitCode()).isEqualTo(2);
        assertThat(garbled.all()).contains("zfs wrote what it should not");
    }

    @Test
    void theLinesOfAProgramAreTellApart() throws IOException {
        Said said = backupWithZfs("printf 'first line\\nsecond line\\n' >&2; exit 1");

        assertThat(said.all()).contains("first line; second line (exit code 1)");
    }

    @Test
    void namesInAKey() {
        try (Gpg gpg = Gpg.create(folder, "\u202eevil \u009b31m <evil@example.org>")) {
            Said said = plain(cli.run(
                    "backup",
                    "tank",
                    "--repo",
                    url(),
                    "--recipient",
                    gpg.publicKey().toString(),
                    "--sign-with",
                    gpg.publicKey().toString()));

            assertThat(said.exitCode()).isEqualTo(64);
            assertThat(said.err()).contains("evil");
        }
    }

    @Test
    void theBarOfATerminal() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Console console =
                new Console(new PrintStream(bytes, true, StandardCharsets.UTF_8), true, false, false, Optional.empty());

        console.begin("tank/" + EVIL, "@" + EVIL, 100);
        console.end("tank/" + EVIL);

        String shown = bytes.toString(StandardCharsets.UTF_8)
                .replace("\033[?7l", "")
                .replace("\033[K", "")
                .replace("\033[?7h", "");
        assertThat(shown).contains("evil");
        assertThat(shown.replace("\r", "")).matches(PlainTextOnly::is, "plain text");
    }
}

package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigFileTest {

    @TempDir
    private Path folder;

    private Said list(String yaml) throws IOException {
        Path config = Files.writeString(folder.resolve("backup.yaml"), yaml);
        return new CommandLineUnderTest(folder).run("list", "--config", config.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "exlude, exclude",
        "limt, limit",
        "recipients, recipient",
        "decrypt_with, decrypt-with",
        "bakup, backup",
        "--repo, repo",
    })
    void aWordThatNoOptionHasIsAnErrorThatNamesTheNearestOne(String word, String nearest) throws IOException {
        Said said = list(word + ": x\n");

        assertThat(said.exitCode()).as(said.all()).isEqualTo(64);
        assertThat(said.all()).contains("backup.yaml", "'" + word + "' is no option", "'" + nearest + "'?");
    }

    @Test
    void anOptionOfAnotherCommandMayStandAtTheTopButNotBelowThisOne() throws IOException {
        String repository =
                Files.createDirectory(folder.resolve("repository")).toUri().toString();

        Said top = list("repo: " + repository + "\nexclude: [scratch]\nbackup:\n  limit: 1M\n");
        Said below = list("repo: " + repository + "\nlist:\n  exclude: [scratch]\n");

        assertThat(top.all()).doesNotContain("is no option");
        assertThat(below.exitCode()).isEqualTo(64);
        assertThat(below.all()).contains("'list: exclude' is no option");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exclude:\n",
                "exclude: []\n",
                "exclude: {a: b}\n",
                "exclude: [[a]]\n",
                "repo: [a, b]\n",
                "exclude: [a, null]\n"
            })
    void anOptionWithoutAUsableValueIsAnError(String yaml) throws IOException {
        Said said = list(yaml);

        assertThat(said.exitCode()).as(said.all()).isEqualTo(64);
        assertThat(said.all()).contains("needs a value");
    }

    @ParameterizedTest
    @ValueSource(strings = {"- repo\n", "repo\n", "backup: x\n"})
    void whatIsNoListOfOptionsIsAnError(String yaml) throws IOException {
        Said said = list(yaml);

        assertThat(said.exitCode()).as(said.all()).isEqualTo(64);
        assertThat(said.all()).contains("is no list of options");
    }

    @Test
    void aSwitchIsTrueOrFalse() throws IOException {
        assertThat(list("verbose: perhaps\n").all()).contains("'verbose' is either true or false");
    }

    @Test
    void anOptionThatStandsTwiceIsAnError() throws IOException {
        Said said = list("repo: a\nrepo: b\n");

        assertThat(said.exitCode()).as(said.all()).isEqualTo(64);
        assertThat(said.all()).containsIgnoringCase("duplicate").contains("repo");
    }
}

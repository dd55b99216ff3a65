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

/** The address of a directory leads to that directory to the letter, or is refused with the reason. */
class FileAddressTest {

    @TempDir
    private Path folder;

    private Said list(String url) {
        return new CommandLineUnderTest(folder).run("list", "--repo", url);
    }

    @ParameterizedTest
    @CsvSource({
        "file:///a#b, Write %23 for a #",
        "file:///a?b, Write %3F for a ?",
        "file:///B%ce, '\"%ce\" in it is no text in UTF-8'",
        "file:///a%2Fb, Write / between folders",
        "file:///a%00b, no name has a NUL",
        "file:///100%, Write %25 for a percent sign",
        "file://nas/a, 'Write file:///path, with three slashes'",
        "file://, it names no directory",
        "file:///B\uFFFDro, LC_ALL=C.UTF-8",
    })
    void whatCanNotBeReadToTheLetterIsRefusedWithTheWayToWriteIt(String url, String words) {
        Said said = list(url);
        assertThat(said.exitCode()).as(said.all()).isEqualTo(64);
        assertThat(said.all()).contains(words).doesNotContain("\tat ");
    }

    @Test
    void anyNameCanBeWritten() throws IOException {
        Path odd = Files.createDirectory(folder.resolve("a b#c?d%e[f]+\\g"));
        Files.createSymbolicLink(odd.resolve("seen"), Path.of("seen"));
        assertThat(list("file://" + folder + "/a b%23c%3Fd%25e[f]+\\g").all()).contains("seen  can't be read");
        assertThat(list(odd.toUri().toString()).all()).contains("seen  can't be read");
    }
}

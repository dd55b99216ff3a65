package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.Programs;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HelpTest {

    private static final Pattern COMMAND = Pattern.compile("(?m)^  ([a-z]+) {2,}[A-Z]");

    @TempDir
    private Path folder;

    private CommandLineUnderTest cli;

    @BeforeEach
    void open() {
        cli = new CommandLineUnderTest(folder);
    }

    private List<String> commands() {
        return COMMAND.matcher(cli.run("--help").out())
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    @Test
    void everyCommandHasHelpWithAnExample() {
        assertThat(commands()).contains("backup", "list", "restore", "verify", "doctor", "release");
        assertThat(commands()).allSatisfy(command -> {
            Said said = cli.run(command, "--help");
            assertThat(said.exitCode()).isZero();
            assertThat(said.out()).contains("Usage: zfs-backup " + command, "Example: zfs-backup " + command + " ");
        });
    }

    @Test
    void whatIsWrongUsageIsSaidWithWhereToLook() {
        assertThat(commands()).allSatisfy(command -> {
            Said said = cli.run(command, "--no-such-option");
            assertThat(said.exitCode()).isEqualTo(64);
            assertThat(said.err())
                    .contains("See: zfs-backup " + command + " --help")
                    .doesNotContain("\tat ");
        });
    }

    @Test
    void bashCompletesCommandsAndOptions() {
        String script = cli.run("generate-completion").out();
        String asked = script
                + "\nCOMP_WORDS=(zfs-backup backup tank --compr); COMP_CWORD=3; COMP_LINE='zfs-backup backup"
                + " tank --compr'"
                + "\n_complete_zfs-backup; printf '%s\\n' \"${COMPREPLY[@]}\"";

        String replied = Programs.succeed(folder, Map.of(), "bash", "-c", asked);

        assertThat(replied.lines()).anyMatch(line -> line.strip().equals("--compression"));
    }
}

package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.run.Cancellation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Holds {@code docs/options.md} against the options of the command line, from which it is made. The system property
 * {@value #WRITE} has it written anew.
 */
class OptionsPageTest {

    private static final String WRITE = "zfs-backup.write-options";
    private static final Path DOCS = Path.of("../../docs");
    private static final Path PAGE = DOCS.resolve("options.md");

    /** An option in running text; those of other programs stand behind the program's name. */
    private static final Pattern NAMED = Pattern.compile("`(--[a-z][a-z-]*)");

    private static Map<String, CommandSpec> commands() {
        Map<String, CommandSpec> commands = new TreeMap<>();
        Main.line(Environment.ofProcess(new Cancellation())).getSubcommands().forEach((name, line) -> {
            if (!line.getCommandSpec().usageMessage().hidden()) {
                commands.put(name, line.getCommandSpec());
            }
        });
        return commands;
    }

    private static List<OptionSpec> options(CommandSpec command) {
        return command.options().stream()
                .filter(option -> !option.hidden() && option.longestName().startsWith("--"))
                .sorted((one, other) -> one.longestName().compareTo(other.longestName()))
                .toList();
    }

    private static String page() {
        StringBuilder page = new StringBuilder("""
                # Options

                All options of the command line, as `--help` shows them. The parameters of the steps in a Jenkins pipeline have
                the names of the options in camel case: `keepSnapshots` is `--keep-snapshots`. This page is generated, see
                [testing](testing.md#the-table-of-options).
                """);
        commands().forEach((name, command) -> {
            page.append("\n## ").append(name).append("\n\n| Option | Meaning |\n|---|---|\n");
            options(command).forEach(option -> page.append(row(option)));
        });
        return page.toString();
    }

    private static String row(OptionSpec option) {
        String value = option.arity().max() == 0 ? "" : " " + option.paramLabel();
        String meaning = Arrays.stream(option.description())
                .map(line -> line.replace("%%", "%").replace("|", "\\|"))
                .collect(Collectors.joining(" "))
                .replace("${DEFAULT-VALUE}", String.valueOf(option.defaultValue()));
        return "| `" + option.longestName() + value.replace("|", "\\|") + "` | " + meaning + " |\n";
    }

    @Test
    void thePageIsThatOfTheCommandLine() throws IOException {
        String page = page();
        if (Boolean.getBoolean(WRITE)) {
            Files.writeString(PAGE, page);
        }
        assertThat(Files.readString(PAGE)).isEqualTo(page);
    }

    @Test
    void everyOptionThatThePagesNameIsThere() throws IOException {
        Set<String> known = commands().values().stream()
                .flatMap(command -> options(command).stream())
                .flatMap(option -> Arrays.stream(option.names()))
                .collect(Collectors.toSet());
        // For a caller that is a program, and of gpg.
        known.addAll(Set.of("--progress", "--result", "--compliance"));
        Set<String> unknown = new TreeSet<>();
        try (Stream<Path> pages = Files.list(DOCS)) {
            for (Path page :
                    pages.filter(each -> each.toString().endsWith(".md")).toList()) {
                NAMED.matcher(Files.readString(page))
                        .results()
                        .map((MatchResult match) -> match.group(1))
                        .filter(option -> !known.contains(option))
                        .forEach(option -> unknown.add(page.getFileName() + ": " + option));
            }
        }
        assertThat(unknown).isEmpty();
    }

    @Test
    void everyOptionIsExplained() {
        commands()
                .forEach((name, command) -> assertThat(options(command))
                        .allSatisfy(option -> assertThat(String.join("", option.description()))
                                .as(name + " " + option.longestName())
                                .endsWith(".")));
    }
}

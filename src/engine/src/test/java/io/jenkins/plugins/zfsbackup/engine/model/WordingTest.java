package io.jenkins.plugins.zfsbackup.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.protocol.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WordingTest {

    private static final Object[] ARGUMENTS = {"first", "second", "third"};

    /** An option or a command of ours, or a program for a file that Jenkins' users don't have. */
    private static final Pattern OF_COMMAND_LINE =
            Pattern.compile("--[a-z]|zfs-backup (backup|list|restore|verify|doctor|release|COMMAND)|request:|ssh-keygen"
                    + " -R|KEYFILE|\\bFILE\\b");

    /** Options of other programs. */
    private static final Pattern OF_OTHERS = Pattern.compile("(gpg|zfs|zpool|sudo|java) (--?[a-z-]+ ?)+");

    private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

    private static final Pattern COMMENT_LINE = Pattern.compile("(?m)^\\s*(\\*|//).*$");

    private static final Pattern CONCATENATION = Pattern.compile("\"\\s*\\+\\s*\"");

    /** The texts of a command's own help. */
    private static final Pattern HELP =
            Pattern.compile("\\b(names|description|footer) =\\s*\\{?(\\s*" + LITERAL.pattern() + ",?)+");

    @Test
    void inJenkinsNothingIsSaidInTheWordsOfTheCommandLine() {
        for (Wording each : Wording.values()) {
            String text =
                    OF_OTHERS.matcher(each.textAt(Launch.JENKINS, ARGUMENTS)).replaceAll("");
            assertThat(OF_COMMAND_LINE.matcher(text).find())
                    .as("%s: %s", each, text)
                    .isFalse();
        }
    }

    @Test
    void bothPlacesTellTheSameThings() {
        for (Wording each : Wording.values()) {
            if (each != Wording.LIST_SNAPSHOTS) {
                for (Object argument : ARGUMENTS) {
                    assertThat(each.textAt("", ARGUMENTS).contains((String) argument))
                            .as("%s names its %s argument in both places", each, argument)
                            .isEqualTo(each.textAt(Launch.JENKINS, ARGUMENTS).contains((String) argument));
                }
            }
            assertThat(each.text(ARGUMENTS)).isEqualTo(each.textAt("", ARGUMENTS));
        }
    }

    @Test
    void anOptionHasTheNameOfItsParameter() {
        assertThat(Wording.parametersAt(
                        Launch.JENKINS, "Invalid value for option '--keep-snapshots': 'x'; see --limit."))
                .isEqualTo("Invalid value for option 'keepSnapshots': 'x'; see limit.");
        assertThat(Wording.parametersAt(Launch.JENKINS, "tank/a--b, a -- b, ---"))
                .isEqualTo("tank/a--b, a -- b, ---");
        assertThat(Wording.parametersAt("", "option '--limit'")).isEqualTo("option '--limit'");
    }

    /** Texts that name options stand in the catalogue, where each has its counterpart. */
    @Test
    void noOtherTextOfTheEngineIsInTheWordsOfTheCommandLine() throws IOException {
        Path sources = Path.of("src/main/java");
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                String name = file.getFileName().toString();
                if (!name.equals("Wording.java") && !OF_THE_COMMAND_LINE_ALONE.contains(name)) {
                    look(name, Files.readString(file), found);
                }
            }
        }
        assertThat(found).isEmpty();
    }

    /**
     * What Jenkins never does: a configuration file, another program's standard output, letting go of a pool's marks.
     */
    private static final List<String> OF_THE_COMMAND_LINE_ALONE =
            List.of("ConfigFile.java", "ReleaseRun.java", "ReleaseCommand.java", "Main.java");

    private static void look(String file, String source, List<String> found) {
        String code = COMMENT_LINE.matcher(source).replaceAll("");
        String joined = CONCATENATION.matcher(code).replaceAll("");
        Matcher literals = LITERAL.matcher(HELP.matcher(joined).replaceAll(""));
        while (literals.find()) {
            String text = OF_OTHERS.matcher(literals.group(1)).replaceAll("");
            // A single word is an argument for another program, or the name of one of ours.
            if (text.contains(" ") && OF_COMMAND_LINE.matcher(text).find()) {
                found.add(file + ": " + text);
            }
        }
    }
}

package io.jenkins.plugins.zfsbackup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jenkins.plugins.zfsbackup.steps.ZfsBackupStep;
import io.jenkins.plugins.zfsbackup.steps.ZfsListStep;
import io.jenkins.plugins.zfsbackup.steps.ZfsRestoreStep;
import io.jenkins.plugins.zfsbackup.steps.ZfsVerifyStep;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kohsuke.stapler.ClassDescriptor;
import org.kohsuke.stapler.DataBoundSetter;

/**
 * Steps, forms, help pages and the guide have the options of the command line, as the generated page
 * {@code docs/options.md} has them, and no others.
 */
class OptionsTest {

    private static final Path RESOURCES = Path.of("src/main/resources/io/jenkins/plugins/zfsbackup/steps");
    private static final Path DOCS = Path.of("../../docs");
    private static final Pattern OPTION = Pattern.compile("(?m)^\\| `--([a-z-]+)");

    private static final Map<String, Class<?>> STEPS = Map.of(
            "backup", ZfsBackupStep.class,
            "list", ZfsListStep.class,
            "restore", ZfsRestoreStep.class,
            "verify", ZfsVerifyStep.class);

    /** What the settings of the repository give, or the plugin itself. */
    private static final Set<String> GIVEN = Set.of(
            "repo",
            "identity",
            "identityPassphraseFile",
            "knownHosts",
            "acceptNewHostKey",
            "recipient",
            "noEncryption",
            "signWith",
            "verifyWith",
            "decryptWith",
            "passphraseFile",
            "config",
            "json",
            "quiet",
            "verbose",
            "help");

    /** What a build has no use for: the data on standard output, and what is for a person at the machine. */
    private static final Map<String, Set<String>> NOT_IN_STEPS =
            Map.of("restore", Set.of("stdout", "mount"), "verify", Set.of("into"));

    /** What the command line has as arguments, or Jenkins alone has. */
    private static final Set<String> NO_OPTIONS =
            Set.of("pool", "dataset", "datasets", "snapshot", "repository", "whenUnreachable");

    private static String camelCase(String option) {
        return Pattern.compile("-([a-z])")
                .matcher(option)
                .replaceAll(match -> match.group(1).toUpperCase());
    }

    private static Set<String> options(String command) throws IOException {
        String section = Files.readString(DOCS.resolve("options.md"))
                .split("\n## " + command + "\n", 2)[1]
                .split("\n## ", 2)[0];
        return OPTION.matcher(section)
                .results()
                .map(match -> camelCase(match.group(1)))
                // The step has the target's name, which an argument of the command would have.
                .map(option -> command.equals("restore") && option.equals("to") ? "target" : option)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> parameters(Class<?> step) {
        Set<String> parameters = Arrays.stream(step.getMethods())
                .filter(method -> method.isAnnotationPresent(DataBoundSetter.class))
                .map(Method::getName)
                .map(name -> Character.toLowerCase(name.charAt(3)) + name.substring(4))
                .collect(Collectors.toCollection(TreeSet::new));
        parameters.addAll(List.of(new ClassDescriptor(step).loadConstructorParamNames()));
        return parameters;
    }

    @Test
    void stepsHaveTheOptionsOfTheirCommands() throws IOException {
        for (Map.Entry<String, Class<?>> each : STEPS.entrySet()) {
            Set<String> options = options(each.getKey());
            options.removeAll(GIVEN);
            options.removeAll(NOT_IN_STEPS.getOrDefault(each.getKey(), Set.of()));
            Set<String> parameters = parameters(each.getValue());
            parameters.removeIf(name -> NO_OPTIONS.contains(name) && !options.contains(name));
            if (each.getKey().equals("list")) {
                // The list moves no backups, and ignores what all steps have.
                parameters.removeAll(Set.of("memory", "connections"));
            }
            assertEquals(options, parameters, each.getKey());
        }
    }

    @Test
    void everyParameterHasItsFieldItsHelpAndItsPlaceInTheDocs() throws IOException {
        String guide = Files.readString(DOCS.resolve("pipeline.md"));
        List<String> missing = new ArrayList<>();
        for (Class<?> step : STEPS.values()) {
            Path own = RESOURCES.resolve(step.getSimpleName());
            Path common = RESOURCES.resolve("EngineStep");
            String form =
                    Files.readString(own.resolve("config.jelly")) + Files.readString(common.resolve("common.jelly"));
            for (String name : parameters(step)) {
                if (!form.contains("field=\"" + name + "\"")) {
                    missing.add(step.getSimpleName() + ": no field for " + name);
                }
                Stream.of("", "_de")
                        .map(language -> "help-" + name + language + ".html")
                        .filter(page -> !Files.exists(own.resolve(page)) && !Files.exists(common.resolve(page)))
                        .forEach(page -> missing.add(step.getSimpleName() + ": no " + page));
                if (!guide.contains("`" + name + "`") && !guide.contains(name + ":")) {
                    missing.add("docs/pipeline.md: nothing of " + name);
                }
            }
        }
        assertEquals(List.of(), missing);
    }

    @Test
    void everyHelpPageIsOfAParameter() throws IOException {
        Set<String> all = new TreeSet<>();
        STEPS.values().forEach(step -> all.addAll(parameters(step)));
        try (Stream<Path> files = Files.walk(RESOURCES)) {
            List<String> without = files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.startsWith("help-"))
                    .map(name -> name.replaceAll("help-|_de|\\.html", ""))
                    .filter(name -> !all.contains(name))
                    .toList();
            assertEquals(List.of(), without);
        }
    }
}

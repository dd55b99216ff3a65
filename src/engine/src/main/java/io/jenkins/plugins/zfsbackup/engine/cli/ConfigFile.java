package io.jenkins.plugins.zfsbackup.engine.cli;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Options from a YAML file, named as on the command line without the dashes: at the top for all commands, or below a
 * command's name for that one. What the command line says wins.
 */
final class ConfigFile implements IDefaultValueProvider {

    private static final String OPTION = "--config";

    private final JsonNode root;

    private ConfigFile(JsonNode root) {
        this.root = root;
    }

    /** The file that the arguments name; it is looked for before they are parsed, because it gives the defaults. */
    static Optional<String> named(String... args) {
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals(OPTION) && i + 1 < args.length) {
                return Optional.of(args[i + 1]);
            }
            if (args[i].startsWith(OPTION + "=")) {
                return Optional.of(args[i].substring(OPTION.length() + 1));
            }
        }
        return Optional.empty();
    }

    /**
     * Reads a file and checks it: a word that no option has would otherwise change silently what is backed up.
     *
     * @param line the command line whose options the file may set
     * @throws UsageException if there is no such file, it is no YAML, sets something that is no option, or sets an
     *     option to no value
     */
    static ConfigFile read(String name, CommandLine line) throws UsageException {
        YAMLMapper yaml = YAMLMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        JsonNode root = parsed(name, yaml);
        if (root == null || root.isMissingNode() || root.isNull()) {
            return new ConfigFile(yaml.createObjectNode());
        }
        new Check(name, line).file(root);
        return new ConfigFile(root);
    }

    private static JsonNode parsed(String name, YAMLMapper yaml) throws UsageException {
        try {
            return yaml.readTree(Path.of(name).toFile());
        } catch (IOException | RuntimeException e) {
            // SnakeYAML has exceptions of its own, which Jackson does not wrap all.
            throw new UsageException("reading " + name, Reason.of(e), "", e);
        }
    }

    /** Holds a file against the options of a command line. */
    private record Check(String file, CommandLine line) {

        void file(JsonNode root) throws UsageException {
            Map<String, CommandLine> commands = line.getSubcommands();
            Map<String, OptionSpec> any = new TreeMap<>();
            commands.values().forEach(command -> any.putAll(options(command)));
            for (Map.Entry<String, JsonNode> entry : entries(root, "the file")) {
                String key = entry.getKey();
                if (commands.containsKey(key)) {
                    command(key, options(commands.get(key)), entry.getValue());
                } else {
                    option(key, key, any, commands.keySet(), entry.getValue());
                }
            }
        }

        private void command(String name, Map<String, OptionSpec> options, JsonNode values) throws UsageException {
            for (Map.Entry<String, JsonNode> entry : entries(values, name)) {
                option(name + ": " + entry.getKey(), entry.getKey(), options, Set.of(), entry.getValue());
            }
        }

        private void option(
                String place, String name, Map<String, OptionSpec> options, Set<String> commands, JsonNode value)
                throws UsageException {
            OptionSpec option = options.get(name);
            if (option == null) {
                throw wrong(
                        "'" + place + "' is no option",
                        nearest(name, options.keySet(), commands)
                                .map(near -> "Did you mean '" + near + "'?")
                                .orElse("zfs-backup COMMAND --help lists the options."));
            }
            boolean many = option.isMultiValue();
            boolean fits = value.isArray() && many && !value.isEmpty()
                    ? StreamSupport.stream(value.spliterator(), false).allMatch(Check::isText)
                    : isText(value);
            if (!fits) {
                throw wrong(
                        "'" + place + "' needs a value" + (many ? " or a list of values" : ""),
                        "Write e.g. " + name + ": " + (many ? "[ONE, TWO]" : "VALUE") + ", or leave the line out.");
            }
            if (isSwitch(option) && !value.isBoolean()) {
                throw wrong("'" + place + "' is either true or false, not " + value.asText(), "");
            }
        }

        /** Whether an option is given without a value. */
        private static boolean isSwitch(OptionSpec option) {
            return option.arity().max() == 0;
        }

        private static boolean isText(JsonNode value) {
            return value.isValueNode() && !value.isNull();
        }

        private Set<Map.Entry<String, JsonNode>> entries(JsonNode node, String what) throws UsageException {
            if (!node.isObject()) {
                throw wrong(what + " is no list of options", "Write one option a line, e.g. repo: file:///backups");
            }
            return node.properties();
        }

        /** The options of a command that a file can set, by their names without the dashes. */
        private static Map<String, OptionSpec> options(CommandLine command) {
            return command.getCommandSpec().options().stream()
                    .filter(option ->
                            !option.usageHelp() && !option.longestName().equals(OPTION))
                    .collect(Collectors.toMap(ConfigFile::name, option -> option));
        }

        /** The most similar name of those that the file may have, as picocli finds it. */
        private static Optional<String> nearest(String name, Set<String> options, Set<String> commands) {
            String plain = name.replaceFirst("^-+", "");
            if (options.contains(plain)) {
                return Optional.of(plain);
            }
            CommandSpec known = CommandSpec.create();
            Stream.concat(options.stream(), commands.stream())
                    .distinct()
                    .forEach(each ->
                            known.addOption(OptionSpec.builder("--" + each).build()));
            return new UnmatchedArgumentException(new CommandLine(known), List.of("--" + plain))
                    .getSuggestions().stream().findFirst().map(near -> near.replaceFirst("^--", ""));
        }

        private UsageException wrong(String said, String next) {
            return new UsageException("reading " + file, said, next);
        }
    }

    /** An option's name in a file. */
    private static String name(OptionSpec option) {
        return option.longestName().replaceFirst("^--", "");
    }

    @Override
    public String defaultValue(ArgSpec arg) {
        if (!(arg instanceof OptionSpec option) || option.longestName().equals(OPTION)) {
            return null;
        }
        String name = name(option);
        JsonNode own = root.path(arg.command().name()).path(name);
        JsonNode value = own.isMissingNode() ? root.path(name) : own;
        if (value.isArray()) {
            List<String> parts = new ArrayList<>();
            value.forEach(each -> parts.add(each.asText()));
            return String.join(",", parts);
        }
        return value.isValueNode() && !value.isNull() ? value.asText() : null;
    }
}

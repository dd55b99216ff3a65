package io.jenkins.plugins.zfsbackup.engine.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

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

    /** @throws IOException if there is no such file, or it is no YAML */
    static ConfigFile read(String name) throws IOException {
        YAMLMapper yaml = new YAMLMapper();
        JsonNode root = yaml.readTree(Path.of(name).toFile());
        return new ConfigFile(root == null ? yaml.createObjectNode() : root);
    }

    @Override
    public String defaultValue(ArgSpec arg) {
        if (!(arg instanceof OptionSpec option) || option.longestName().equals(OPTION)) {
            return null;
        }
        String name = option.longestName().replaceFirst("^--", "");
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

package io.jenkins.plugins.zfsbackup.agent;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A command line of the engine and the secrets it names. Made late, on the controller, from settings and credentials;
 * never stored: it travels as the bytes of one file.
 */
public final class EngineRequest {

    /** Stands for a folder that is not known before the engine is started; no argument begins like this. */
    private static final String FOLDER = "\u0000/";

    private final List<String> arguments = new ArrayList<>();
    private final Map<String, byte[]> secrets = new LinkedHashMap<>();

    /** @param command of the engine, e.g. {@code backup}, with its positional arguments */
    public EngineRequest(String... command) {
        arguments.addAll(List.of(command));
    }

    /** Adds arguments. */
    public EngineRequest with(String... more) {
        arguments.addAll(List.of(more));
        return this;
    }

    /** Adds an option if it has a value. */
    public EngineRequest option(String option, String value) {
        return value == null || value.isBlank() ? this : with(option, value.strip());
    }

    /** Adds a flag if it is set. */
    public EngineRequest flag(String flag, boolean set) {
        return set ? with(flag) : this;
    }

    /** Adds an option that names a secret, and the secret. */
    public EngineRequest secret(String option, String name, byte[] content) {
        secrets.put(name, content.clone());
        return with(option, "request:" + name);
    }

    /** The same for a text. */
    public EngineRequest secret(String option, String name, String content) {
        return secret(option, name, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds an option that names a file which the engine writes, see {@link EngineProcess}. */
    public EngineRequest file(String option, String name) {
        return with(option, FOLDER + name);
    }

    /** The arguments, without any secret. */
    public List<String> arguments() {
        return List.copyOf(arguments);
    }

    /**
     * The request file's content.
     *
     * @param folder on the agent, for the files that the engine writes
     */
    byte[] bytes(String folder) {
        StringBuilder json = new StringBuilder("{\"arguments\":[");
        for (int i = 0; i < arguments.size(); i++) {
            json.append(i > 0 ? "," : "").append(Json.quote(placed(arguments.get(i), folder)));
        }
        json.append("],\"secrets\":{");
        String comma = "";
        for (Map.Entry<String, byte[]> each : secrets.entrySet()) {
            json.append(comma)
                    .append(Json.quote(each.getKey()))
                    .append(":\"")
                    .append(Base64.getEncoder().encodeToString(each.getValue()))
                    .append('"');
            comma = ",";
        }
        return json.append("}}").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String placed(String argument, String folder) {
        return argument.startsWith(FOLDER) ? folder + "/" + argument.substring(FOLDER.length()) : argument;
    }
}

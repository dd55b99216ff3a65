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

    /** The arguments, without any secret. */
    public List<String> arguments() {
        return List.copyOf(arguments);
    }

    /** The request file's content. */
    byte[] bytes() {
        StringBuilder json = new StringBuilder("{\"arguments\":[");
        for (int i = 0; i < arguments.size(); i++) {
            json.append(i > 0 ? "," : "").append(Json.quote(arguments.get(i)));
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
}

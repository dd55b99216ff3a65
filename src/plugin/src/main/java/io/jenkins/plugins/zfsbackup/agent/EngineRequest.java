package io.jenkins.plugins.zfsbackup.agent;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.jenkins.plugins.zfsbackup.engine.protocol.RecordJson;
import io.jenkins.plugins.zfsbackup.engine.protocol.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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

    private static final JsonFactory JSON = new JsonFactory();

    private final List<String> arguments = new ArrayList<>();
    private final Map<String, byte[]> secrets = new LinkedHashMap<>();
    private boolean logTimes;

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
        return with(option, Request.SECRET + name);
    }

    /** The same for a text. */
    public EngineRequest secret(String option, String name, String content) {
        return secret(option, name, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds an option that names a file which the engine writes, see {@link EngineProcess}. */
    public EngineRequest file(String option, String name) {
        return with(option, FOLDER + name);
    }

    /** Has each line of the log begin with the time, or not. */
    public EngineRequest withLogTimes(boolean wanted) {
        logTimes = wanted;
        return this;
    }

    boolean logTimes() {
        return logTimes;
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
    byte[] bytes(String folder) throws IOException {
        Request request =
                new Request(arguments.stream().map(each -> placed(each, folder)).toList(), secrets);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            RecordJson.write(request, json);
        }
        return bytes.toByteArray();
    }

    private static String placed(String argument, String folder) {
        return argument.startsWith(FOLDER) ? folder + "/" + argument.substring(FOLDER.length()) : argument;
    }
}

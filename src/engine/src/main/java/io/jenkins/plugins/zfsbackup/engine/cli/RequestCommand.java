package io.jenkins.plugins.zfsbackup.engine.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * How another program runs a command: its arguments and the secrets that they name come in one file, which is deleted
 * before anything else is done, so that no secret stands in an argument, the environment, or a file that stays.
 *
 * <p>The file is a JSON object: {@code arguments}, an array as on the command line; {@code secrets}, an object of
 * base64 contents, which options name as {@code request:NAME} instead of a file.
 */
@Command(name = "request", hidden = true, description = "Runs the command that a request file describes.")
final class RequestCommand implements Callable<Integer> {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** In bytes: room for some keys and the names of many datasets. */
    private static final int LARGEST = 64 << 20;

    @Parameters(paramLabel = "REQUEST.json")
    private Path request;

    @Option(names = "--progress", required = true, paramLabel = "FILE")
    private Path progress;

    @Option(names = "--result", required = true, paramLabel = "FILE")
    private Path result;

    private final Surroundings surroundings;

    RequestCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws IOException {
        JsonNode json;
        try (InputStream in = Files.newInputStream(request)) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new UsageException("reading the request", "it is larger than " + LARGEST + " bytes", "");
            }
            json = JSON.readTree(bytes);
        } catch (JsonProcessingException e) {
            // Without the cause and its excerpt: that would put a piece of a secret into the log.
            throw new UsageException("reading the request", "it is no JSON", "");
        } finally {
            Files.deleteIfExists(request);
        }
        List<String> arguments = new ArrayList<>();
        json.path("arguments").forEach(each -> arguments.add(each.asText()));
        if (arguments.isEmpty() || arguments.get(0).equals("request")) {
            throw new UsageException("reading the request", "it names no command", "");
        }
        Map<String, byte[]> secrets = new HashMap<>();
        for (Map.Entry<String, JsonNode> each : json.path("secrets").properties()) {
            secrets.put(each.getKey(), secret(each.getKey(), each.getValue()));
        }
        return Main.run(surroundings.forRequest(progress, result, secrets), arguments.toArray(String[]::new));
    }

    private static byte[] secret(String name, JsonNode value) throws UsageException {
        try {
            byte[] content = value.isTextual() ? value.binaryValue() : null;
            if (content != null) {
                return content;
            }
        } catch (IOException e) {
            // As above: what it says has a piece of the secret in it.
            throw new UsageException("reading the request", "the secret " + name + " is no base64", "");
        }
        throw new UsageException("reading the request", "the secret " + name + " is no text", "");
    }
}

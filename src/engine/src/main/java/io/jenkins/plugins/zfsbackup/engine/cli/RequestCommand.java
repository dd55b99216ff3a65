package io.jenkins.plugins.zfsbackup.engine.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonMappingException.Reference;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.protocol.Request;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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

    private static final ObjectReader JSON = JsonMapper.builder().build().readerFor(Request.class);

    /** In bytes: room for some keys and the names of many datasets. */
    private static final int LARGEST = 64 << 20;

    @Parameters(paramLabel = "REQUEST.json")
    private Path request;

    @Option(names = "--progress", required = true, paramLabel = "FILE")
    private Path progress;

    @Option(names = "--result", required = true, paramLabel = "FILE")
    private Path result;

    private final Environment environment;

    RequestCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        Request read = read();
        if (read == null
                || read.arguments().isEmpty()
                || read.arguments().get(0).equals("request")) {
            throw new UsageException("reading the request", "it names no command", "");
        }
        return Main.run(
                environment.forRequest(progress, result, read.secrets()),
                read.arguments().toArray(String[]::new));
    }

    private Request read() throws IOException {
        try (InputStream in = Files.newInputStream(request)) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new UsageException("reading the request", "it is larger than " + LARGEST + " bytes", "");
            }
            return read(bytes);
        } finally {
            Files.deleteIfExists(request);
        }
    }

    /** @throws UsageException if it is no request; without an excerpt, which would put a piece of a secret into the log */
    static Request read(byte[] bytes) throws IOException {
        Request read;
        try {
            read = JSON.readValue(bytes);
        } catch (JsonMappingException e) {
            String place = e.getPath().stream().map(Reference::getFieldName).collect(Collectors.joining(" "));
            String said = place.isEmpty() ? "it is no JSON object" : "its field " + place + " is not as it should be";
            throw new UsageException("reading the request", said, "");
        } catch (JsonProcessingException e) {
            throw new UsageException("reading the request", "it is no JSON", "");
        }
        if (read == null
                || read.arguments().isEmpty()
                || read.arguments().get(0).equals("request")) {
            throw new UsageException("reading the request", "it names no command", "");
        }
        return read;
    }
}

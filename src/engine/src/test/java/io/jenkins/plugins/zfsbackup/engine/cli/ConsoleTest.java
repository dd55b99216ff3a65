package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsoleTest {

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    private Console console(boolean terminal, Optional<Path> progress) {
        return new Console(new PrintStream(written, true, StandardCharsets.UTF_8), terminal, false, false, progress);
    }

    private String written() {
        return written.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aLogIsToldWhenTheFirstStreamBeginsAndOfNoOther() {
        Console console = console(false, Optional.empty());

        console.begin("tank/home", "@a, full", 5L << 30);
        console.end("tank/home");
        console.begin("tank/mail", "@a, full", 0);

        assertThat(written()).isEqualTo("tank/home: @a, full begins, about 5.00 GiB" + System.lineSeparator());
    }

    @Test
    void aLineTellsHowFarTheRunIs() {
        Console console = console(false, Optional.empty());
        console.datasets(0, 8);
        console.begin("tank/home", "@a, full", 4L << 30);
        console.moved("tank/home", 1L << 30);
        console.begin("tank/mail", "@a, full", 0);
        console.begin("tank/www", "@a, full", 0);
        console.datasets(3, 8);
        written.reset();

        console.tellProgress();

        assertThat(written())
                .startsWith("under way: 3 of 8 datasets done; tank/home @a, full: 1.00 GiB of about 4.00 GiB, ")
                .contains("/s, ", " left; tank/mail @a, full: 0 B, ")
                .endsWith("; and 1 more" + System.lineSeparator());
    }

    @Test
    void anotherProgramIsToldHowManyDatasetsAreDone(@TempDir Path folder) throws IOException {
        Path progress = folder.resolve("progress.json");
        Console console = console(false, Optional.of(progress));

        console.datasets(0, 2);
        console.datasets(1, 2);
        console.begin("tank/home", "@a, full", 100);

        JsonNode json = new ObjectMapper().readTree(progress.toFile());
        assertThat(json.path("datasetsDone").asInt()).isEqualTo(1);
        assertThat(json.path("datasetsTotal").asInt()).isEqualTo(2);
    }
}

package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LinePrinterTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    private String printed() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aLineBeginsWithTheTimeWhereThatIsWanted() {
        new LinePrinter(out, true).line("tank: 2 of 3 datasets chosen");

        assertThat(printed()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ tank: 2 of 3 datasets chosen\\R");
    }

    @Test
    void elsewhereItIsAsItIs() {
        new LinePrinter(out).line("tank: 2 of 3 datasets chosen");

        assertThat(printed()).matches("tank: 2 of 3 datasets chosen\\R");
    }
}

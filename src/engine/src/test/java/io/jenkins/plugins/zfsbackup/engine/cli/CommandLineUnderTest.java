package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.run.Cancellation;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Runs the command line in this process, and keeps what it says. */
final class CommandLineUnderTest {

    private final Path home;
    private final Duration patience;

    CommandLineUnderTest(Path home) {
        this(home, Duration.ofMinutes(3));
    }

    /** @param patience how long a lost connection is tried to be made again */
    CommandLineUnderTest(Path home, Duration patience) {
        this.home = home;
        this.patience = patience;
    }

    /** What a command said, and its exit code. */
    record Said(int exitCode, byte[] bytes, String err) {
        String out() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        String all() {
            return out() + err;
        }
    }

    Said run(String... args) {
        return run(new Cancellation(), args);
    }

    Said run(Cancellation cancellation, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Surroundings surroundings = new Surroundings(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                home,
                Clock.systemUTC(),
                cancellation,
                patience,
                Optional.empty(),
                Optional.empty(),
                Map.of());
        int code = Main.run(surroundings, args);
        return new Said(code, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }
}

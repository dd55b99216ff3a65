package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.zfsbackup.engine.run.Cancellation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What nobody foresaw ends a command as all else does: in one line, with exit code 2, and a document for who waits for
 * one.
 */
class FailuresTest {

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    static Stream<Throwable> whatMayBeThrown() {
        return Stream.of(
                new OutOfMemoryError("Java heap space"),
                new StackOverflowError(),
                new NoClassDefFoundError("com/example/Missing"),
                new AssertionError("that can't be"),
                new NullPointerException(),
                new DateTimeException("Invalid value"),
                new IllegalStateException("a\nline\033[2J", new IOException("under\nneath")));
    }

    /** A clock that throws when a run asks it for the time. */
    private static Clock throwing(Throwable failure) {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                FailuresTest.<RuntimeException>doThrow(failure);
                return Instant.EPOCH;
            }
        };
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void doThrow(Throwable failure) throws T {
        throw (T) failure;
    }

    private int run(Clock clock, String... args) {
        return Main.run(
                new Environment(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        false,
                        folder,
                        folder.resolve("cache"),
                        clock,
                        new Cancellation(),
                        Duration.ZERO,
                        Optional.empty(),
                        Optional.of(folder.resolve("result.json")),
                        Map.of()),
                args);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private String[] backup() {
        return new String[] {"backup", "tank", "--repo", "file://" + folder.resolve("repository"), "--no-encryption"};
    }

    @ParameterizedTest
    @MethodSource("whatMayBeThrown")
    void isOneLineAndExitCode2(Throwable failure) throws IOException {
        int code = run(throwing(failure), backup());

        assertThat(code).isEqualTo(2);
        assertThat(text(err).lines()).hasSize(1);
        assertThat(text(err)).startsWith("zfs-backup backup: ").doesNotContain("\033", " at ");
        JsonNode result = JsonMapper.builder()
                .build()
                .readTree(folder.resolve("result.json").toFile());
        assertThat(result.path("outcome").asText()).isEqualTo("failed");
        assertThat(result.path("message").asText()).startsWith("zfs-backup backup: ");
    }

    @ParameterizedTest
    @MethodSource("whatMayBeThrown")
    void tellsWhereItCameFromIfAsked(Throwable failure) {
        String[] verbose =
                Stream.concat(Stream.of(backup()), Stream.of("--verbose")).toArray(String[]::new);

        assertThat(run(throwing(failure), verbose)).isEqualTo(2);

        assertThat(text(err))
                .contains("    at io.jenkins.plugins.zfsbackup.engine.")
                .doesNotContain("\033");
    }

    @Test
    void outOfMemorySaysWhatToDo() {
        run(throwing(new OutOfMemoryError("Java heap space")), backup());

        assertThat(text(err)).contains("Java has run out of memory (Java heap space)", "--memory");
    }

    @Test
    void aFaultOfTheProgramSaysThatItIsOne() {
        run(throwing(new NullPointerException("x is null")), backup());

        assertThat(text(err)).contains("NullPointerException: x is null. That is a fault of zfs-backup", "--verbose");
    }

    @Test
    void aFailureThatWasForeseenHasNoTrace() {
        Supplier<Integer> run = () -> run(Clock.systemUTC(), "list", "--repo", "nonsense", "--verbose");

        assertThat(run.get()).isEqualTo(64);
        assertThat(text(err).lines()).hasSize(1);
    }
}

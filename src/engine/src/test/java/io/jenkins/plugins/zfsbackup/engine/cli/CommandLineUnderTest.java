package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.run.Cancellation;
import io.jenkins.plugins.zfsbackup.engine.testing.Programs;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Runs the command line in this process, and keeps what it says. */
final class CommandLineUnderTest {

    private final Path home;
    private final Duration patience;
    private final Clock clock;

    CommandLineUnderTest(Path home) {
        this(home, Duration.ofMinutes(3));
    }

    /** @param patience how long a lost connection is tried to be made again */
    CommandLineUnderTest(Path home, Duration patience) {
        this(home, patience, Clock.systemUTC());
    }

    private CommandLineUnderTest(Path home, Duration patience, Clock clock) {
        this.home = home;
        this.patience = patience;
        this.clock = clock;
    }

    /** The same at another time, {@code 2014-06-01T12:00:00Z}. */
    CommandLineUnderTest at(String time) {
        return by(Clock.fixed(Instant.parse(time), ZoneOffset.UTC));
    }

    /** The same by another clock. */
    CommandLineUnderTest by(Clock other) {
        return new CommandLineUnderTest(home, patience, other);
    }

    /**
     * Runs a command as a process of its own, for what a process has of its own.
     *
     * @param environment more variables; a {@code PATH} comes before the usual one
     * @param before a program that runs another one, such as {@code unshare -n}
     */
    Said runAlone(Map<String, String> environment, List<String> before, String... args) {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Duser.home=" + home,
                "-cp",
                classPath(),
                Main.class.getName()));
        command.addAll(List.of(args));
        Map<String, String> variables = new HashMap<>(environment);
        variables.computeIfPresent("PATH", (name, first) -> first + ":" + System.getenv("PATH"));
        Programs.Ran ran = Programs.run(home, variables, new byte[0], command);
        return new Said(ran.exitCode(), ran.output(), ran.errors());
    }

    /** In full, because the process begins in another directory. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
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
        Environment environment = new Environment(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                home,
                home.resolve(".cache/zfs-backup"),
                clock,
                cancellation,
                patience,
                Optional.empty(),
                Optional.empty(),
                Map.of());
        int code = Main.run(environment, args);
        return new Said(code, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }
}

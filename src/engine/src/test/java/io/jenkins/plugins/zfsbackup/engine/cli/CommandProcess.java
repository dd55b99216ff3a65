package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The command line as a process of its own, for what can't be done to it within this one: signals, and another PATH.
 */
final class CommandProcess {

    private final Process process;
    private final Path out;
    private final Path err;

    private CommandProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** @param before what stands before {@code java}, such as {@code setsid} */
    static CommandProcess start(
            Path folder, Map<String, String> environment, List<String> before, List<String> arguments) {
        return start(folder, environment, before, Main.class, arguments);
    }

    /** @param main the class to begin in */
    static CommandProcess start(
            Path folder, Map<String, String> environment, List<String> before, Class<?> main, List<String> arguments) {
        return start(folder, environment, before, System.getProperty("java.class.path"), main, arguments);
    }

    /** @param classPath where Java looks, for who can't read this process's own */
    static CommandProcess start(
            Path folder,
            Map<String, String> environment,
            List<String> before,
            String classPath,
            Class<?> main,
            List<String> arguments) {
        try {
            List<String> command = new ArrayList<>(before);
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Duser.home=" + folder,
                    "-cp",
                    classPath,
                    main.getName()));
            command.addAll(arguments);
            Path out = Files.createTempFile(folder, "out", "");
            Path err = Files.createTempFile(folder, "err", "");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().putAll(environment);
            return new CommandProcess(builder.start(), out, err);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Sends a signal, by its name. */
    void signal(String name) {
        run("kill", "-" + name, String.valueOf(process.pid()));
    }

    /** Sends a signal to it and all that it has started, as a terminal does; it must lead a process group. */
    void signalGroup(String name) {
        run("kill", "-" + name, "--", "-" + process.pid());
    }

    /** As {@code kill(1)}, which may find that the process has just ended. */
    private void run(String... command) {
        try {
            new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    boolean alive() {
        return process.isAlive();
    }

    /** What it has said so far. */
    String saidSoFar() {
        try {
            return Files.readString(out) + Files.readString(err);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for its end. */
    Said await() {
        try {
            if (!process.waitFor(4, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError("it does not end: " + saidSoFar());
            }
            return new Said(process.exitValue(), Files.readAllBytes(out), Files.readString(err));
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

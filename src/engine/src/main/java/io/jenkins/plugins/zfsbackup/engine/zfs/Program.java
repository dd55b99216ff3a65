package io.jenkins.plugins.zfsbackup.engine.zfs;

import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.SourceException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code zfs} or {@code zpool}, with the words before it ({@code sudo -n}). The PATH of an agent often lacks the
 * folders for system administration; they are searched after it.
 */
final class Program {

    private static final List<String> SYSTEM_FOLDERS = List.of("/sbin", "/usr/sbin", "/usr/local/sbin");

    /** Java reports the signal that ended a program as this plus the number of the signal. */
    private static final int KILLED = 128;

    /** SIGHUP, SIGINT and SIGTERM. */
    private static final Set<Integer> STOPS = Set.of(1, 2, 15);

    /**
     * The maximum time between a stop of the child processes and that of this process, if a signal was sent to all of
     * them.
     */
    private static final long OWN_STOP_MILLIS = 1000;

    private final List<String> command;

    Program(List<String> command) {
        this.command = List.copyOf(command);
    }

    /** The exit code and the output of a command that has ended. */
    record Output(int exitCode, List<String> lines, String errors) {}

    /** Runs a command with little output to its end, whatever its exit code. */
    Output run(Task task, String... arguments) throws SourceException, InterruptedRunException {
        return run(task, List.of(arguments));
    }

    /** As {@link #run(Task, String...)}. */
    Output run(Task task, List<String> arguments) throws SourceException, InterruptedRunException {
        Running running = start(task, arguments, ProcessBuilder.Redirect.from(new File("/dev/null")));
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = lines(running)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            running.kill();
            throw new SourceException(task.doing(), e.toString(), "", e);
        }
        return new Output(running.exitCode(), lines, running.errors());
    }

    /**
     * As {@link #run(Task, String...)}, for commands that may be run twice. Ctrl-C in a terminal, and the stop of a
     * service manager, also reach the children of this process: they kill a command that is running, but it still has
     * to be completed.
     */
    Output repeatable(Task task, String... arguments) throws SourceException, InterruptedRunException {
        Output output = run(task, arguments);
        return STOPS.contains(output.exitCode() - KILLED) ? run(task, arguments) : output;
    }

    /** Runs a command with little output that must succeed, and returns its output. */
    List<String> succeed(Task task, String... arguments) throws SourceException, InterruptedRunException {
        return succeed(task, List.of(arguments));
    }

    /** As {@link #succeed(Task, String...)}. */
    List<String> succeed(Task task, List<String> arguments) throws SourceException, InterruptedRunException {
        Output output = run(task, arguments);
        if (output.exitCode() != 0) {
            throw failure(task, output.exitCode(), output.errors());
        }
        return output.lines();
    }

    /** Starts a command that reads no input. The caller must read its output to the end. */
    Running start(Task task, List<String> arguments) throws SourceException {
        return start(task, arguments, ProcessBuilder.Redirect.from(new File("/dev/null")));
    }

    /** Starts a command that reads what the caller writes. */
    Running startReading(Task task, List<String> arguments) throws SourceException {
        return start(task, arguments, ProcessBuilder.Redirect.PIPE);
    }

    static BufferedReader lines(Running running) {
        return new BufferedReader(new InputStreamReader(running.output(), StandardCharsets.UTF_8), 1 << 16);
    }

    /** The failure of a command, for its caller. */
    SourceException failure(Task task, int exitCode, String errors) {
        if (STOPS.contains(exitCode - KILLED)) {
            awaitOwnStop();
        }
        String said = errors.isEmpty() ? name() + " said nothing" : inOneLine(errors);
        String ending = exitCode > KILLED ? "killed by signal " + (exitCode - KILLED) : "exit code " + exitCode;
        String next = Refusal.next(errors, path().orElse(name()), task.permissions(), task.dataset());
        return new SourceException(task.doing(), said + " (" + ending + ")", next);
    }

    /**
     * A signal that ended the program was probably sent to this process too, see {@link #repeatable}. If the run ended
     * before it received the signal, it would count as failed.
     */
    private static void awaitOwnStop() {
        try {
            Thread.sleep(OWN_STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String inOneLine(String errors) {
        return errors.lines().map(String::strip).filter(line -> !line.isEmpty()).collect(Collectors.joining("; "));
    }

    private Running start(Task task, List<String> arguments, ProcessBuilder.Redirect input) throws SourceException {
        List<String> line = new ArrayList<>(command);
        line.set(0, find(command.get(0)).orElseThrow(() -> missing(task)));
        line.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(line).redirectInput(input);
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("PATH", String.join(File.pathSeparator, folders()));
        try {
            return new Running(builder.start(), this, task);
        } catch (IOException e) {
            throw new SourceException(task.doing(), Reason.of(e), Refusal.INSTALL, e);
        }
    }

    private SourceException missing(Task task) {
        String said =
                "there is no program '" + command.get(0) + "' on the PATH or in " + String.join(", ", SYSTEM_FOLDERS);
        return new SourceException(task.doing(), said, Refusal.INSTALL);
    }

    private String name() {
        return command.get(command.size() - 1);
    }

    private Optional<String> path() {
        return find(name());
    }

    /** Java searches its own PATH for a program, not that of the new process. Therefore the search is done here. */
    private static Optional<String> find(String program) {
        Stream<Path> places = program.contains("/")
                ? Stream.of(Path.of(program))
                : folders().stream().map(folder -> Path.of(folder, program));
        return places.filter(Files::isExecutable)
                .filter(Files::isRegularFile)
                .map(Path::toString)
                .findFirst();
    }

    private static List<String> folders() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin");
        return Stream.concat(Stream.of(path.split(File.pathSeparator)), SYSTEM_FOLDERS.stream())
                .filter(folder -> !folder.isEmpty())
                .distinct()
                .toList();
    }
}

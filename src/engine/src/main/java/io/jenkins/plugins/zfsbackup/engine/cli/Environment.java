package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.repository.LocalState;
import io.jenkins.plugins.zfsbackup.engine.run.Cancellation;
import io.jenkins.plugins.zfsbackup.engine.run.RunControl;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a command finds around it.
 *
 * @param out for results
 * @param err for the log where results are wanted alone, and for errors
 * @param terminal whether a person sees the output as it comes
 * @param home the user's home directory
 * @param cache where what spares work is kept, and may be deleted at any time
 * @param clock the time
 * @param cancellation the wish to stop
 * @param patience how long a lost connection is tried to be made again
 * @param progressFile where progress is written for another program to read
 * @param secrets contents that a request brought along instead of files, by the names that options call them
 */
record Environment(
        PrintStream out,
        PrintStream err,
        boolean terminal,
        Path home,
        Path cache,
        Clock clock,
        Cancellation cancellation,
        Duration patience,
        Optional<Path> progressFile,
        Optional<Path> resultFile,
        Map<String, byte[]> secrets) {

    /** A router that starts again takes a minute or two. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    static Environment ofProcess(Cancellation cancellation) {
        return new Environment(
                System.out,
                System.err,
                atTerminal(),
                Path.of(System.getProperty("user.home")),
                cache(System.getenv("XDG_CACHE_HOME"), System.getProperty("user.home")),
                Clock.systemUTC(),
                cancellation,
                PATIENCE,
                Optional.empty(),
                Optional.empty(),
                new HashMap<>());
    }

    private static boolean atTerminal() {
        java.io.Console console = System.console();
        String kind = System.getenv("TERM");
        if (console == null || kind == null || kind.equals("dumb")) {
            return false;
        }
        try {
            // From Java 22 on there is a console without a terminal too, and it can be asked.
            return (boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    /** As the XDG base directory specification has it: a relative path there counts for nothing. */
    private static Path cache(String xdg, String home) {
        boolean set = xdg != null && Path.of(xdg).isAbsolute();
        return (set ? Path.of(xdg) : Path.of(home, ".cache")).resolve("zfs-backup");
    }

    /** What this machine keeps of repositories. */
    LocalState localState(Console console) {
        return new LocalState(cache.resolve("known"), console::info);
    }

    /** Those who follow a run. */
    RunControl control(Console console) {
        return new RunControl(console, cancellation);
    }

    /** The same for a question of this process: what is printed goes elsewhere. */
    Environment forQuestion(PrintStream answer, PrintStream log, Map<String, byte[]> contents) {
        return new Environment(
                answer,
                log,
                false,
                home,
                cache,
                clock,
                cancellation,
                patience,
                Optional.empty(),
                Optional.empty(),
                contents);
    }

    /** The same for a request from another program: no terminal, its own files and secrets. */
    Environment forRequest(Path progress, Path result, Map<String, byte[]> contents) {
        return new Environment(
                out,
                err,
                false,
                home,
                cache,
                clock,
                cancellation,
                patience,
                Optional.of(progress),
                Optional.of(result),
                contents);
    }
}

package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.protocol.Failure;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import io.jenkins.plugins.zfsbackup.engine.protocol.Request;
import io.jenkins.plugins.zfsbackup.engine.run.Cancellation;
import io.jenkins.plugins.zfsbackup.engine.run.Version;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code zfs-backup} command. */
@Command(
        name = "zfs-backup",
        description = "Incremental, encrypted, verified ZFS backup, restorable with standard tools.",
        versionProvider = Main.VersionText.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            BackupCommand.class,
            ListCommand.class,
            RestoreCommand.class,
            VerifyCommand.class,
            DoctorCommand.class,
            ReleaseCommand.class,
            RequestCommand.class,
            KeysCommand.class,
            AutoComplete.GenerateCompletion.class
        },
        footer = {
            "",
            "Example: zfs-backup backup tank --repo sftp://backup@nas/srv/backup --recipient admin.asc"
                    + " --sign-with signing.asc"
        })
public final class Main implements Runnable {

    /** How long a stop may take to clean up before the process ends all the same. */
    private static final long CLEAN_UP_SECONDS = 25;

    static final String VERBOSE = "--verbose";

    @Spec
    private CommandSpec spec;

    private final Environment environment;

    Main(Environment environment) {
        this.environment = environment;
    }

    /** Runs the command line and ends the process with its exit code. */
    public static void main(String[] args) {
        Cancellation cancellation = new Cancellation();
        CountDownLatch ended = new CountDownLatch(1);
        // SIGINT and SIGTERM begin the JVM's shutdown: what is under way is stopped and cleaned up before it goes on.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (ended.getCount() > 0) {
                cancellation.cancel();
                try {
                    ended.await(CLEAN_UP_SECONDS, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }));
        Environment environment = Environment.ofProcess(cancellation);
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> new Failures(environment)
                .tell("in the thread " + thread.getName(), e, List.of(args).contains(VERBOSE)));
        int code;
        try {
            code = run(environment, args);
        } catch (Throwable e) {
            // Java has no memory left even to say what has failed. Its own exit code would be that of a run of which a
            // part is safe.
            code = Outcome.FAILED.exitCode();
        }
        ended.countDown();
        System.exit(code);
    }

    /** The commands and their options. */
    static CommandLine line(Environment environment) {
        CommandLine line = new CommandLine(new Main(environment), new Commands(environment))
                .setOut(new PrintWriter(environment.out(), true))
                .setErr(new PrintWriter(environment.err(), true))
                .setCaseInsensitiveEnumValuesAllowed(true);
        line.getSubcommands()
                .get("generate-completion")
                .getCommandSpec()
                .usageMessage()
                .hidden(true);
        return line;
    }

    /** Runs the command line in the given environment and returns its exit code. */
    static int run(Environment environment, String... args) {
        Failures failures = new Failures(environment);
        try {
            CommandLine line = line(environment)
                    .setParameterExceptionHandler((e, arguments) -> wrongUsage(e, environment))
                    .setExecutionStrategy(failures::execute);
            Optional<String> config = ConfigFile.named(args);
            if (config.isPresent()) {
                line.setDefaultValueProvider(ConfigFile.read(config.get(), line));
            }
            return line.execute(args);
        } catch (IOException | RuntimeException | Error e) {
            return failures.report("reading the command line", e, List.of(args).contains(VERBOSE));
        }
    }

    /**
     * Runs a request in this process, for a caller that has a question and no work: nothing is written to a file.
     *
     * @param request a {@link Request} in JSON
     * @return the result, or what has failed, in JSON
     */
    public static byte[] answer(byte[] request) throws IOException {
        Request read = RequestCommand.read(request);
        ByteArrayOutputStream document = new ByteArrayOutputStream();
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(document, true, StandardCharsets.UTF_8);
                PrintStream err = new PrintStream(log, true, StandardCharsets.UTF_8)) {
            Environment environment = Environment.ofProcess(new Cancellation()).forQuestion(out, err, read.secrets());
            List<String> arguments = new ArrayList<>(read.arguments());
            arguments.add("--json");
            run(environment, arguments.toArray(String[]::new));
            if (document.size() == 0) {
                DocumentWriter.write(new Failure(Outcome.FAILED, log.toString(StandardCharsets.UTF_8)), out);
            }
        }
        return document.toByteArray();
    }

    private static int wrongUsage(ParameterException e, Environment environment) {
        if (environment.resultFile().isPresent()) {
            return new Failures(environment)
                    .report(
                            "",
                            new UsageException("reading the request", Wording.parameters(Reason.of(e)), "", e),
                            false);
        }
        LinePrinter err = new LinePrinter(environment.err());
        err.line(Reason.of(e));
        err.line("See: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
        return Outcome.WRONG_USAGE;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "A command is missing.");
    }

    /** Makes the commands, each with the environment. */
    private record Commands(Environment environment) implements CommandLine.IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            try {
                return type.getDeclaredConstructor(Environment.class).newInstance(environment);
            } catch (NoSuchMethodException e) {
                return CommandLine.defaultFactory().create(type);
            }
        }
    }

    static final class VersionText implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"zfs-backup " + Version.TEXT};
        }
    }
}

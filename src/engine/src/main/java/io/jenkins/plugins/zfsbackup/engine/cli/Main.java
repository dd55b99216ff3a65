package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Outcome;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.run.Cancellation;
import io.jenkins.plugins.zfsbackup.engine.run.Version;
import java.io.IOException;
import java.io.PrintStream;
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
        description = "Incremental, encrypted, verified ZFS backup, restorable with stock tools.",
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
            AutoComplete.GenerateCompletion.class
        },
        footer = {"", "Example: zfs-backup backup tank --repo sftp://backup@nas/srv/backup --recipient admin.asc"})
public final class Main implements Runnable {

    /** How long a stop may take to clean up before the process ends all the same. */
    private static final long CLEAN_UP_SECONDS = 25;

    @Spec
    private CommandSpec spec;

    private final Surroundings surroundings;

    Main(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** Runs the command line and ends the process with its exit code. */
    public static void main(String[] args) {
        Cancellation cancellation = new Cancellation();
        CountDownLatch ended = new CountDownLatch(1);
        // SIGINT and SIGTERM begin the JVM's shutdown: what is under way is stopped and cleaned up before it goes on.
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> {
                    if (ended.getCount() > 0) {
                        cancellation.cancel();
                        try {
                            ended.await(CLEAN_UP_SECONDS, TimeUnit.SECONDS);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }
                }));
        int code = run(Surroundings.ofProcess(cancellation), args);
        ended.countDown();
        System.exit(code);
    }

    /** Runs the command line in the given surroundings and returns its exit code. */
    static int run(Surroundings surroundings, String... args) {
        CommandLine line = new CommandLine(new Main(surroundings), new Commands(surroundings))
                .setOut(new java.io.PrintWriter(surroundings.out(), true))
                .setErr(new java.io.PrintWriter(surroundings.err(), true))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Main::wrongUsage)
                .setExecutionExceptionHandler((e, command, parsed) -> failed(e, surroundings));
        line.getSubcommands().get("generate-completion").getCommandSpec().usageMessage().hidden(true);
        Optional<String> config = ConfigFile.named(args);
        if (config.isPresent()) {
            try {
                line.setDefaultValueProvider(ConfigFile.read(config.get(), line));
            } catch (UsageException e) {
                surroundings.err().println(e.getMessage());
                return 64;
            } catch (IOException e) {
                surroundings.err().println("reading " + config.get() + ": " + e.getMessage());
                return 64;
            }
        }
        return line.execute(args);
    }

    private static int wrongUsage(ParameterException e, String[] args) {
        java.io.PrintWriter err = e.getCommandLine().getErr();
        err.println(e.getMessage());
        err.println("See: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
        return 64;
    }

    private static int failed(Exception e, Surroundings surroundings) {
        PrintStream err = surroundings.err();
        if (e instanceof BackupException known) {
            err.println(known.getMessage());
            int code = exitCode(known);
            Outcome outcome = code == Outcome.UNREACHABLE.exitCode() ? Outcome.UNREACHABLE : Outcome.FAILED;
            try {
                Output.leave(surroundings, Documents.failure(outcome, known.getMessage()));
            } catch (IOException unwritable) {
                err.println("the result can't be written: " + unwritable.getMessage());
            }
            return code;
        }
        // Nobody foresaw this one: the stack trace is for the bug report.
        e.printStackTrace(err);
        return 2;
    }

    static int exitCode(BackupException e) {
        if (e instanceof UsageException) {
            return 64;
        }
        boolean unreachable = e instanceof RepositoryException repository
                && repository.kind() == RepositoryException.Kind.OUT_OF_REACH;
        return unreachable ? 3 : 2;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "A command is missing.");
    }

    /** Makes the commands, each with the surroundings. */
    private record Commands(Surroundings surroundings) implements CommandLine.IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            try {
                return type.getDeclaredConstructor(Surroundings.class).newInstance(surroundings);
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

package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException;
import io.jenkins.plugins.zfsbackup.engine.model.UnexpectedException;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.model.Wording;
import io.jenkins.plugins.zfsbackup.engine.protocol.Failure;
import io.jenkins.plugins.zfsbackup.engine.protocol.Outcome;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What comes of a command that fails, however it does: one line for people, an exit code, and where another program
 * waits for a result a document that says the same. Where it came from is told only to those who have asked for it.
 */
final class Failures {

    private final Environment environment;
    private final LinePrinter err;

    Failures(Environment environment) {
        this.environment = environment;
        this.err = new LinePrinter(environment.err());
    }

    /** Runs the command that was parsed, and turns its failure into an exit code. */
    int execute(ParseResult parsed) {
        ParseResult command = parsed;
        while (command.hasSubcommand()) {
            command = command.subcommand();
        }
        String doing = command.commandSpec().qualifiedName();
        try {
            return new CommandLine.RunLast().execute(parsed);
        } catch (ParameterException e) {
            throw e;
        } catch (ExecutionException e) {
            return report(doing, e.getCause() == null ? e : e.getCause(), verbose(command));
        } catch (RuntimeException | Error e) {
            return report(doing, e, verbose(command));
        }
    }

    private static boolean verbose(ParseResult command) {
        OptionSpec option = command.commandSpec().findOption(Main.VERBOSE);
        return option != null && Boolean.TRUE.equals(option.getValue());
    }

    /**
     * Says what has failed, and leaves it to the program that waits for a result; Jenkins says it itself, as the last
     * words of its step.
     *
     * @param doing what was being done, as far as the failure doesn't tell itself
     * @return the exit code
     */
    int report(String doing, Throwable failure, boolean verbose) {
        BackupException known = UnexpectedException.of(doing, failure);
        boolean saidByCaller = Wording.inJenkins() && environment.resultFile().isPresent();
        if (!saidByCaller) {
            tell(doing, failure, verbose);
        }
        int code = exitCode(known);
        Outcome outcome = code == Outcome.UNREACHABLE.exitCode() ? Outcome.UNREACHABLE : Outcome.FAILED;
        try {
            Output.leave(environment, new Failure(outcome, known.getMessage()));
        } catch (IOException unwritable) {
            err.line("the result can't be written: " + Reason.of(unwritable));
        }
        return code;
    }

    /** Says what has failed, and with {@code verbose} where, if nobody foresaw it. */
    BackupException tell(String doing, Throwable failure, boolean verbose) {
        BackupException known = UnexpectedException.of(doing, failure);
        err.line(known.getMessage());
        if (verbose && known instanceof UnexpectedException) {
            err.trace(failure);
        }
        return known;
    }

    private static int exitCode(BackupException e) {
        if (e instanceof UsageException) {
            return Outcome.WRONG_USAGE;
        }
        boolean unreachable = e instanceof RepositoryException repository
                && repository.kind() == RepositoryException.Kind.OUT_OF_REACH;
        return (unreachable ? Outcome.UNREACHABLE : Outcome.FAILED).exitCode();
    }
}

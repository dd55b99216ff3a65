package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.protocol.Result;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Where a command's log and its result document go. */
final class Output {

    private final Environment environment;
    private final boolean json;
    private final Console console;

    Output(Environment environment, CommonOptions common) {
        this(environment, common, false);
    }

    /** @param outputTaken whether standard output carries data, so that all else goes to standard error */
    Output(Environment environment, CommonOptions common, boolean outputTaken) {
        this.environment = environment;
        this.json = common.json;
        this.console = new Console(
                common.json || outputTaken ? environment.err() : environment.out(),
                environment.terminal(),
                common.quiet,
                common.verbose,
                environment.progressFile());
    }

    Console console() {
        return console;
    }

    /** Prints the document if it is wanted, and leaves it where another program waits for it. */
    void document(Result document) throws IOException {
        if (json) {
            new LinePrinter(environment.out()).document(document);
        }
        leave(environment, document);
    }

    /** Leaves the document where another program waits for it, if one does. */
    static void leave(Environment environment, Result document) throws IOException {
        if (environment.resultFile().isPresent()) {
            Path file = environment.resultFile().get();
            Path next = file.resolveSibling(file.getFileName() + ".next");
            try (OutputStream out = Files.newOutputStream(next)) {
                DocumentWriter.write(document, out);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.protocol.Result;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Where a command's log and its result document go. */
final class Output {

    private final Surroundings surroundings;
    private final boolean json;
    private final Console console;

    Output(Surroundings surroundings, CommonOptions common) {
        this(surroundings, common, false);
    }

    /** @param outputTaken whether standard output carries data, so that all else goes to standard error */
    Output(Surroundings surroundings, CommonOptions common, boolean outputTaken) {
        this.surroundings = surroundings;
        this.json = common.json;
        this.console = new Console(
                common.json || outputTaken ? surroundings.err() : surroundings.out(),
                surroundings.terminal(),
                common.quiet,
                common.verbose,
                surroundings.progressFile());
    }

    Console console() {
        return console;
    }

    /** Prints the document if it is wanted, and leaves it where another program waits for it. */
    void document(Result document) throws IOException {
        if (json) {
            new LinePrinter(surroundings.out()).document(document);
        }
        leave(surroundings, document);
    }

    /** Leaves the document where another program waits for it, if one does. */
    static void leave(Surroundings surroundings, Result document) throws IOException {
        if (surroundings.resultFile().isPresent()) {
            Path file = surroundings.resultFile().get();
            Path next = file.resolveSibling(file.getFileName() + ".next");
            try (OutputStream out = Files.newOutputStream(next)) {
                DocumentWriter.write(document, out);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}

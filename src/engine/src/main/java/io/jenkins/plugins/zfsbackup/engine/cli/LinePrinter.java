package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.model.LogTimes;
import io.jenkins.plugins.zfsbackup.engine.model.PlainText;
import io.jenkins.plugins.zfsbackup.engine.protocol.Result;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;

/**
 * The one way by which text leaves the command line. Whatever a line is made of, it arrives as one line of plain text:
 * names come from manifests, keys and pools, words from servers and programs, and none of them is to steer a terminal
 * or to forge a line of a log. An {@code ArchitectureTest} sees to it that nothing else in the engine prints.
 */
final class LinePrinter {

    private final PrintStream out;
    private final boolean times;

    LinePrinter(PrintStream out) {
        this(out, LogTimes.wanted());
    }

    /** @param times whether each line begins with the time */
    LinePrinter(PrintStream out, boolean times) {
        this.out = out;
        this.times = times;
    }

    /** Prints a line. */
    void line(String text) {
        out.println((times ? LogTimes.before(Instant.now()) : "") + PlainText.line(text));
        out.flush();
    }

    /** Prints what a programmer needs to find a fault: each failure in a line, and where it came from. */
    void trace(Throwable failure) {
        int most = 16;
        for (Throwable each = failure; each != null && most > 0; each = each.getCause(), most--) {
            line((each == failure ? "" : "caused by ") + each);
            for (StackTraceElement frame : each.getStackTrace()) {
                line("    at " + frame);
            }
        }
    }

    /** Prints a document, which keeps all that is not plain in the escapes of JSON. */
    void document(Result document) throws IOException {
        DocumentWriter.write(document, out);
        out.flush();
    }

    /** Shows a line that is to be replaced by the next, on a terminal. */
    void passing(String text) {
        // A line that is too long must not wrap, as only its last part would be cleared (DECAWM off and on); what
        // doesn't fit
        // would pile up in the last column, which is erased.
        out.print("\033[?7l" + PlainText.line(text) + "\033[K\033[?7h");
        out.flush();
    }

    /** Takes the passing line away. */
    void clear() {
        out.print("\r\033[K");
    }
}

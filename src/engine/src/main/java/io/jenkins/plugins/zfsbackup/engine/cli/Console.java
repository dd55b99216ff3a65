package io.jenkins.plugins.zfsbackup.engine.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.zfsbackup.engine.run.RunListener;
import io.jenkins.plugins.zfsbackup.engine.run.Sizes;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a run says, as lines for an operator; on a terminal with a progress bar below them, and where a file is wanted
 * with the same figures in it, replaced as a whole at most twice a second.
 */
final class Console implements RunListener {

    private static final long EVERY_NANOS = 500_000_000L;
    private static final int BAR = 24;

    private final LinePrinter printer;
    private final boolean terminal;
    private final boolean quiet;
    private final Optional<Path> progressFile;
    private final Map<String, Stream> streams = new LinkedHashMap<>();
    private long finishedBytes;
    private final long began = System.nanoTime();
    private long shownAt;
    private boolean barShown;

    Console(PrintStream out, boolean terminal, boolean quiet, Optional<Path> progressFile) {
        this.printer = new LinePrinter(out);
        this.terminal = terminal;
        this.quiet = quiet;
        this.progressFile = progressFile;
    }

    private static final class Stream {
        private final String what;
        private final long estimate;
        private final long began = System.nanoTime();
        private long moved;

        Stream(String what, long estimate) {
            this.what = what;
            this.estimate = estimate;
        }
    }

    @Override
    public synchronized void info(String line) {
        if (!quiet) {
            print(line);
        }
    }

    @Override
    public synchronized void warn(String line) {
        print("warning: " + line);
    }

    /** A line that stands for the result, printed even when only results are wanted. */
    synchronized void print(String line) {
        clearBar();
        printer.line(line);
    }

    @Override
    public synchronized void begin(String dataset, String what, long estimate) {
        streams.put(dataset, new Stream(what, estimate));
        show(true);
    }

    @Override
    public synchronized void moved(String dataset, long rawBytes) {
        Stream stream = streams.get(dataset);
        if (stream != null) {
            stream.moved = rawBytes;
            show(false);
        }
    }

    @Override
    public synchronized void end(String dataset) {
        Stream stream = streams.remove(dataset);
        if (stream != null) {
            finishedBytes += stream.moved;
        }
        show(streams.isEmpty());
    }

    private void show(boolean now) {
        long time = System.nanoTime();
        if (!now && time - shownAt < EVERY_NANOS) {
            return;
        }
        shownAt = time;
        progressFile.ifPresent(this::write);
        if (terminal && !quiet) {
            bar();
        }
    }

    private void bar() {
        clearBar();
        if (streams.isEmpty()) {
            return;
        }
        Map.Entry<String, Stream> first = streams.entrySet().iterator().next();
        Stream stream = first.getValue();
        double seconds = (System.nanoTime() - stream.began) / 1e9;
        double rate = stream.moved / Math.max(seconds, 0.001);
        StringBuilder line = new StringBuilder(first.getKey()).append(" ").append(stream.what).append("  ");
        if (stream.estimate > 0) {
            double share = Math.min(1, stream.moved / (double) stream.estimate);
            int full = (int) (share * BAR);
            line.append('[').append("#".repeat(full)).append(".".repeat(BAR - full)).append("] ");
            line.append(Math.round(share * 100)).append(" %  ");
        }
        line.append(Sizes.bytes(stream.moved)).append("  ").append(Sizes.bytes((long) rate)).append("/s");
        if (stream.estimate > stream.moved && rate > 0) {
            line.append("  ").append(Sizes.seconds((stream.estimate - stream.moved) / rate)).append(" left");
        }
        if (streams.size() > 1) {
            line.append("  and ").append(streams.size() - 1).append(" more");
        }
        printer.passing(line.toString());
        barShown = true;
    }

    private void clearBar() {
        if (barShown) {
            printer.clear();
            barShown = false;
        }
    }

    private void write(Path file) {
        ObjectNode json = Documents.JSON.createObjectNode();
        json.put("seconds", (System.nanoTime() - began) / 1_000_000_000L);
        json.put("finishedBytes", finishedBytes);
        ArrayNode list = json.putArray("streams");
        streams.forEach((dataset, stream) -> list.addObject()
                .put("dataset", dataset)
                .put("what", stream.what)
                .put("rawBytes", stream.moved)
                .put("estimate", stream.estimate)
                .put("seconds", Math.round((System.nanoTime() - stream.began) / 1e8) / 10.0));
        try {
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.write(next, Documents.JSON.writeValueAsBytes(json));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            // Progress is a courtesy: a full disk beside the workspace must not end a backup. It is said once.
            if (!progressFailed) {
                progressFailed = true;
                warn("progress can't be written to " + file + ": " + e.getMessage());
            }
        }
    }

    private boolean progressFailed;
}

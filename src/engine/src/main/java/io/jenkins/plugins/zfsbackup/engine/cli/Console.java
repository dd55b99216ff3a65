package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.protocol.Progress;
import io.jenkins.plugins.zfsbackup.engine.protocol.Progress.StreamProgress;
import io.jenkins.plugins.zfsbackup.engine.run.RunListener;
import io.jenkins.plugins.zfsbackup.engine.run.Sizes;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.StringJoiner;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * What a run says, as lines for an operator; on a terminal with a progress bar below them, and where a file is wanted
 * with the same figures in it, replaced as a whole at most twice a second.
 */
final class Console implements RunListener {

    private static final long EVERY_NANOS = 500_000_000L;
    private static final int BAR = 24;
    private static final int STREAMS_IN_A_LINE = 2;
    /** How often a log without a bar is told how far the run is. */
    private static final long TICK_SECONDS = 60;

    private static final ScheduledExecutorService TICKER = Executors.newSingleThreadScheduledExecutor(Console::daemon);

    private final LinePrinter printer;
    private final boolean terminal;
    private final boolean quiet;
    private final boolean verbose;
    private final Optional<Path> progressFile;
    private final Map<String, Stream> streams = new LinkedHashMap<>();
    private long finishedBytes;
    private final long began = System.nanoTime();
    private int datasetsDone;
    private int datasetsTotal;
    private boolean begun;
    private ScheduledFuture<?> ticks;
    private long shownAt;
    private boolean barShown;

    /**
     * @param quiet says nothing but results and what is wrong
     * @param verbose says all
     */
    Console(PrintStream out, boolean terminal, boolean quiet, boolean verbose, Optional<Path> progressFile) {
        this.printer = new LinePrinter(out);
        this.terminal = terminal;
        this.quiet = quiet;
        this.verbose = verbose;
        this.progressFile = progressFile;
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "progress");
        thread.setDaemon(true);
        return thread;
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

        /** Bytes of all bytes, rate, and time left, as far as they are known. */
        private String text(long now) {
            double rate = moved / Math.max((now - began) / 1e9, 0.001);
            return Sizes.bytes(moved) + (estimate > 0 ? " of about " + Sizes.bytes(estimate) : "")
                    + ", " + Sizes.bytes((long) rate) + "/s"
                    + (estimate > moved && rate > 0 ? ", " + Sizes.seconds((estimate - moved) / rate) + " left" : "");
        }

        private StreamProgress progress(String dataset, long now) {
            return new StreamProgress(dataset, what, moved, estimate, Math.round((now - began) / 1e8) / 10.0);
        }

        /** The part that was moved, at most 1; empty if nobody knows how much it will be. */
        private OptionalDouble share() {
            return estimate > 0 ? OptionalDouble.of(Math.min(1, moved / (double) estimate)) : OptionalDouble.empty();
        }
    }

    @Override
    public synchronized void info(String line) {
        if (!quiet) {
            print(line);
        }
    }

    @Override
    public synchronized void detail(String line) {
        if (verbose) {
            info(line);
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
    public synchronized void datasets(int done, int total) {
        datasetsDone = Math.max(done, datasetsDone);
        datasetsTotal = total;
        show(done == total);
    }

    @Override
    public synchronized void begin(String dataset, String what, long estimate) {
        if (!begun && !terminal) {
            // A first stream may take days: whoever reads the log sees at once that the run has got so far.
            info(dataset + ": " + what + " begins" + (estimate > 0 ? ", about " + Sizes.bytes(estimate) : ""));
        }
        begun = true;
        if (ticks == null && !terminal && !quiet) {
            ticks = TICKER.scheduleAtFixedRate(this::tick, TICK_SECONDS, TICK_SECONDS, TimeUnit.SECONDS);
        }
        streams.put(dataset, new Stream(what, estimate));
        show(true);
    }

    private synchronized void tick() {
        if (streams.isEmpty() && datasetsDone >= datasetsTotal) {
            ticks.cancel(false);
            ticks = null;
        } else {
            tellProgress();
        }
    }

    /** Says in one line how far the run is, for a log that has no bar. */
    synchronized void tellProgress() {
        StringJoiner line = new StringJoiner("; ", "under way: ", more(STREAMS_IN_A_LINE));
        if (datasetsTotal > 1) {
            line.add(datasetsDone + " of " + datasetsTotal + " datasets done");
        }
        streams.entrySet().stream()
                .limit(STREAMS_IN_A_LINE)
                .forEach(each -> line.add(each.getKey() + " " + each.getValue().what + ": "
                        + each.getValue().text(System.nanoTime())));
        info(line.toString());
    }

    private String more(int shown) {
        return streams.size() > shown ? "; and " + (streams.size() - shown) + " more" : "";
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
        StringBuilder line = new StringBuilder(first.getKey())
                .append(" ")
                .append(stream.what)
                .append("  ");
        stream.share().ifPresent(share -> {
            int full = (int) (share * BAR);
            line.append('[')
                    .append("#".repeat(full))
                    .append(".".repeat(BAR - full))
                    .append("] ");
            line.append(Math.round(share * 100)).append(" %  ");
        });
        line.append(stream.text(System.nanoTime())).append(more(1));
        printer.passing(line.toString());
        barShown = true;
    }

    private void clearBar() {
        if (barShown) {
            printer.clear();
            barShown = false;
        }
    }

    private Progress progress() {
        long now = System.nanoTime();
        return new Progress(
                (now - began) / 1_000_000_000L,
                finishedBytes,
                datasetsDone,
                datasetsTotal,
                streams.entrySet().stream()
                        .map(each -> each.getValue().progress(each.getKey(), now))
                        .toList());
    }

    private void write(Path file) {
        try {
            Path next = file.resolveSibling(file.getFileName() + ".next");
            try (OutputStream out = Files.newOutputStream(next)) {
                DocumentWriter.write(progress(), out);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            // Progress is a courtesy: a full disk beside the workspace must not end a backup. It is said once.
            if (!progressFailed) {
                progressFailed = true;
                warn("progress can't be written to " + file + ": " + Reason.of(e));
            }
        }
    }

    private boolean progressFailed;
}

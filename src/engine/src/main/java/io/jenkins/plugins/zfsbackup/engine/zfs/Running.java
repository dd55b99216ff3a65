package io.jenkins.plugins.zfsbackup.engine.zfs;

import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.SourceException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** A started program, whose standard error a thread of its own drains, so that the program never waits for that. */
final class Running {

    /** Bytes of standard error that are kept: its beginning, where the cause stands. */
    private static final int KEPT_ERRORS = 64 * 1024;

    /** How long a program that was told to end may take before it is made to. */
    private static final long GRACE_SECONDS = 5;

    private final Process process;
    private final Program program;
    private final Task task;
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final Thread drain;

    Running(Process process, Program program, Task task) {
        this.process = process;
        this.program = program;
        this.task = task;
        this.drain = new Thread(this::drainErrors, "zfs-stderr-" + process.pid());
        drain.setDaemon(true);
        drain.start();
    }

    InputStream output() {
        return process.getInputStream();
    }

    OutputStream input() {
        return process.getOutputStream();
    }

    Task task() {
        return task;
    }

    /** Waits for the program's end. If this thread is interrupted, the program is ended and the interrupt kept. */
    int exitCode() throws InterruptedRunException {
        try {
            int exitCode = process.waitFor();
            drain.join(TimeUnit.SECONDS.toMillis(GRACE_SECONDS));
            return exitCode;
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
            throw new InterruptedRunException(task.doing(), "the run was told to stop", "", e);
        }
    }

    /** Waits for the program's end. */
    void finish() throws SourceException, InterruptedRunException {
        int exitCode = exitCode();
        if (exitCode != 0) {
            throw program.failure(task, exitCode, errors());
        }
    }

    /** What the program wrote to standard error, at most its first 64 KiB. */
    String errors() {
        synchronized (errors) {
            return errors.toString(StandardCharsets.UTF_8).stripTrailing();
        }
    }

    /** Whether {@link #errors()} is all that the program wrote there. */
    boolean errorsComplete() {
        synchronized (errors) {
            return errors.size() < KEPT_ERRORS;
        }
    }

    /**
     * Ends the program: its pipes are closed, it is told to end, and made to if it doesn't within 5 seconds. Closing
     * the pipes comes first because a program started through sudo runs as root and may take no signals from an
     * ordinary user: it ends when it next writes to, or reads the end of, the closed pipe.
     */
    void kill() {
        closePipes();
        process.destroy();
        if (!endsInTime()) {
            process.destroyForcibly();
        }
    }

    /**
     * Ends a program that reads: what it reads breaks off, and it has 5 seconds to clean up and end by itself before it
     * is {@linkplain #kill killed}. One that is killed may leave that to others, who get round to it later.
     */
    void breakOff() {
        closePipes();
        if (!endsInTime()) {
            kill();
        }
    }

    private void closePipes() {
        closeQuietly(process.getInputStream());
        closeQuietly(process.getOutputStream());
    }

    /** Whether the program ends within 5 seconds; an interrupt ends the wait and is kept. */
    private boolean endsInTime() {
        boolean interrupted = Thread.interrupted();
        try {
            return process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
            return false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void drainErrors() {
        byte[] buffer = new byte[8192];
        try (InputStream in = process.getErrorStream()) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                synchronized (errors) {
                    errors.write(buffer, 0, Math.min(count, KEPT_ERRORS - errors.size()));
                }
            }
        } catch (IOException e) {
            // The stream was closed because the program was killed: what has been read is all there is.
        }
    }

    private static void closeQuietly(AutoCloseable pipe) {
        try {
            pipe.close();
        } catch (Exception e) {
            // The program is being ended: what its pipe says no longer matters.
        }
    }
}

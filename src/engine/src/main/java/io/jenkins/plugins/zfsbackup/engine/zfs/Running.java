package io.jenkins.plugins.zfsbackup.engine.zfs;

import io.jenkins.plugins.zfsbackup.engine.model.InterruptedRunException;
import io.jenkins.plugins.zfsbackup.engine.model.SourceException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** A running program. A separate thread reads its standard error, so that the program is never blocked by it. */
final class Running {

    /** The number of bytes of standard error that are kept. The cause is usually at its start. */
    private static final int KEPT_ERRORS = 64 * 1024;

    /** The time that a program has to end after it was asked to, before it is killed. */
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

    /**
     * Waits for the end of the program. If this thread is interrupted, the program is ended and the interrupt status is
     * kept.
     */
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

    /** Waits for the end of the program. */
    void finish() throws SourceException, InterruptedRunException {
        int exitCode = exitCode();
        if (exitCode != 0) {
            throw program.failure(task, exitCode, errors());
        }
    }

    /** The standard error of the program, at most its first 64 KiB. */
    String errors() {
        synchronized (errors) {
            return errors.toString(StandardCharsets.UTF_8).stripTrailing();
        }
    }

    /** Whether {@link #errors()} is the complete standard error. */
    boolean errorsComplete() {
        synchronized (errors) {
            return errors.size() < KEPT_ERRORS;
        }
    }

    /**
     * Ends the program: closes its pipes, asks it to end, and kills it after 5 seconds. The pipes are closed first
     * because a program that was started through sudo runs as root, and may not accept signals from an ordinary user.
     * Such a program ends when it next writes to the closed pipe, or reads its end.
     */
    void kill() {
        closePipes();
        process.destroy();
        if (!endsInTime()) {
            process.destroyForcibly();
        }
    }

    /**
     * Ends a program that reads input: closes its input, and gives it 5 seconds to clean up and end before it is
     * {@linkplain #kill killed}. A program that is killed may leave the clean-up to others, which happens later.
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

    /** Whether the program ends within 5 seconds. An interrupt ends the wait, and the interrupt status is kept. */
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
            // The stream was closed because the program was killed. There is no more to read.
        }
    }

    private static void closeQuietly(AutoCloseable pipe) {
        try {
            pipe.close();
        } catch (Exception e) {
            // The program is being ended. The state of its pipe no longer matters.
        }
    }
}

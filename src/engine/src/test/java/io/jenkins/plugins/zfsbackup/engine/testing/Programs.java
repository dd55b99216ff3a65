package io.jenkins.plugins.zfsbackup.engine.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Runs the real programs that tests need; one that is missing or fails is the test's failure. */
public final class Programs {

    private Programs() {}

    /** A finished program's exit code and what it wrote. */
    public record Ran(int exitCode, byte[] output, String errors) {
        /** What it wrote, as text. */
        public String text() {
            return new String(output, StandardCharsets.UTF_8);
        }
    }

    /** Runs a program to its end, whatever its exit code. */
    public static Ran run(Path directory, Map<String, String> environment, byte[] input, List<String> command) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
            builder.environment().putAll(environment);
            builder.environment().merge("PATH", "/usr/sbin:/sbin", (path, more) -> path + ":" + more);
            Process process = builder.start();
            CompletableFuture<byte[]> output = CompletableFuture.supplyAsync(() -> all(process.getInputStream()));
            CompletableFuture<byte[]> errors = CompletableFuture.supplyAsync(() -> all(process.getErrorStream()));
            try (OutputStream in = process.getOutputStream()) {
                in.write(input);
            } catch (IOException e) {
                // A program that wants no input may end before it has taken it; its exit code tells what that means.
                process.waitFor();
            }
            int exitCode = process.waitFor();
            return new Ran(exitCode, output.join(), new String(errors.join(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(
                    command.get(0) + " can't be run: run bin/verify, which installs what is missing", e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Runs a program that must succeed; what it wrote. */
    public static String succeed(Path directory, Map<String, String> environment, String... command) {
        Ran ran = run(directory, environment, new byte[0], List.of(command));
        if (ran.exitCode() != 0) {
            throw new AssertionError(Arrays.toString(command) + " ended with " + ran.exitCode() + ": " + ran.errors());
        }
        return ran.text();
    }

    private static byte[] all(InputStream in) {
        try {
            return in.readAllBytes();
        } catch (IOException e) {
            return new byte[0];
        }
    }
}

package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.Gpg;
import io.jenkins.plugins.zfsbackup.engine.testing.OpenSshServer;
import io.jenkins.plugins.zfsbackup.engine.testing.Pause;
import io.jenkins.plugins.zfsbackup.engine.testing.Programs;
import io.jenkins.plugins.zfsbackup.engine.testing.RealPool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A laboratory with a pool, a server and keys, on which the whole command runs; and what must never be left behind
 * there. Made once for a class: each test takes a dataset and a repository of its own.
 */
final class Lab implements AutoCloseable {

    /** What a test waits for a server that stays away. */
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final RealPool pool;
    private final OpenSshServer server;
    private final Gpg gpg;
    private final CommandLineUnderTest cli;
    private final AtomicInteger fresh = new AtomicInteger();

    Lab(int poolMiB) {
        pool = RealPool.create(poolMiB);
        server = OpenSshServer.start(pool.folder().resolve("sshd"));
        gpg = Gpg.create(pool.folder(), "Archive <archive@example.org>");
        cli = new CommandLineUnderTest(pool.folder(), PATIENCE);
    }

    RealPool pool() {
        return pool;
    }

    OpenSshServer server() {
        return server;
    }

    Gpg gpg() {
        return gpg;
    }

    Path folder() {
        return pool.folder();
    }

    CommandLineUnderTest cli() {
        return cli;
    }

    /** A name for a dataset that no other test has. */
    String dataset() {
        return pool.dataset("d" + fresh.incrementAndGet());
    }

    /** A directory for a repository that is not there yet. */
    Path repository() {
        return pool.folder().resolve("repository" + fresh.incrementAndGet());
    }

    /** A fresh file with this content. */
    Path file(String content) {
        try {
            return Files.writeString(pool.folder().resolve("file" + fresh.incrementAndGet()), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The options that lead to a repository on the server. */
    List<String> access(Path repository) {
        return access(server.url(repository));
    }

    List<String> access(String url) {
        return List.of(
                "--repo", url,
                "--identity", server.identity().toString(),
                "--known-hosts", server.knownHosts("ed25519").toString());
    }

    /** The arguments of a signed and encrypted backup of one dataset. */
    List<String> backup(String dataset, Path repository, String... more) {
        return arguments(
                List.of("backup", pool.name(), "--include", dataset.substring(dataset.indexOf('/') + 1)),
                access(repository),
                List.of(
                        "--recipient",
                        gpg.publicKey().toString(),
                        "--sign-with",
                        gpg.secretKey().toString()),
                Arrays.asList(more));
    }

    /** The arguments of a command that reads with all keys. */
    List<String> read(Path repository, String command, String... more) {
        return arguments(
                List.of(command),
                access(repository),
                List.of(
                        "--decrypt-with",
                        gpg.secretKey().toString(),
                        "--verify-with",
                        gpg.publicKey().toString()),
                Arrays.asList(more));
    }

    @SafeVarargs
    static List<String> arguments(List<String>... parts) {
        List<String> all = new ArrayList<>();
        for (List<String> part : parts) {
            all.addAll(part);
        }
        return all;
    }

    Said run(List<String> arguments) {
        return cli.run(arguments.toArray(String[]::new));
    }

    /**
     * Runs it as a process of its own, with a {@code zfs} on its PATH that is a script around the real one,
     * {@code $zfs}.
     */
    Said runWithZfs(String script, List<String> arguments) {
        return start(script, List.of(), arguments).await();
    }

    CommandProcess start(String script, List<String> before, List<String> arguments) {
        try {
            Path bin = Files.createDirectory(pool.folder().resolve("bin" + fresh.incrementAndGet()));
            String real = Programs.succeed(bin, Map.of(), "sh", "-c", "command -v zfs")
                    .strip();
            Path zfs = Files.writeString(
                    bin.resolve("zfs"), "#!/bin/sh\nzfs=" + real + "\n" + script + "\nexec $zfs \"$@\"\n");
            Files.setPosixFilePermissions(zfs, PosixFilePermissions.fromString("rwxr-xr-x"));
            return CommandProcess.start(
                    pool.folder(), Map.of("PATH", bin + ":" + System.getenv("PATH")), before, arguments);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    CommandProcess start(List<String> before, List<String> arguments) {
        return CommandProcess.start(pool.folder(), Map.of(), before, arguments);
    }

    /** As a process of its own that gives a lost connection up after some seconds. */
    CommandProcess startImpatient(List<String> arguments) {
        return CommandProcess.start(pool.folder(), Map.of(), List.of(), Impatient.class, arguments);
    }

    /** The command with less patience than it has for people. */
    static final class Impatient {
        private Impatient() {}

        /** As {@link Main#main}. */
        public static void main(String[] args) {
            Said said = new CommandLineUnderTest(Path.of(System.getProperty("user.home")), PATIENCE).run(args);
            System.out.print(said.all());
            System.exit(said.exitCode());
        }
    }

    /** The published backups of a dataset. */
    List<String> published(Path repository, String dataset) {
        return names(repository.resolve(dataset)).stream()
                .filter(name -> !name.startsWith("."))
                .toList();
    }

    /** All hidden files and directories of a repository: locks, unfinished uploads, unfinished deletions. */
    List<String> leftovers(Path repository) {
        if (!Files.exists(repository)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(repository)) {
            return all.map(path -> repository.relativize(path).toString())
                    .filter(name -> name.startsWith(".") || name.contains("/."))
                    .toList();
        } catch (UncheckedIOException e) {
            // A run is just renaming something under the walk: look again.
            return leftovers(repository);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The snapshots of a dataset that somebody holds. */
    List<String> held(String dataset) {
        return pool.zfs("get", "-rHp", "-o", "name,value", "userrefs", dataset).stream()
                .map(line -> line.split("\t"))
                .filter(columns -> columns[0].contains("@") && !columns[1].equals("0") && !columns[1].equals("-"))
                .map(columns -> columns[0].substring(columns[0].indexOf('@') + 1))
                .toList();
    }

    /** The snapshots of a dataset; empty if there is no such dataset. */
    List<String> snapshots(String dataset) {
        Programs.Ran ran = Programs.run(
                pool.folder(),
                Map.of(),
                new byte[0],
                List.of("zfs", "list", "-H", "-o", "name", "-t", "snapshot", "-r", dataset));
        return ran.text()
                .lines()
                .map(name -> name.substring(name.indexOf('@') + 1))
                .toList();
    }

    /** Whether there is a dataset of this name. */
    boolean exists(String dataset) {
        return Programs.run(pool.folder(), Map.of(), new byte[0], List.of("zfs", "list", "-H", dataset))
                        .exitCode()
                == 0;
    }

    /** Waits until so many bytes are stored, published or not. */
    static void awaitBytes(Path repository, long bytes) throws IOException {
        while (size(repository) < bytes) {
            Pause.briefly();
        }
    }

    /** The bytes of all files below a directory; 0 if it is not there. */
    static long size(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (UncheckedIOException e) {
            // A file was renamed under the walk: look again.
            return 0;
        }
    }

    private static List<String> names(Path directory) {
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        gpg.close();
        server.close();
        pool.close();
    }
}

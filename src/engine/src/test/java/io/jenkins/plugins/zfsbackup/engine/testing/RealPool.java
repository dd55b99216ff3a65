package io.jenkins.plugins.zfsbackup.engine.testing;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A real pool of its own for one test, on a sparse file: by zfs-fuse or by OpenZFS, whichever {@code zfs} answers.
 * There is none without one: a test that needs it then fails and says how to run it. Needs root.
 */
public final class RealPool implements AutoCloseable {

    private static final Duration UNMOUNT = Duration.ofSeconds(30);

    /** A folder that the machine with the pool shares with this one, where that is another one (bin/openzfs-guest). */
    private static final Optional<Path> SHARED =
            Optional.ofNullable(System.getenv("OPENZFS_GUEST_POOLS")).map(Path::of);

    private final Path folder;
    private final Path home;
    private String name;

    private RealPool(Path folder, Path home, String name) {
        this.folder = folder;
        this.home = home;
        this.name = name;
    }

    /**
     * Makes a pool.
     *
     * @param sizeMiB at least 64; takes disk only as it is written to
     */
    public static RealPool create(int sizeMiB) {
        if (run(List.of("zpool", "list"), 0).exitCode() != 0) {
            throw new AssertionError(
                    "No working ZFS answers here. Run this with bin/verify, or with bin/with-zfs before it.");
        }
        try {
            Path folder = Files.createTempDirectory("real-pool");
            Path home = SHARED.isPresent() ? Files.createTempDirectory(SHARED.get(), "real-pool") : folder;
            Path disk = home.resolve("disk");
            try (var file = new RandomAccessFile(disk.toFile(), "rw")) {
                file.setLength((long) sizeMiB << 20);
            }
            String name = "test" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
            succeed(
                    "zpool",
                    "create",
                    "-o",
                    "cachefile=none",
                    "-m",
                    home.resolve("mnt").toString(),
                    name,
                    disk.toString());
            return new RealPool(folder, home, name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The pool's name, unique on this machine. */
    public String name() {
        return name;
    }

    /** A folder on this machine for a test's own files; deleted with the pool. */
    public Path folder() {
        return folder;
    }

    /** The folder of the pool's disk, which the machine with the pool has at the same path; deleted with the pool. */
    public Path home() {
        return home;
    }

    /** Makes a filesystem below the pool, and those above it; its full name. */
    public String dataset(String belowPool) {
        String dataset = name + "/" + belowPool;
        succeed("zfs", "create", "-p", dataset);
        return dataset;
    }

    /** Takes a snapshot; its full name. */
    public String snapshot(String dataset, String snapshot) {
        String fullName = dataset + "@" + snapshot;
        succeed("zfs", "snapshot", fullName);
        return fullName;
    }

    /** Where a filesystem of this pool is mounted. */
    public Path mountPoint(String dataset) {
        return Path.of(succeed("zfs", "get", "-Hp", "-o", "value", "mountpoint", dataset)
                .get(0));
    }

    /** Mounts a filesystem that was received unmounted. */
    public void mount(String dataset) {
        succeed("zfs", "mount", dataset);
    }

    /** Writes a file of bytes that don't compress, always the same for the same seed. */
    public void write(String dataset, String file, long bytes, long seed) {
        Random random = new Random(seed);
        byte[] block = new byte[1 << 16];
        Path path = mountPoint(dataset).resolve(file);
        try {
            Files.createDirectories(path.getParent());
            try (var out = Files.newOutputStream(path)) {
                for (long left = bytes; left > 0; left -= block.length) {
                    random.nextBytes(block);
                    out.write(block, 0, (int) Math.min(block.length, left));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a file of text. */
    public void write(String dataset, String file, String text) {
        Path path = mountPoint(dataset).resolve(file);
        try {
            Files.createDirectories(path.getParent());
            Files.writeString(path, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The files of a mounted filesystem: path below it, and SHA-256 of the contents. */
    public Map<String, String> contents(String dataset) {
        Path top = mountPoint(dataset);
        try (Stream<Path> paths = Files.walk(top)) {
            Map<String, String> contents = new TreeMap<>();
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                contents.put(top.relativize(path).toString(), sha256(path));
            }
            return contents;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The files of each snapshot of a dataset, by the snapshot's name, as {@link #contents}: seen through clones, which
     * stay.
     */
    public Map<String, Map<String, String>> snapshotContents(String dataset) {
        Map<String, Map<String, String>> all = new TreeMap<>();
        for (String full : zfs("list", "-H", "-o", "name", "-t", "snapshot", "-r", dataset)) {
            String snapshot = full.substring(full.indexOf('@') + 1);
            String clone = name + "/look-" + dataset.replaceAll(".*/", "") + "-" + snapshot;
            zfs("clone", full, clone);
            all.put(snapshot, contents(clone));
        }
        return all;
    }

    /** Destroys a dataset or snapshot with all below it. */
    public void destroy(String fullName) {
        succeedOnceUnmounted("zfs", "destroy", "-r", fullName);
    }

    /**
     * Gives a dataset another name, and mounts again what was mounted of it. {@code zfs rename} would unmount it itself,
     * find it still in use where zfs-fuse is slow, and mount it again before it fails: to try that again is of no use.
     */
    public void rename(String dataset, String newName) {
        List<String> mounted = new ArrayList<>();
        for (String line : zfs("list", "-H", "-o", "mounted,name", "-t", "filesystem", "-r", dataset)) {
            if (line.startsWith("yes\t")) {
                mounted.add(line.substring("yes\t".length()));
            }
        }
        for (int i = mounted.size() - 1; i >= 0; i--) {
            succeedOnceUnmounted("zfs", "unmount", mounted.get(i));
        }
        succeedOnceUnmounted("zfs", "rename", dataset, newName);
        mounted.forEach(each -> mount(newName + each.substring(dataset.length())));
    }

    /** Gives the pool itself another name. */
    public void renamePool(String newName) {
        succeedOnceUnmounted("zpool", "export", name);
        succeed("zpool", "import", "-d", home.toString(), "-o", "cachefile=none", name, newName);
        name = newName;
    }

    /** Whether the pool has a feature, such as {@code bookmarks}; a pool of zfs-fuse has none. */
    public boolean hasFeature(String feature) {
        Finished asked = run(List.of("zpool", "get", "-Hp", "-o", "value", "feature@" + feature, name), 0);
        return asked.exitCode() == 0 && !asked.lines().contains("disabled");
    }

    /** Runs {@code zfs} with any arguments; what it wrote. */
    public List<String> zfs(String... arguments) {
        return succeed(line("zfs", arguments));
    }

    /** Runs {@code zpool} with any arguments; what it wrote. */
    public List<String> zpool(String... arguments) {
        return succeed(line("zpool", arguments));
    }

    /** Writes to a zvol from its beginning. */
    public void writeBlocks(String zvol, byte[] blocks) {
        onDevice(blocks, "dd", "of=/dev/zvol/" + zvol, "bs=1M", "iflag=fullblock", "conv=fsync");
    }

    /** Reads a zvol from its beginning. */
    public byte[] readBlocks(String zvol, int mebibytes) {
        return onDevice(new byte[0], "dd", "if=/dev/zvol/" + zvol, "bs=1M", "count=" + mebibytes);
    }

    private byte[] onDevice(byte[] input, String... command) {
        succeed("udevadm", "settle");
        List<String> there = new ArrayList<>(SHARED.isPresent() ? List.of("guest") : List.of());
        there.addAll(List.of(command));
        Programs.Ran ran = Programs.run(folder, Map.of(), input, there);
        if (ran.exitCode() != 0) {
            throw new AssertionError(there + " failed: " + ran.errors());
        }
        return ran.output();
    }

    /** Destroys the pool and deletes all that belonged to it. */
    @Override
    public void close() {
        succeedOnceUnmounted("zpool", "destroy", "-f", name);
        for (Path each : new LinkedHashSet<>(List.of(folder, home))) {
            try (Stream<Path> paths = Files.walk(each)) {
                paths.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static String[] line(String program, String... arguments) {
        List<String> line = new ArrayList<>(List.of(program));
        line.addAll(List.of(arguments));
        return line.toArray(String[]::new);
    }

    private record Finished(int exitCode, List<String> lines) {}

    private static List<String> succeed(String... command) {
        Finished finished = run(List.of(command), 0);
        if (finished.exitCode() != 0) {
            throw new AssertionError(String.join(" ", command) + " failed: " + String.join("\n", finished.lines()));
        }
        return finished.lines();
    }

    /** zfs-fuse unmounts a moment after it was told to, and until then says that the dataset is busy; nothing tells when. */
    private static void succeedOnceUnmounted(String... command) {
        Instant deadline = Instant.now().plus(UNMOUNT);
        Finished finished = run(List.of(command), 0);
        while (finished.exitCode() != 0 && Instant.now().isBefore(deadline)) {
            finished = run(List.of(command), 100);
        }
        if (finished.exitCode() != 0) {
            throw new AssertionError(String.join(" ", command) + " failed: " + String.join("\n", finished.lines()));
        }
    }

    private static Finished run(List<String> command, int delayMillis) {
        try {
            TimeUnit.MILLISECONDS.sleep(delayMillis);
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().put("LC_ALL", "C");
            Process process = builder.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Finished(process.waitFor(), output.lines().toList());
        } catch (IOException e) {
            return new Finished(127, List.of(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while running " + command, e);
        }
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}

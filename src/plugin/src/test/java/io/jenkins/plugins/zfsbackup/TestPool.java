package io.jenkins.plugins.zfsbackup;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** A real pool on a sparse file, for a test that is run where {@code zpool} works ({@code bin/with-zfs}). */
public final class TestPool implements AutoCloseable {

    private static final long SIZE = 1L << 30;
    private static final long UNMOUNT_SECONDS = 20;

    private final String name = "plugin" + UUID.randomUUID().toString().substring(0, 8);
    private final Path folder;

    private TestPool(Path folder) {
        this.folder = folder;
    }

    public static TestPool in(Path folder) throws Exception {
        TestPool pool = new TestPool(folder);
        Path disk = folder.resolve("disk");
        try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.setLength(SIZE);
        }
        Programs.run("zpool", "create", "-m", folder.resolve("mnt").toString(), pool.name, disk.toString());
        return pool;
    }

    public String name() {
        return name;
    }

    /** Makes a dataset with a file of so many random bytes, and a snapshot of it. */
    public void dataset(String child, int bytes, String snapshot) throws Exception {
        Programs.run("zfs", "create", name + "/" + child);
        byte[] content = new byte[bytes];
        new Random(7).nextBytes(content);
        Files.write(folder.resolve("mnt").resolve(child).resolve("data"), content);
        snapshot(child, snapshot);
    }

    public void snapshot(String child, String snapshot) throws Exception {
        Programs.run("zfs", "snapshot", name + "/" + child + "@" + snapshot);
    }

    /** When a snapshot was made, given as {@code dataset@snapshot} below the pool. */
    public Instant created(String snapshot) throws Exception {
        String seconds = Programs.run("zfs", "get", "-Hp", "-o", "value", "creation", name + "/" + snapshot);
        return Instant.ofEpochSecond(Long.parseLong(seconds.strip()));
    }

    public boolean has(String child) throws Exception {
        return new ProcessBuilder("zfs", "list", name + "/" + child).start().waitFor() == 0;
    }

    @Override
    public void close() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(UNMOUNT_SECONDS);
        while (true) {
            try {
                Programs.run("zpool", "destroy", "-f", name);
                return;
            } catch (IOException e) {
                // zfs-fuse unmounts in its own time, and says busy until it has.
                if (!e.getMessage().contains("busy") || System.nanoTime() > end) {
                    throw e;
                }
                Thread.sleep(100);
            }
        }
    }
}

package io.jenkins.plugins.zfsbackup.agent;

import hudson.FilePath;
import hudson.remoting.VirtualChannel;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import jenkins.MasterToSlaveFileCallable;

/**
 * The folder on an agent that keeps the engine's jars, one for each version of the plugin that has run something there.
 * A jar's time is that of its last start; one that was not started for {@value #KEPT_DAYS} days is removed when another
 * is. An engine that runs for longer than that is not disturbed: its Java has the file open, and the systems that have
 * ZFS keep an open file until it is closed.
 */
final class EngineFolder {

    static final int KEPT_DAYS = 30;

    /**
     * What {@link EngineJar} puts there: whole jars, and those under way, which stay behind if the agent dies
     * meanwhile.
     */
    private static final Pattern OURS = Pattern.compile("engine-[0-9a-f]{64}\\.jar|engine-[0-9a-f-]{36}\\.next");

    private EngineFolder() {}

    static FilePath below(FilePath root) {
        return root.child("caches").child("zfs-backup");
    }

    /** Notes that a jar is about to be started, and removes those that were not for long. */
    static void noteStart(FilePath jar) throws IOException, InterruptedException {
        jar.act(new NoteStart());
    }

    /**
     * Gives a whole file its name, in place of one that may be there but is not whole, or was brought at the same time.
     */
    static void publish(FilePath next, String name) throws IOException, InterruptedException {
        next.act(new Publish(name));
    }

    private static final class Publish extends MasterToSlaveFileCallable<Void> {

        private static final long serialVersionUID = 1L;

        private final String name;

        Publish(String name) {
            this.name = name;
        }

        @Override
        public Void invoke(File file, VirtualChannel channel) throws IOException {
            Path next = file.toPath();
            Files.move(next, next.resolveSibling(name), StandardCopyOption.ATOMIC_MOVE);
            return null;
        }
    }

    /** By the agent's clock alone: the controller's may differ. */
    private static final class NoteStart extends MasterToSlaveFileCallable<Void> {

        private static final long serialVersionUID = 1L;

        @Override
        public Void invoke(File file, VirtualChannel channel) throws IOException {
            Path jar = file.toPath();
            Instant now = Instant.now();
            Files.setLastModifiedTime(jar, FileTime.from(now));
            FileTime oldest = FileTime.from(now.minus(Duration.ofDays(KEPT_DAYS)));
            try (DirectoryStream<Path> files = Files.newDirectoryStream(
                    file.getParentFile().toPath(),
                    each -> OURS.matcher(each.getFileName().toString()).matches())) {
                for (Path each : files) {
                    if (isOlder(each, oldest)) {
                        Files.deleteIfExists(each);
                    }
                }
            }
            return null;
        }

        private static boolean isOlder(Path file, FileTime oldest) throws IOException {
            try {
                return Files.getLastModifiedTime(file).compareTo(oldest) < 0;
            } catch (NoSuchFileException e) {
                // Another start has removed it, or given it its name, at the same time.
                return false;
            }
        }
    }
}

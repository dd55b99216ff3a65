package io.jenkins.plugins.zfsbackup.agent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import hudson.FilePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineJarTest {

    @TempDir
    private Path root;

    @Test
    void jarsOfEarlierVersionsGoWhenTheyWereNotStartedForAMonthAndNothingElseDoes() throws Exception {
        Path jar = bring();
        assertTrue(Files.size(jar) > 1_000_000);
        file("engine-" + "a".repeat(64) + ".jar", 365);
        String ofLastWeek = file("engine-" + "b".repeat(64) + ".jar", 7);
        file("engine-123e4567-e89b-12d3-a456-426614174000.next", 31);
        String underWay = file("engine-123e4567-e89b-12d3-a456-426614174001.next", 0);
        String somebodysNote = file("engine-notes.jar", 365);
        age(jar, 365);

        assertEquals(jar, bring());

        assertEquals(new TreeSet<>(Set.of(jar.getFileName().toString(), ofLastWeek, underWay, somebodysNote)), files());
        assertTrue(
                Files.getLastModifiedTime(jar).toInstant().isAfter(Instant.now().minus(Duration.ofHours(1))),
                "the next version would take it for one that nobody starts");
    }

    @Test
    void aJarThatWasCutIsBroughtAgain() throws Exception {
        Path jar = bring();
        long whole = Files.size(jar);
        Files.write(jar, new byte[100]);
        assertEquals(jar, bring());
        assertEquals(whole, Files.size(jar));
    }

    @Test
    void aJarThatWasChangedIsBroughtAgainEvenIfItIsAsLong() throws Exception {
        Path jar = bring();
        byte[] whole = Files.readAllBytes(jar);
        byte[] changed = whole.clone();
        changed[changed.length / 2] ^= 1;
        Files.write(jar, changed);
        assertEquals(jar, bring());
        assertArrayEquals(whole, Files.readAllBytes(jar));
    }

    private Path bring() throws IOException, InterruptedException {
        return Path.of(EngineJar.bringTo(new FilePath(root.toFile())).getRemote());
    }

    private Path folder() {
        return root.resolve("caches/zfs-backup");
    }

    private String file(String name, int days) throws IOException {
        age(Files.createFile(folder().resolve(name)), days);
        return name;
    }

    private static void age(Path file, int days) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(days))));
    }

    private Set<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            Set<String> names = new TreeSet<>();
            files.forEach(each -> names.add(each.getFileName().toString()));
            return names;
        }
    }
}

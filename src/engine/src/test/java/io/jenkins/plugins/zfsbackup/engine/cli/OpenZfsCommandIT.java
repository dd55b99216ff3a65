package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.Programs;
import io.jenkins.plugins.zfsbackup.engine.testing.RealPool;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The whole command with what OpenZFS can do and zfs-fuse can't. */
@Tag("openzfs")
class OpenZfsCommandIT {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static Lab lab;
    private static RealPool pool;

    @BeforeAll
    static void build() {
        lab = new Lab(1024);
        pool = lab.pool();
    }

    @AfterAll
    static void tearDown() {
        lab.close();
    }

    private static JsonNode backedUp(String dataset, Path repository, String... more) throws IOException {
        Said said = lab.run(Lab.arguments(lab.backup(dataset, repository, "--json"), List.of(more)));
        assertThat(said.exitCode()).as(said.all()).isZero();
        return JSON.readTree(said.bytes()).at("/datasets/0/backups");
    }

    private static void restored(String what, Path repository, String target) {
        Said said = lab.run(lab.read(repository, "restore", what, "--to", target));
        assertThat(said.exitCode()).as(said.all()).isZero();
    }

    private static JsonNode manifest(Path repository, String dataset, String backup) throws IOException {
        return JSON.readTree(repository
                .resolve(dataset)
                .resolve(backup)
                .resolve("manifest.json")
                .toFile());
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    private static List<String> bookmarks(String dataset) {
        return pool.zfs("list", "-H", "-o", "name", "-t", "bookmark", "-d", "1", dataset);
    }

    @Test
    void aBookmarkIsTheBaseAfterItsSnapshotIsGone() throws IOException {
        String home = lab.dataset();
        Path repository = lab.repository();
        pool.write(home, "old", 300_000, 1);
        pool.snapshot(home, "a");
        backedUp(home, repository);
        assertThat(lab.held(home)).isEmpty();
        assertThat(bookmarks(home)).hasSize(1);
        pool.destroy(home + "@a");
        pool.write(home, "new", 300_000, 2);
        pool.snapshot(home, "b");

        JsonNode single = backedUp(home, repository);
        pool.destroy(home + "@b");
        for (String name : List.of("c", "d", "e")) {
            pool.write(home, name, 10_000, 3);
            pool.snapshot(home, name);
        }
        JsonNode packed = backedUp(home, repository, "--packed");

        assertThat(single.at("/0/id").asText()).isEqualTo("b.from.a");
        assertThat(single.at("/0/kind").asText()).isEqualTo("incremental");
        assertThat(packed.findValuesAsText("id")).containsExactly("c.from.b", "e.from.c");
        assertThat(packed.at("/1/kind").asText()).isEqualTo("package");
        assertThat(bookmarks(home)).hasSize(1);
        restored(home, repository, home + "-back");
        assertThat(lab.snapshots(home + "-back")).containsExactly("a", "b", "c", "d", "e");
        pool.mount(home + "-back");
        assertThat(pool.contents(home + "-back")).isEqualTo(pool.contents(home)).hasSize(5);
    }

    @Test
    void anEncryptedDatasetGoesRawWhileItsKeyIsUnavailable() throws IOException {
        Path key = Files.writeString(pool.home().resolve("passphrase"), "correct horse battery staple");
        String secret = lab.dataset() + "/secret";
        Path repository = lab.repository();
        pool.zfs(
                "create",
                "-o",
                "encryption=on",
                "-o",
                "keyformat=passphrase",
                "-o",
                "keylocation=file://" + key,
                secret);
        pool.write(secret, "diary", 500_000, 1);
        pool.snapshot(secret, "a");
        pool.write(secret, "diary", 500_000, 2);
        pool.snapshot(secret, "b");
        Map<String, String> contents = pool.contents(secret);
        pool.zfs("unmount", secret);
        pool.zfs("unload-key", secret);
        String back = secret + "-back";

        JsonNode backups = backedUp(secret, repository);
        restored(secret, repository, back);

        assertThat(backups.findValuesAsText("id")).containsExactly("a.full", "b.from.a");
        assertThat(texts(manifest(repository, secret, "a.full").path("sendFlags")))
                .containsExactly("-w");
        assertThat(pool.zfs("get", "-H", "-o", "value", "keystatus", back)).containsExactly("unavailable");
        pool.zfs("load-key", "-L", "file://" + key, back);
        pool.mount(back);
        assertThat(pool.contents(back)).isEqualTo(contents);
    }

    @Test
    void aZvolComesBackBlockByBlock() throws IOException {
        String disk = pool.name() + "/disk";
        Path repository = lab.repository();
        pool.zfs("create", "-V", "16M", disk);
        byte[] first = blocks(disk, 1);
        pool.snapshot(disk, "a");
        byte[] second = blocks(disk, 2);
        pool.snapshot(disk, "b");

        JsonNode backups = backedUp(disk, repository);
        restored(disk + "@a", repository, disk + "-a");
        restored(disk, repository, disk + "-b");

        assertThat(backups.findValuesAsText("id")).containsExactly("a.full", "b.from.a");
        assertThat(manifest(repository, disk, "a.full").at("/dataset/type").asText())
                .isEqualTo("volume");
        assertThat(pool.readBlocks(disk + "-a", 4)).isEqualTo(first);
        assertThat(pool.readBlocks(disk + "-b", 4)).isEqualTo(second);
    }

    private static byte[] blocks(String zvol, long seed) {
        byte[] blocks = new byte[4 << 20];
        new Random(seed).nextBytes(blocks);
        pool.writeBlocks(zvol, blocks);
        return blocks;
    }

    @Test
    void largeAndCompressedBlocksAreStoredAsTheyAreAndTheirSizeIsKnownBefore() throws IOException {
        String text = pool.name() + "/text";
        Path repository = lab.repository();
        pool.zfs("create", "-o", "recordsize=1M", "-o", "compression=lz4", text);
        pool.write(text, "text", "to be or not to be, ".repeat(400_000));
        pool.write(text, "tiny", "embedded in its pointer");
        pool.write(text, "raw", 4_000_000, 1);
        pool.snapshot(text, "a");

        JsonNode foretold = backedUp(text, repository, "--dry-run");
        JsonNode stored = backedUp(text, repository);
        restored(text, repository, text + "-back");

        double bytes = stored.at("/0/rawBytes").asDouble();
        assertThat(texts(manifest(repository, text, "a.full").path("sendFlags")))
                .containsExactlyInAnyOrder("-L", "-c", "-e");
        assertThat(foretold.at("/0/rawBytes").asDouble()).isBetween(bytes * 0.9, bytes * 1.1);
        assertThat(bytes).isBetween(4_000_000.0, 6_000_000.0);
        pool.mount(text + "-back");
        assertThat(pool.contents(text + "-back")).isEqualTo(pool.contents(text)).hasSize(3);
    }

    @Test
    void holdsAreListedAndReleasedByTheirTagAndThoseOfOthersStay() throws IOException {
        String home = lab.dataset();
        Path repository = lab.repository();
        pool.snapshot(home, "a");
        backedUp(home, repository);
        String id = JSON.readTree(repository.resolve("zfs-backup.json").toFile())
                .path("id")
                .asText();
        pool.zfs("hold", "zfsbackup-" + id, home + "@a");
        pool.zfs("hold", "somebody", home + "@a");
        List<String> ours = Lab.arguments(List.of(pool.name()), lab.access(repository));

        Said doctor = lab.run(Lab.arguments(List.of("doctor"), ours));
        Said release = lab.run(Lab.arguments(List.of("release"), ours));

        assertThat(doctor.out()).contains(home + "@a held").contains(home + "#zfsbackup-" + id);
        assertThat(release.out()).contains("2 marks let go");
        assertThat(pool.zfs("holds", "-H", home + "@a")).hasSize(1).allMatch(line -> line.contains("somebody"));
        assertThat(bookmarks(home)).isEmpty();
        pool.zfs("release", "somebody", home + "@a");
    }

    @Test
    void anOrdinaryUserWorksWithWhatTheGuideAllowsAndIsToldWhatIsMissing() throws IOException {
        String home = lab.dataset();
        String target = lab.dataset();
        pool.write(home, "file", 500_000, 1);
        pool.snapshot(home, "a");
        Files.setPosixFilePermissions(lab.folder(), PosixFilePermissions.fromString("rwxr-xr-x"));
        Path repository = Files.createDirectory(lab.repository());
        Programs.succeed(lab.folder(), Map.of(), "chown", "nobody", repository.toString());
        Path archive = lab.file(Files.readString(lab.gpg().publicKey()));
        Path secret = lab.file(Files.readString(lab.gpg().secretKey()));
        List<String> backup = List.of(
                "backup",
                pool.name(),
                "--include",
                home.substring(home.indexOf('/') + 1),
                "--repo",
                "file://" + repository,
                "--recipient",
                archive.toString(),
                "--snapshot",
                "b",
                "--verbose");
        List<String> restore = List.of(
                "restore",
                home,
                "--to",
                target + "/back",
                "--repo",
                "file://" + repository,
                "--decrypt-with",
                secret.toString());

        String classPath = readableClassPath();

        Said refused = asNobody(classPath, backup);
        pool.zfs("allow", "-u", "nobody", "snapshot,userprop,send,hold,release,bookmark,destroy,mount", home);
        Said allowed = asNobody(classPath, backup);
        Said refusedRestore = asNobody(classPath, restore);
        pool.zfs("allow", "-u", "nobody", "create,mount,receive,userprop", target);
        Said allowedRestore = asNobody(classPath, restore);

        assertThat(refused.exitCode()).as(refused.all()).isEqualTo(2);
        assertThat(refused.all()).contains("permission denied", "zfs allow -u nobody", "'" + home + "'");
        assertThat(allowed.exitCode()).as(allowed.all()).isZero();
        assertThat(allowed.all()).contains("@b, incremental from @a").doesNotContain("warning");
        assertThat(lab.held(home)).isEmpty();
        assertThat(bookmarks(home)).hasSize(1);
        assertThat(refusedRestore.exitCode()).as(refusedRestore.all()).isEqualTo(2);
        assertThat(refusedRestore.all()).contains("permission denied", "zfs allow -u nobody", "'" + target + "'");
        assertThat(allowedRestore.exitCode()).as(allowedRestore.all()).isZero();
        pool.mount(target + "/back");
        assertThat(pool.contents(target + "/back")).isEqualTo(pool.contents(home));
    }

    private static Said asNobody(String classPath, List<String> arguments) {
        return CommandProcess.start(
                        lab.folder(),
                        Map.of(),
                        List.of("runuser", "-u", "nobody", "--"),
                        classPath,
                        Main.class,
                        arguments)
                .await();
    }

    /** The class path where everybody can read it: these tests may stand in a folder of root's. */
    private static String readableClassPath() throws IOException {
        Path copies = Files.createDirectory(lab.folder().resolve("class-path"));
        List<String> entries = List.of(System.getProperty("java.class.path").split(File.pathSeparator));
        List<String> copy = new ArrayList<>(List.of("cp", "-r", "-t", copies.toString()));
        copy.addAll(entries);
        Programs.succeed(lab.folder(), Map.of(), copy.toArray(String[]::new));
        return entries.stream()
                .map(entry -> copies.resolve(Path.of(entry).getFileName()).toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}

package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Where the newest state can't be had, an older one comes only when it is asked for by name; and where several ways
 * lead to a state, a bad backup on one of them is no reason not to take another.
 */
class NewestDamagedIT {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static Lab lab;
    private static String dataset;
    private static Path original;

    private Path repository;
    private String target;

    /**
     * Two months: to the first day of the second one lead a full backup and an incremental one from the first of the
     * month before.
     */
    @BeforeAll
    static void build() {
        lab = new Lab(1024);
        dataset = lab.dataset();
        original = lab.repository();
        for (String day : List.of("2014-06-10", "2014-06-11", "2014-07-02", "2014-07-03")) {
            lab.pool().write(dataset, "file", 200_000, day.hashCode());
            lab.pool().write(dataset, day, 100_000, day.hashCode());
            lab.pool().snapshot(dataset, day);
        }
        Said said = lab.run(lab.backup(dataset, original, "--policy", "monthly", "--month-by", "name"));
        assertThat(said.exitCode()).as(said.all()).isZero();
        assertThat(lab.published(original, dataset))
                .containsExactly(
                        "2014-06-10.full",
                        "2014-06-11.from.2014-06-10",
                        "2014-07-02.from.2014-06-10",
                        "2014-07-02.full",
                        "2014-07-03.from.2014-07-02");
    }

    @AfterAll
    static void tearDown() {
        lab.close();
    }

    @BeforeEach
    void copy() {
        repository = lab.repository();
        target = dataset + "-" + repository.getFileName();
        Programs.succeed(lab.folder(), Map.of(), "cp", "-a", original.toString(), repository.toString());
    }

    private Path file(String backup, String file) {
        return repository.resolve(dataset).resolve(backup).resolve(file);
    }

    private Path volume(String backup) {
        return file(backup, "00001.zfs.zst.gpg");
    }

    private Said restore(String what) {
        return lab.run(lab.read(repository, "restore", what, "--to", target));
    }

    /** Without --verify-with, as whoever forgot it. */
    private Said restoreWithoutKeys(String what) {
        return lab.run(Lab.arguments(
                List.of(
                        "restore",
                        what,
                        "--to",
                        target,
                        "--decrypt-with",
                        lab.gpg().secretKey().toString()),
                lab.access(repository)));
    }

    private static void cutByOne(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    }

    private static void flip(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 1;
        Files.write(file, bytes);
    }

    /** What may be wrong with the newest backup. */
    enum Damage {
        MANIFEST_CUT,
        MANIFEST_FLIPPED,
        MANIFEST_GONE,
        SIGNATURE_GONE,
        SIGNATURE_FLIPPED,
        VOLUME_GONE,
        VOLUME_CUT,
        VOLUME_FLIPPED;

        void happen(Path backup) throws IOException {
            Path manifest = backup.resolve("manifest.json");
            Path signature = backup.resolve("manifest.json.asc");
            Path volume = backup.resolve("00001.zfs.zst.gpg");
            switch (this) {
                case MANIFEST_CUT -> {
                    // The line break behind the last brace may go; what counts is the brace.
                    cutByOne(manifest);
                    cutByOne(manifest);
                }
                case MANIFEST_FLIPPED -> flip(manifest, 100);
                case MANIFEST_GONE -> Files.delete(manifest);
                case SIGNATURE_GONE -> Files.delete(signature);
                case SIGNATURE_FLIPPED -> flip(signature, 200);
                case VOLUME_GONE -> Files.delete(volume);
                case VOLUME_CUT -> cutByOne(volume);
                case VOLUME_FLIPPED -> flip(volume, 1000);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whenTheNewestIsDamagedAnOlderOneComesOnlyByName(Damage damage) throws IOException {
        damage.happen(repository.resolve(dataset).resolve("2014-07-03.from.2014-07-02"));

        Said newest = restore(dataset);
        boolean there = lab.exists(target);
        Said byName = restore(dataset + "@2014-07-02");

        assertThat(newest.exitCode()).as(newest.all()).isEqualTo(2);
        assertThat(newest.all())
                .contains("2014-07-03.from.2014-07-02")
                .contains(dataset + "@2014-07-02")
                .doesNotContain("\tat ");
        // A flipped bit in a volume shows only when it is read, after what comes before it was received.
        assertThat(there).isEqualTo(damage == Damage.VOLUME_FLIPPED);
        assertThat(byName.exitCode()).as(byName.all()).isZero();
        assertThat(lab.snapshots(target)).contains("2014-07-02").doesNotContain("2014-07-03");
    }

    @Test
    void listVerifyAndBackupSayThatSomethingNewerMayBeDamaged() throws IOException {
        Said learning = lab.run(lab.backup(dataset, repository, "--policy", "monthly", "--month-by", "name"));
        cutByOne(file("2014-07-03.from.2014-07-02", "manifest.json"));
        cutByOne(file("2014-07-03.from.2014-07-02", "manifest.json"));

        Said list = lab.run(Lab.arguments(List.of("list", dataset), lab.access(repository)));
        JsonNode listed = JSON.readTree(lab.run(Lab.arguments(List.of("list", "--json"), lab.access(repository)))
                        .bytes())
                .at("/datasets/0");
        Said verify = lab.run(lab.read(repository, "verify", "--depth", "listing"));
        JsonNode verified = JSON.readTree(
                        lab.run(lab.read(repository, "verify", "--json")).bytes())
                .at("/datasets/0");
        Said backup =
                lab.run(lab.backup(dataset, repository, "--dry-run", "--policy", "monthly", "--month-by", "name"));
        JsonNode foretold = JSON.readTree(lab.run(lab.backup(
                                dataset,
                                repository,
                                "--dry-run",
                                "--json",
                                "--policy",
                                "monthly",
                                "--month-by",
                                "name"))
                        .bytes())
                .at("/datasets/0");

        assertThat(learning.all()).contains("1 datasets up to date");
        assertThat(list.out())
                .contains(
                        "what can be restored of it ends with @2014-07-02",
                        "2014-07-03.from.2014-07-02, which can't be used, may be newer");
        assertThat(listed.at("/newest/snapshot").asText()).isEqualTo("2014-07-02");
        assertThat(listed.at("/newest/perhapsNewer").toString()).isEqualTo("[\"2014-07-03.from.2014-07-02\"]");
        assertThat(verify.exitCode()).isEqualTo(2);
        assertThat(verify.all())
                .contains(
                        "what can be restored of it ends with @2014-07-02",
                        "2014-07-03.from.2014-07-02, which can't be used, may be newer");
        assertThat(verified.at("/newest/snapshot").asText()).isEqualTo("2014-07-02");
        assertThat(backup.all()).contains("2014-07-03.from.2014-07-02");
        assertThat(foretold.at("/newest/snapshot").asText()).isEqualTo("2014-07-02");
        assertThat(foretold.at("/newest/perhapsNewer").toString()).isEqualTo("[\"2014-07-03.from.2014-07-02\"]");
    }

    @ParameterizedTest
    @EnumSource(names = {"MANIFEST_CUT", "MANIFEST_FLIPPED", "SIGNATURE_FLIPPED", "VOLUME_GONE", "VOLUME_CUT"})
    void whatIsDamagedAndOlderKeepsNobodyFromTheNewest(Damage damage) throws IOException {
        damage.happen(repository.resolve(dataset).resolve("2014-06-10.full"));

        Said newest = restore(dataset);

        assertThat(newest.exitCode()).as(newest.all()).isZero();
        assertThat(lab.snapshots(target)).containsExactly("2014-07-02", "2014-07-03");
    }

    /** Forgers write no signatures: a full backup of a few bytes, which would be the cheapest way. */
    private void forgeCheapFull(String snapshot, long txgAhead) throws IOException {
        Path real = repository.resolve(dataset).resolve("2014-07-03.from.2014-07-02");
        Path forged = Files.createDirectories(repository.resolve(dataset).resolve(snapshot + ".full"));
        ObjectNode json =
                (ObjectNode) JSON.readTree(real.resolve("manifest.json").toFile());
        ObjectNode id = (ObjectNode) json.path("snapshot");
        ObjectNode volume = (ObjectNode) json.path("volumes").get(0);
        ((ArrayNode) json.path("volumes")).removeAll().add(volume);
        json.put("kind", "full").remove("base");
        id.put("name", snapshot);
        if (txgAhead > 0) {
            id.put("guid", "4711")
                    .put("createtxg", String.valueOf(id.path("createtxg").asLong() + txgAhead));
        }
        ((ObjectNode) json.path("stream"))
                .put("fromGuid", "0")
                .put("toGuid", id.path("guid").asText());
        json.put("rawBytes", 10).put("storedBytes", 5);
        volume.put("rawBytes", 10).put("storedBytes", 5);
        Files.writeString(forged.resolve("manifest.json"), json.toString());
        Files.writeString(forged.resolve(volume.path("name").asText()), "short");
    }

    @Test
    void aForgedCheaperBackupNeitherWinsNorBlocksTheSignedOnes() throws IOException {
        forgeCheapFull("2014-07-03", 0);

        Said restore = restore(dataset);

        assertThat(restore.exitCode()).as(restore.all()).isZero();
        assertThat(restore.all()).contains("2014-07-03.full").contains("its signature is missing");
        assertThat(lab.snapshots(target)).containsExactly("2014-07-02", "2014-07-03");
    }

    @Test
    void aForgedNewerSnapshotIsSaidAndNotRestored() throws IOException {
        forgeCheapFull("2014-07-04", 100);

        Said newest = restore(dataset);
        boolean there = lab.exists(target);
        Said byName = restore(dataset + "@2014-07-03");

        assertThat(newest.exitCode()).as(newest.all()).isEqualTo(2);
        assertThat(newest.all()).contains("2014-07-04.full").contains(dataset + "@2014-07-03");
        assertThat(there).isFalse();
        assertThat(byName.exitCode()).as(byName.all()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aBadBackupOnTheCheapestWayLeadsToTheNextWay(Damage damage) throws IOException {
        Said before = restore(dataset + "@2014-07-02");
        String cheapest = before.all().contains("received 2014-07-02.full") ? "2014-07-02.full" : "2014-06-10.full";
        damage.happen(repository.resolve(dataset).resolve(cheapest));
        target = target + "-again";

        Said restore = restore(dataset + "@2014-07-02");

        assertThat(restore.exitCode()).as(restore.all()).isZero();
        assertThat(lab.snapshots(target)).contains("2014-07-02");
        assertThat(restore.all()).doesNotContain("received " + cheapest);
    }

    @Test
    void withoutKeysADamagedNewestIsNotPassedOverEither() throws IOException {
        cutByOne(file("2014-07-03.from.2014-07-02", "manifest.json"));
        cutByOne(file("2014-07-03.from.2014-07-02", "manifest.json"));

        Said newest = restoreWithoutKeys(dataset);

        assertThat(newest.exitCode()).as(newest.all()).isEqualTo(2);
        assertThat(newest.all()).contains("2014-07-03.from.2014-07-02", dataset + "@2014-07-02");
    }

    @Test
    void onStandardOutputAnotherWayIsTakenOnlyAsLongAsNothingWasWritten() throws IOException {
        Files.delete(volume("2014-07-02.full"));

        Said restore = lab.run(lab.read(repository, "restore", dataset + "@2014-07-02", "--stdout"));

        assertThat(restore.exitCode()).as(restore.err()).isZero();
        assertThat(restore.err()).contains("2014-07-02.full");
    }
}

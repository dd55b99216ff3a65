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
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A repository that was damaged or tampered with: what is wrong is named, by every command that reads it; what is good
 * can still be restored; and nothing wrong ever becomes a snapshot.
 */
class DamagedRepositoryIT {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static Lab lab;
    private static String dataset;
    private static Path original;

    private Path repository;
    private String target;

    /** A full backup in several volumes, and an incremental one on it. */
    @BeforeAll
    static void build() {
        lab = new Lab(1024);
        dataset = lab.dataset();
        original = lab.repository();
        lab.pool().write(dataset, "raw", 24_000_000, 1);
        lab.pool().snapshot(dataset, "a");
        lab.pool().write(dataset, "more", 1_000_000, 2);
        lab.pool().snapshot(dataset, "b");
        Said said = lab.run(lab.backup(dataset, original, "--memory", "12M"));
        assertThat(said.exitCode()).as(said.all()).isZero();
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

    private Path full(String file) {
        return repository.resolve(dataset).resolve("a.full").resolve(file);
    }

    /** What may be wrong with a manifest. */
    enum Lie {
        CUT("is not whole: it ends in the middle"),
        EMPTY("it is no JSON object"),
        NEWER("format version 2.0, this engine knows 1.0. Use a newer"),
        RAW_BYTES("the volumes add up to"),
        VOLUME_OF_A_TERABYTE("no engine writes such volumes"),
        OTHER_DATASET("its manifest speaks of"),
        OTHER_SNAPSHOT("the stream leads to guid"),
        PATH_FOR_A_VOLUME("a volume is named"),
        NO_VOLUMES("no volumes are listed"),
        MISSING("there is no manifest");

        private final String said;

        Lie(String said) {
            this.said = said;
        }

        void tell(Path manifest) throws IOException {
            String text = Files.readString(manifest);
            ObjectNode json = (ObjectNode) JSON.readTree(text);
            ObjectNode volume = (ObjectNode) json.path("volumes").get(0);
            switch (this) {
                case CUT -> text = text.substring(0, text.length() / 2);
                case EMPTY -> text = "";
                case NEWER -> text = json.put("formatVersion", "2.0").toString();
                case RAW_BYTES ->
                    text = json.put("rawBytes", json.path("rawBytes").asLong() + 1)
                            .toString();
                case VOLUME_OF_A_TERABYTE -> {
                    volume.put("rawBytes", 1L << 40);
                    text = json.toString();
                }
                case OTHER_DATASET -> {
                    ((ObjectNode) json.path("dataset")).put("name", "tank/other");
                    text = json.toString();
                }
                case OTHER_SNAPSHOT -> {
                    ((ObjectNode) json.path("snapshot")).put("guid", "4711");
                    text = json.toString();
                }
                case PATH_FOR_A_VOLUME -> {
                    volume.put("name", "../../../etc/passwd");
                    text = json.toString();
                }
                case NO_VOLUMES -> {
                    json.putArray("volumes");
                    text = json.toString();
                }
                case MISSING -> {
                    Files.delete(manifest);
                    return;
                }
            }
            Files.writeString(manifest, text);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aManifestThatIsWrongIsNamedAndNothingIsRestoredByIt(Lie lie) throws IOException {
        lie.tell(full("manifest.json"));
        // Whoever can write there may remove the signature, and whoever restores without --verify-with doesn't ask for
        // it.
        Files.delete(full("manifest.json.asc"));
        List<String> withoutKeys = Lab.arguments(
                List.of(
                        "restore",
                        dataset,
                        "--to",
                        target,
                        "--decrypt-with",
                        lab.gpg().secretKey().toString()),
                lab.access(repository));

        Said list = lab.run(Lab.arguments(List.of("list"), lab.access(repository)));
        Said verify = lab.run(Lab.arguments(List.of("verify", "--depth", "listing"), lab.access(repository)));
        Said restore = lab.run(withoutKeys);
        Said backup = lab.run(lab.backup(dataset, repository, "--dry-run"));

        assertThat(list.exitCode()).isZero();
        assertThat(list.all()).contains("damaged: a.full: ").doesNotContain("\tat ");
        assertThat(verify.exitCode()).as(verify.all()).isEqualTo(2);
        assertThat(verify.all())
                .contains(dataset + ": a.full: ")
                .contains(lie.said.split("\\. ")[0]);
        assertThat(restore.exitCode()).as(restore.all()).isEqualTo(2);
        assertThat(restore.all()).contains(dataset).doesNotContain("\tat ");
        assertThat(lab.exists(target)).isFalse();
        assertThat(backup.exitCode()).as(backup.all()).isZero();
        assertThat(backup.all()).doesNotContain("\tat ");
    }

    @ParameterizedTest
    @CsvSource({"14, decodes to something else than was stored", "900, would unpack to 943718400 bytes"})
    void aManifestThatLiesConsistentlyAboutAVolumesSizeIsFoundOut(int mebibytes, String said) throws IOException {
        ObjectNode json = (ObjectNode) JSON.readTree(full("manifest.json").toFile());
        ObjectNode volume = (ObjectNode) json.path("volumes").get(0);
        long bigger = (long) mebibytes << 20;
        long more = bigger - volume.path("rawBytes").asLong();
        volume.put("rawBytes", bigger);
        json.put("rawBytes", json.path("rawBytes").asLong() + more);
        Files.writeString(full("manifest.json"), json.toString());

        Said restore = lab.run(Lab.arguments(
                List.of(
                        "restore",
                        dataset,
                        "--to",
                        target,
                        "--decrypt-with",
                        lab.gpg().secretKey().toString(),
                        "--memory",
                        "16M"),
                lab.access(repository)));

        assertThat(restore.exitCode()).as(restore.all()).isEqualTo(2);
        assertThat(restore.all()).contains("00001.zfs.zst.gpg", said).doesNotContain("\tat ");
        assertThat(lab.exists(target)).isFalse();
    }

    /** What may happen to a volume. */
    enum Damage {
        MISSING("is missing", "is missing"),
        CUT("bytes instead of", "bytes instead of"),
        SWAPPED("has another SHA-256", "in the repository"),
        FLIPPED_BIT("has another SHA-256", "has another SHA-256"),
        TO_SOMEBODY_ELSE("bytes instead of", "bytes instead of");

        private final String verified;
        private final String restored;

        Damage(String verified, String restored) {
            this.verified = verified;
            this.restored = restored;
        }

        void happen(Path volume, Path other) throws IOException {
            byte[] bytes = Files.readAllBytes(volume);
            switch (this) {
                case MISSING -> Files.delete(volume);
                case CUT -> Files.write(volume, java.util.Arrays.copyOf(bytes, bytes.length - 1));
                case SWAPPED -> {
                    byte[] others = Files.readAllBytes(other);
                    Files.write(other, bytes);
                    Files.write(volume, others);
                }
                case FLIPPED_BIT -> {
                    bytes[bytes.length / 2] ^= 1;
                    Files.write(volume, bytes);
                }
                case TO_SOMEBODY_ELSE -> encryptToSomebodyElse(volume);
            }
        }
    }

    private static void encryptToSomebodyElse(Path volume) throws IOException {
        String somebody = "somebody" + System.nanoTime() + "@example.org";
        Path plain = Files.createTempFile(lab.folder(), "plain", "");
        Path next = volume.resolveSibling("next");
        lab.gpg().run("--yes", "--quiet", "--output", plain.toString(), "--decrypt", volume.toString());
        lab.gpg().run("--passphrase", "", "--quick-generate-key", somebody, "default", "default", "never");
        lab.gpg()
                .run(
                        "--quiet",
                        "--trust-model",
                        "always",
                        "--recipient",
                        somebody,
                        "--output",
                        next.toString(),
                        "--encrypt",
                        plain.toString());
        Files.move(next, volume, StandardCopyOption.REPLACE_EXISTING);
    }

    @ParameterizedTest
    @EnumSource
    void aVolumeThatIsWrongIsNamedAndNothingOfItIsRestored(Damage damage) throws IOException {
        damage.happen(full("00002.zfs.zst.gpg"), full("00003.zfs.zst.gpg"));

        Said verify = lab.run(lab.read(repository, "verify", "--depth", "hash"));
        Said content = lab.run(lab.read(repository, "verify", "--depth", "content"));
        Said restore = lab.run(lab.read(repository, "restore", dataset, "--to", target));

        assertThat(verify.exitCode()).as(verify.all()).isEqualTo(2);
        assertThat(verify.all())
                .contains(dataset + ": a.full: ")
                .contains("00002.zfs.zst.gpg")
                .contains(damage.verified);
        assertThat(content.exitCode()).as(content.all()).isEqualTo(2);
        assertThat(content.all()).contains("00002.zfs.zst.gpg");
        assertThat(restore.exitCode()).as(restore.all()).isEqualTo(2);
        assertThat(restore.all())
                .contains("a.full")
                .contains("00002.zfs.zst.gpg")
                .contains(damage.restored)
                .doesNotContain("\tat ");
        assertThat(lab.exists(target)).isFalse();
    }

    @Test
    void aVolumeToSomebodyElseWhoseHashWasPutIntoTheManifestIsRefusedWithItsRecipient() throws Exception {
        encryptToSomebodyElse(full("00001.zfs.zst.gpg"));
        byte[] stored = Files.readAllBytes(full("00001.zfs.zst.gpg"));
        ObjectNode json = (ObjectNode) JSON.readTree(full("manifest.json").toFile());
        JsonNode volumes = json.path("volumes");
        ObjectNode volume = (ObjectNode) ((ArrayNode) volumes).get(0);
        json.put(
                "storedBytes",
                json.path("storedBytes").asLong()
                        + stored.length
                        - volume.path("storedBytes").asLong());
        volume.put("storedBytes", stored.length);
        volume.put(
                "storedSha256",
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(stored)));
        Files.writeString(full("manifest.json"), json.toString());

        Said unsigned = lab.run(Lab.arguments(
                List.of(
                        "restore",
                        dataset,
                        "--to",
                        target,
                        "--decrypt-with",
                        lab.gpg().secretKey().toString()),
                lab.access(repository)));
        Said signed = lab.run(lab.read(repository, "restore", dataset, "--to", target));

        assertThat(unsigned.exitCode()).as(unsigned.all()).isIn(2, 64);
        assertThat(unsigned.all()).contains("encrypted to").doesNotContain("\tat ");
        assertThat(signed.exitCode()).as(signed.all()).isEqualTo(2);
        assertThat(signed.all()).containsIgnoringCase("signature");
        assertThat(lab.exists(target)).isFalse();
    }
}

package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * No snapshot is destroyed, and no incremental stream is built on a stored one, on the word of a manifest alone: the
 * chain behind it must be there, and signed where a key says by whom.
 */
class ReliedOnIT {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static Lab lab;

    private String dataset;
    private Path repository;

    @BeforeAll
    static void build() {
        lab = new Lab(512);
    }

    @AfterAll
    static void tearDown() {
        lab.close();
    }

    /**
     * Stores four snapshots, each built on the one before, and signed.
     *
     * @param pattern of their names, as if the engine had taken them
     */
    private void store(String pattern) {
        dataset = lab.dataset();
        repository = lab.repository();
        for (int day = 1; day <= 4; day++) {
            snapshot(day, pattern);
            Said said = backup();
            assertThat(said.exitCode()).as(said.all()).isZero();
        }
        assertThat(lab.published(repository, dataset))
                .containsExactly("d1.full", "d2.from.d1", "d3.from.d2", "d4.from.d3");
    }

    private void snapshot(int day, String pattern) {
        lab.pool().write(dataset, "file" + day, 50_000, day);
        lab.pool().zfs("snapshot", "-o", "zfsbackup:taken=" + pattern, dataset + "@d" + day);
    }

    private List<String> arguments(String... more) {
        return Lab.arguments(
                List.of("backup", lab.pool().name(), "--include", dataset.substring(dataset.indexOf('/') + 1)),
                List.of(
                        "--repo",
                        "file://" + repository,
                        "--no-encryption",
                        "--sign-with",
                        lab.gpg().secretKey().toString()),
                Arrays.asList(more));
    }

    private Said backup(String... more) {
        return lab.run(arguments(more));
    }

    private Path directory(String id) {
        return repository.resolve(dataset).resolve(id);
    }

    private void damage(String id, Damage damage) throws IOException {
        Path volume = directory(id).resolve("00001.zfs.zst");
        switch (damage) {
            case VOLUME_GONE -> Files.delete(volume);
            case VOLUME_CUT -> {
                byte[] bytes = Files.readAllBytes(volume);
                // In its place, as a file system that was repaired leaves it: the directory's time stays.
                Files.write(volume, Arrays.copyOf(bytes, bytes.length - 1));
            }
            case VOLUME_IS_A_DIRECTORY -> {
                Files.delete(volume);
                Files.createDirectory(volume);
            }
            case SIGNATURE_GONE -> Files.delete(directory(id).resolve("manifest.json.asc"));
            case OF_SOMEBODY_ELSE -> {
                Path signature = directory(id).resolve("manifest.json.asc");
                String somebody = "somebody" + System.nanoTime() + "@example.org";
                lab.gpg().run("--passphrase", "", "--quick-generate-key", somebody, "default", "default", "never");
                Files.delete(signature);
                lab.gpg()
                        .run(
                                "--armor",
                                "--local-user",
                                somebody,
                                "--output",
                                signature.toString(),
                                "--detach-sign",
                                directory(id).resolve("manifest.json").toString());
            }
            case DIRECTORY_GONE ->
                Programs.succeed(repository, Map.of(), "rm", "-r", directory(id).toString());
        }
    }

    /** What may have happened to a backup. */
    enum Damage {
        VOLUME_GONE,
        VOLUME_CUT,
        VOLUME_IS_A_DIRECTORY,
        SIGNATURE_GONE,
        OF_SOMEBODY_ELSE,
        DIRECTORY_GONE
    }

    private Said restore(String snapshot, String target) {
        return lab.run(List.of(
                "restore",
                dataset + "@" + snapshot,
                "--repo",
                "file://" + repository,
                "--to",
                target,
                "--verify-with",
                lab.gpg().publicKey().toString()));
    }

    @ParameterizedTest
    @EnumSource
    void theNextBackupStartsFromTheNewestSnapshotWhoseChainIsWholeAndNothingIsDestroyedBefore(Damage damage)
            throws IOException {
        store("d5");
        damage("d3.from.d2", damage);

        Said next = backup("--snapshot", "d5", "--keep-snapshots", "last=1", "--json");
        snapshot(6, "d5");
        Said after = backup("--json");

        assertThat(next.exitCode()).as(next.all()).isZero();
        JsonNode result = JSON.readTree(next.bytes()).at("/datasets/0");
        assertThat(steps(result)).as(next.all()).isEqualTo("d3<d2 d5<d4");
        assertThat(result.path("destroyed").toString()).isEqualTo("[\"d1\",\"d2\",\"d3\",\"d4\"]");
        assertThat(steps(JSON.readTree(after.bytes()).at("/datasets/0"))).isEqualTo("d6<d5");
        if (damage != Damage.DIRECTORY_GONE) {
            assertThat(next.err()).contains("d3.from.d2 in the repository can't be used");
        }
        Said back = restore("d5", dataset + "-back");
        assertThat(back.exitCode()).as(back.all()).isZero();
        assertThat(lab.snapshots(dataset + "-back")).containsExactly("d1", "d2", "d3", "d4", "d5");
    }

    /** What is stored after the gap is of use again once that is closed, if it is whole itself. */
    @Test
    void whatComesAfterAGapIsLookedAtToo() throws IOException {
        store("d5");
        snapshot(5, "d5");
        damage("d3.from.d2", Damage.DIRECTORY_GONE);
        damage("d4.from.d3", Damage.VOLUME_CUT);

        Said said = backup("--json");

        assertThat(steps(JSON.readTree(said.bytes()).at("/datasets/0")))
                .as(said.all())
                .isEqualTo("d3<d2 d4<d3 d5<d4");
    }

    private static String steps(JsonNode result) {
        List<String> steps = new ArrayList<>();
        result.path("backups")
                .forEach(each -> steps.add(
                        each.path("snapshot").asText() + "<" + each.path("base").asText()));
        return String.join(" ", steps);
    }

    @Test
    void withAllVolumesGoneNothingIsDestroyedUntilAllIsStoredAgain() throws IOException {
        store("d4");
        for (String id : lab.published(repository, dataset)) {
            damage(id, Damage.VOLUME_GONE);
        }

        JsonNode foretold = JSON.readTree(
                        backup("--snapshot", "d4", "--keep-snapshots", "last=1", "--dry-run", "--json")
                                .bytes())
                .at("/datasets/0");
        Said said = backup("--snapshot", "d4", "--keep-snapshots", "last=1", "--json");

        assertThat(steps(foretold)).isEqualTo("d1< d2<d1 d3<d2 d4<d3");
        assertThat(foretold.has("newest")).isFalse();
        assertThat(said.exitCode()).as(said.all()).isZero();
        JsonNode result = JSON.readTree(said.bytes()).at("/datasets/0");
        assertThat(steps(result)).isEqualTo("d1< d2<d1 d3<d2 d4<d3");
        assertThat(result.path("destroyed").toString()).isEqualTo("[\"d1\",\"d2\",\"d3\"]");
        assertThat(restore("d1", dataset + "-back").exitCode()).isZero();
    }

    /** A snapshot that is older than the newest common one is not sent again, even if its own backup is lost. */
    @Test
    void whatTheRepositoryCanNotGiveBackStaysAndIsNamed() throws IOException {
        dataset = lab.dataset();
        repository = lab.repository();
        String[] monthly = {"--policy", "monthly", "--month-by", "name"};
        for (String day : List.of("2014-06-10", "2014-06-11", "2014-06-12", "2014-07-02", "2014-07-03")) {
            lab.pool().zfs("snapshot", "-o", "zfsbackup:taken=2014-07-04", dataset + "@" + day);
        }
        assertThat(backup(monthly).exitCode()).isZero();
        damage("2014-06-11.from.2014-06-10", Damage.VOLUME_CUT);
        String[] keep = {
            "--policy",
            "monthly",
            "--month-by",
            "name",
            "--snapshot",
            "2014-07-04",
            "--keep-snapshots",
            "last=1",
            "--json"
        };

        Said said = backup(keep);
        Said again = backup(keep);

        assertThat(said.exitCode()).as(said.all()).isZero();
        JsonNode result = JSON.readTree(said.bytes()).at("/datasets/0");
        assertThat(steps(result)).isEqualTo("2014-07-04<2014-07-03");
        assertThat(result.path("destroyed").toString()).isEqualTo("[\"2014-06-10\",\"2014-07-03\"]");
        assertThat(lab.snapshots(dataset)).containsExactly("2014-06-11", "2014-06-12", "2014-07-02", "2014-07-04");
        assertThat(result.path("warnings").toString())
                .contains("@2014-06-11, @2014-06-12 would have expired and stay, because the repository could not"
                        + " give them back: "
                        + "2014-06-11.from.2014-06-10 can't be used: volume 00001.zfs.zst has");
        // Nothing is sent any more, and still nothing is destroyed that could not be had back.
        assertThat(steps(JSON.readTree(again.bytes()).at("/datasets/0"))).isEmpty();
        assertThat(again.err()).contains("@2014-06-11, @2014-06-12 would have expired and stay");
        assertThat(lab.snapshots(dataset)).containsExactly("2014-06-11", "2014-06-12", "2014-07-02", "2014-07-04");
    }

    @Test
    void anotherSignerGoesOnOnlyIfTheFormerOneIsNamed() throws IOException {
        store("d5");
        snapshot(5, "d5");
        String other = "other" + System.nanoTime() + "@example.org";
        lab.gpg().run("--passphrase", "", "--quick-generate-key", other, "default", "default", "never");
        Path secret = lab.file(lab.gpg().run("--armor", "--export-secret-keys", other));
        List<String> arguments = arguments("--dry-run", "--json");
        arguments.set(arguments.indexOf("--sign-with") + 1, secret.toString());

        JsonNode alone = JSON.readTree(lab.run(arguments).bytes()).at("/datasets/0");
        JsonNode both = JSON.readTree(lab.run(Lab.arguments(
                                arguments,
                                List.of("--verify-with", lab.gpg().publicKey().toString())))
                        .bytes())
                .at("/datasets/0");

        assertThat(steps(alone)).isEqualTo("d1< d2<d1 d3<d2 d4<d3 d5<d4");
        assertThat(alone.path("warnings").toString())
                .contains("d1.full in the repository can't be used: its signature does not count: it is by key");
        assertThat(steps(both)).isEqualTo("d5<d4");
    }

    @Test
    void withoutKeysSignaturesAreNotAskedFor() throws IOException {
        store("d5");
        snapshot(5, "d5");
        damage("d1.full", Damage.SIGNATURE_GONE);
        List<String> arguments = arguments("--dry-run", "--json");
        int sign = arguments.indexOf("--sign-with");
        arguments.remove(sign + 1);
        arguments.remove(sign);

        assertThat(steps(JSON.readTree(lab.run(arguments).bytes()).at("/datasets/0")))
                .isEqualTo("d5<d4");
    }
}

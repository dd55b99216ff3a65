package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.FileTrees;
import io.jenkins.plugins.zfsbackup.engine.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whose backups are these? What another repository's signer has signed is refused here, and what nobody checked is
 * said.
 */
class ForeignBackupsIT {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static Lab lab;

    @BeforeAll
    static void build() {
        lab = new Lab(512);
    }

    @AfterAll
    static void tearDown() {
        lab.close();
    }

    private static void copy(Path from, Path to) {
        Programs.succeed(lab.folder(), Map.of(), "cp", "-a", from.toString(), to.toString());
    }

    private static void says(Said said, int exitCode, String... parts) {
        assertThat(said.exitCode()).as(said.all()).isEqualTo(exitCode);
        assertThat(List.of(parts)).allSatisfy(part -> assertThat(said.all()).contains(part));
        assertThat(said.all()).doesNotContain("\tat ").doesNotContain("Exception");
    }

    private static String id(Path repository) throws IOException {
        return JSON.readTree(repository.resolve("zfs-backup.json").toFile())
                .path("id")
                .asText();
    }

    /**
     * One dataset in two repositories, by the same signer: what a machine with equal names would have stored in the
     * other.
     */
    private record Two(String dataset, Path own, Path other) {
        static Two stored() {
            Two two = new Two(lab.dataset(), lab.repository(), lab.repository());
            lab.pool().write(two.dataset, "file", "first");
            lab.pool().snapshot(two.dataset, "a");
            says(lab.run(lab.backup(two.dataset, two.own)), 0);
            says(lab.run(lab.backup(two.dataset, two.other)), 0);
            return two;
        }

        List<String> restore() {
            return lab.read(own, "restore", dataset, "--to", dataset + "-back");
        }
    }

    @Test
    void everyManifestNamesItsRepository() throws IOException {
        Two two = Two.stored();

        JsonNode manifest = JSON.readTree(
                two.own().resolve(two.dataset()).resolve("a.full/manifest.json").toFile());

        assertThat(manifest.path("repository").asText())
                .isEqualTo(id(two.own()))
                .isNotEqualTo(id(two.other()));
    }

    @Test
    void aBackupOfAnotherRepositoryIsRefusedWhateverItsSignature() throws IOException {
        Two two = Two.stored();
        Path backup = two.own().resolve(two.dataset()).resolve("a.full");
        FileTrees.delete(backup);
        copy(two.other().resolve(two.dataset()).resolve("a.full"), backup);
        String why =
                "it belongs to the repository " + id(two.other()) + ", and zfs-backup.json here names " + id(two.own());

        says(lab.run(two.restore()), 2, why);
        says(lab.run(lab.read(two.own(), "verify", "--depth", "listing")), 2, why);
        says(lab.run(Lab.arguments(List.of("list"), lab.access(two.own()))), 0, "damaged: a.full", why);
        assertThat(lab.exists(two.dataset() + "-back")).isFalse();
    }

    @Test
    void aWholeDatasetOfAnotherRepositoryIsRefusedAndNothingBuildsOnIt() throws IOException {
        Two two = Two.stored();
        lab.pool().snapshot(two.dataset(), "b");
        says(lab.run(lab.backup(two.dataset(), two.other())), 0);
        FileTrees.delete(two.own().resolve(two.dataset()));
        copy(two.other().resolve(two.dataset()), two.own().resolve(two.dataset()));

        Said backup = lab.run(lab.backup(two.dataset(), two.own(), "--dry-run"));

        says(backup, 0, "it belongs to the repository " + id(two.other()), "would store @a, full", "would store @b");
        says(lab.run(two.restore()), 2, "it belongs to the repository " + id(two.other()));
    }

    @Test
    void aManifestThatWasOnlyRenamedToFitIsFoundByItsSignature() throws IOException {
        Two two = Two.stored();
        Path backup = two.own().resolve(two.dataset()).resolve("a.full");
        FileTrees.delete(backup);
        copy(two.other().resolve(two.dataset()).resolve("a.full"), backup);
        Path manifest = backup.resolve("manifest.json");
        ObjectNode forged = (ObjectNode) JSON.readTree(manifest.toFile());
        Files.writeString(manifest, forged.put("repository", id(two.own())).toPrettyString());

        says(lab.run(two.restore()), 2, "signature");
    }

    @Test
    void aCopyOfTheWholeRepositoryIsTheSameRepository() throws IOException {
        Two two = Two.stored();
        Path copied = lab.repository();
        copy(two.own(), copied);

        says(lab.run(lab.read(copied, "verify", "--depth", "content")), 0, "all good");
        says(lab.run(lab.read(copied, "restore", two.dataset(), "--to", two.dataset() + "-back")), 0);
        assertThat(id(copied)).isEqualTo(id(two.own()));
    }

    @Test
    void withoutItsRootFileARepositoryIsReadAndTheNextBackupWritesItAnew() throws IOException {
        Two two = Two.stored();
        String id = id(two.own());
        Path root = two.own().resolve("zfs-backup.json");
        Files.delete(root);

        says(lab.run(Lab.arguments(List.of("list"), lab.access(two.own()))), 0, "zfs-backup.json is missing", id, "@a");
        says(lab.run(lab.read(two.own(), "verify")), 0, "zfs-backup.json is missing", "all good");
        says(lab.run(two.restore()), 0, "zfs-backup.json is missing");
        assertThat(root).doesNotExist();
        lab.pool().snapshot(two.dataset(), "b");
        says(lab.run(lab.backup(two.dataset(), two.own())), 0, "zfs-backup.json is missing", "@b, incremental from @a");

        assertThat(id(two.own())).isEqualTo(id);
    }

    @Test
    void withoutItsRootFileForeignBackupsAreStillTold() throws IOException {
        Two two = Two.stored();
        lab.pool().snapshot(two.dataset(), "b");
        says(lab.run(lab.backup(two.dataset(), two.own())), 0);
        says(lab.run(lab.backup(two.dataset(), two.other())), 0);
        Path newest = two.own().resolve(two.dataset()).resolve("b.from.a");
        FileTrees.delete(newest);
        copy(two.other().resolve(two.dataset()).resolve("b.from.a"), newest);
        Files.delete(two.own().resolve("zfs-backup.json"));

        says(lab.run(lab.read(two.own(), "verify")), 2, "b.from.a", "belongs to the repository");
    }

    @Test
    void anotherIdInTheRootFileMakesAllBackupsForeign() throws IOException {
        Two two = Two.stored();
        Files.copy(
                two.other().resolve("zfs-backup.json"),
                two.own().resolve("zfs-backup.json"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);

        says(lab.run(two.restore()), 2, "belongs to the repository", "zfs-backup.json");
        says(lab.run(lab.read(two.own(), "verify")), 2, "belongs to the repository");
        says(
                lab.run(lab.backup(two.dataset(), two.own())),
                0,
                "now the repository there is",
                "belongs to the repository",
                "@a, full");
        says(lab.run(two.restore()), 0);
        assertThat(lab.published(two.own(), two.dataset())).hasSize(2).contains("a.full");
    }

    @Test
    void aRootFileThatCanNotBeReadHidesNothingFromReaders() throws IOException {
        Two two = Two.stored();
        for (String rubbish : List.of("", "{", "[]", "{\"formatVersion\": \"1.0\", \"id\": \"../../x\"}")) {
            Files.writeString(two.own().resolve("zfs-backup.json"), rubbish);

            says(lab.run(Lab.arguments(List.of("list"), lab.access(two.own()))), 0, "zfs-backup.json", "@a");
            says(lab.run(lab.read(two.own(), "verify", "--depth", "listing")), 0, "zfs-backup.json", "all good");
            says(lab.run(lab.backup(two.dataset(), two.own())), 2, "zfs-backup.json", "Delete that file");
        }
    }

    @Test
    void whoChecksNoSignaturesIsToldSoInEveryRestoreAndVerify() throws IOException {
        Two two = Two.stored();
        List<String> open = Lab.arguments(
                lab.access(two.own()),
                List.of("--decrypt-with", lab.gpg().secretKey().toString()));
        String signed = "warning: nothing was checked about who made these backups: they are signed";

        says(
                lab.run(Lab.arguments(
                        List.of("restore", two.dataset(), "--dry-run", "--to", two.dataset() + "-b"), open)),
                0,
                signed,
                "--verify-with");
        says(
                lab.run(Lab.arguments(List.of("restore", two.dataset(), "--to", two.dataset() + "-back"), open)),
                0,
                signed);
        Said stdout = lab.run(Lab.arguments(List.of("restore", two.dataset(), "--stdout"), open));
        assertThat(stdout.err()).contains(signed);
        for (String depth : List.of("listing", "hash", "content")) {
            says(lab.run(Lab.arguments(List.of("verify", "--depth", depth), open)), 0, signed, "--verify-with");
        }
        Said json = lab.run(Lab.arguments(List.of("verify", "--json"), open));
        assertThat(JSON.readTree(json.bytes()).path("warnings").get(0).asText()).contains("they are signed");
        says(lab.run(lab.read(two.own(), "verify")), 0);
        assertThat(lab.run(lab.read(two.own(), "verify")).all()).doesNotContain("nothing was checked");
        assertThat(lab.run(lab.read(two.own(), "restore", two.dataset(), "--to", two.dataset() + "-c"))
                        .all())
                .doesNotContain("nothing was checked");
    }

    @Test
    void whoHasSignedNothingIsToldThatNothingCouldBeChecked() {
        String dataset = lab.dataset();
        lab.pool().snapshot(dataset, "a");
        Path repository = lab.repository();
        String below = dataset.substring(dataset.indexOf('/') + 1);
        says(
                lab.run(Lab.arguments(
                        List.of("backup", lab.pool().name(), "--no-encryption", "--include", below),
                        lab.access(repository))),
                0);

        Said verify = lab.run(Lab.arguments(List.of("verify"), lab.access(repository)));

        says(verify, 0, "nothing was checked about who made these backups: they are not signed", "--sign-with");
    }

    @Test
    void theSignersKeysCanStandInTheConfiguration() {
        Two two = Two.stored();
        lab.gpg().run("--passphrase", "", "--quick-generate-key", "other@example.org", "default", "default", "never");
        Path other = lab.file(lab.gpg().run("--armor", "--export", "other@example.org"));
        Path right = lab.file("verify-with: [" + other + ", " + lab.gpg().publicKey() + "]\n");
        Path wrong = lab.file("verify:\n  verify-with: " + other + "\nrestore:\n  verify-with: [" + other + "]\n");
        List<String> verify = Lab.arguments(List.of("verify"), lab.access(two.own()));

        Said good = lab.run(Lab.arguments(verify, List.of("--config", right.toString())));

        says(good, 0, "all good");
        assertThat(good.all()).doesNotContain("nothing was checked");
        says(lab.run(Lab.arguments(verify, List.of("--config", wrong.toString()))), 2, "none of those given");
        says(
                lab.run(Lab.arguments(
                        List.of(
                                "restore",
                                two.dataset(),
                                "--to",
                                two.dataset() + "-back",
                                "--config",
                                wrong.toString(),
                                "--decrypt-with",
                                lab.gpg().secretKey().toString()),
                        lab.access(two.own()))),
                2,
                "none of those given");
    }
}

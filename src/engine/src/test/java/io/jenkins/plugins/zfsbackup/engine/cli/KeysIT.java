package io.jenkins.plugins.zfsbackup.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.zfsbackup.engine.cli.CommandLineUnderTest.Said;
import io.jenkins.plugins.zfsbackup.engine.testing.Gpg;
import io.jenkins.plugins.zfsbackup.engine.testing.RealPool;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A key that can't do its work stops a backup before the first byte is stored, and doctor says the same. */
class KeysIT {

    private static final DateTimeFormatter GPG_TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'!'").withZone(ZoneOffset.UTC);

    private static RealPool pool;
    private static Gpg gpg;
    private static String dataset;
    private static CommandLineUnderTest cli;
    private static int fresh;

    private final Path stored = pool.folder().resolve("stored" + ++fresh);

    @BeforeAll
    static void start() {
        pool = RealPool.create(128);
        gpg = Gpg.create(pool.folder(), "Archive <archive@example.org>");
        dataset = pool.dataset("home");
        pool.write(dataset, "file", 200_000, 1);
        pool.snapshot(dataset, "a");
        cli = new CommandLineUnderTest(pool.folder());
    }

    @AfterAll
    static void stop() {
        gpg.close();
        pool.close();
    }

    /** Makes a key by gpg at a time, and exports it. */
    private static Path key(String name, String algorithm, String usage, Instant made, String export)
            throws IOException {
        String id = name + "@example.org";
        gpg.run(
                "--quiet",
                "--passphrase",
                "",
                "--faked-system-time",
                GPG_TIME.format(made),
                "--quick-generate-key",
                id,
                algorithm,
                usage,
                "never");
        return Files.writeString(
                pool.folder().resolve(name + ".asc"),
                gpg.run("--armor", "--faked-system-time", GPG_TIME.format(made), export, id));
    }

    private Said backup(CommandLineUnderTest by, Path recipient, Path signer, String... more) {
        return backup(by, "home", recipient, signer, more);
    }

    private Said backup(CommandLineUnderTest by, String dataset, Path recipient, Path signer, String... more) {
        return run(by, List.of("backup", pool.name(), "--include", dataset), recipient, signer, more);
    }

    private Said doctor(CommandLineUnderTest by, Path recipient, Path signer, String... more) {
        return run(by, List.of("doctor", pool.name()), recipient, signer, more);
    }

    private Said run(CommandLineUnderTest by, List<String> command, Path recipient, Path signer, String... more) {
        List<String> args = new ArrayList<>(command);
        args.addAll(List.of(
                "--repo", "file://" + stored, "--recipient", recipient.toString(), "--sign-with", signer.toString()));
        args.addAll(Arrays.asList(more));
        return by.run(args.toArray(String[]::new));
    }

    private void assertRefused(CommandLineUnderTest by, Path recipient, Path signer, String... words) {
        Said backup = backup(by, recipient, signer);
        assertThat(backup.exitCode()).as(backup.all()).isEqualTo(64);
        assertThat(backup.err())
                .contains(words)
                .doesNotContain("null")
                .doesNotContain("\tat ")
                .doesNotContain("Exception");
        assertThat(stored).as("nothing is stored").doesNotExist();
        Said doctor = doctor(by, recipient, signer);
        assertThat(doctor.exitCode()).as(doctor.all()).isEqualTo(2);
        assertThat(doctor.out()
                        .lines()
                        .filter(line -> line.startsWith("BAD  keys:"))
                        .toList())
                .as(doctor.all())
                .singleElement()
                .satisfies(line -> assertThat(line).contains(words));
    }

    private static Path resource(String name) throws IOException {
        try (InputStream in = KeysIT.class.getResourceAsStream("/openpgp/" + name)) {
            return Files.write(pool.folder().resolve(name), in.readAllBytes());
        }
    }

    @Test
    void goodKeysAreProvedAndUsed() {
        assertThat(doctor(cli, gpg.publicKey(), gpg.secretKey()).out())
                .contains("ok   keys: encrypted to")
                .contains("signed by");
        assertThat(backup(cli, gpg.publicKey(), gpg.secretKey()).exitCode()).isZero();
    }

    @Test
    void aSigningKeyFromThreeMinutesInTheFutureIsRefused() throws IOException {
        Instant future = Instant.now().plusSeconds(180);
        Path key = key("future", "rsa2048", "sign,cert", future, "--export-secret-keys");

        assertRefused(cli, gpg.publicKey(), key, "future@example.org", "in the future", "the clock here says");
    }

    @Test
    void aRunThatOutlivesItsSigningKeyPublishesNothingThatWouldNotCount() throws IOException {
        gpg.run(
                "--quiet",
                "--passphrase",
                "",
                "--quick-generate-key",
                "brief@example.org",
                "rsa2048",
                "sign,cert",
                "seconds=3600");
        Path brief = Files.writeString(
                pool.folder().resolve("brief.asc"), gpg.run("--armor", "--export-secret-keys", "brief@example.org"));
        Clock overnight = new Clock() {
            @Override
            public Instant instant() {
                Instant now = Instant.now();
                return Files.exists(stored.resolve("zfs-backup.json")) ? now.plusSeconds(7200) : now;
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                throw new UnsupportedOperationException();
            }
        };

        Said said = backup(cli.by(overnight), gpg.publicKey(), brief);

        assertThat(said.exitCode()).as(said.all()).isEqualTo(2);
        assertThat(said.all())
                .contains(dataset)
                .contains("signing with key")
                .contains("brief@example.org")
                .contains("it expired on");
        assertThat(said.all()).doesNotContain("\tat ").doesNotContain("fault of zfs-backup");
        assertThat(stored.resolve(dataset + "/a.full")).doesNotExist();
    }

    @Test
    void aClockBeforeTheKeysIsTold() {
        assertRefused(
                cli.at("2014-06-01T12:00:00Z"),
                gpg.publicKey(),
                gpg.secretKey(),
                "in the future: the clock here says 2014-06-01T12:00:00Z");
    }

    @ParameterizedTest
    @ValueSource(strings = {"version5-ed448.asc", "version5-ed25519.asc", "version5-rsa.asc"})
    void keysOfLibrePgpAreRefused(String file) throws IOException {
        Path key = resource(file);

        assertRefused(cli, gpg.publicKey(), key, "@example.org", "version 5 (LibrePGP", "unknown here");
        assertRefused(cli, key, gpg.secretKey(), "@example.org", "version 5 (LibrePGP", "unknown here");
    }

    @Test
    void keysForAnotherPurposeAreRefused() throws IOException {
        Path signsOnly = key("signonly", "ed25519", "sign,cert", Instant.now(), "--export-secret-keys");
        Path encryptsOnly = key("encryptonly", "rsa2048", "encr,cert", Instant.now(), "--export-secret-keys");

        assertRefused(cli, signsOnly, gpg.secretKey(), "signonly@example.org", "not for encryption");
        assertRefused(cli, gpg.publicKey(), encryptsOnly, "encryptonly@example.org", "not for signing");
        assertRefused(cli, gpg.publicKey(), gpg.publicKey(), "archive@example.org", "only a secret one signs");
    }

    @Test
    void aStubOfAKeyThatIsKeptElsewhereDoesNotSignAndSaysSo() throws IOException {
        Path stub = Files.writeString(
                pool.folder().resolve("stub.asc"),
                gpg.run("--armor", "--export-secret-subkeys", "archive@example.org"));

        assertRefused(cli, gpg.publicKey(), stub, "only a stub of it", "kept elsewhere");
        assertThat(backup(cli, gpg.publicKey(), gpg.secretKey()).exitCode()).isZero();
        Said restored = restore(
                "stub",
                "--decrypt-with",
                stub.toString(),
                "--verify-with",
                gpg.publicKey().toString());
        assertThat(restored.exitCode())
                .as("its subkey decrypts: " + restored.all())
                .isZero();
    }

    @Test
    void aPassphraseThatDoesNotFitIsToldFromOneThatIsMissing() throws IOException {
        gpg.run(
                "--quiet",
                "--pinentry-mode",
                "loopback",
                "--passphrase",
                "right",
                "--quick-generate-key",
                "locked@example.org",
                "rsa2048",
                "sign,cert",
                "never");
        Path locked = Files.writeString(
                pool.folder().resolve("locked.asc"),
                gpg.run(
                        "--armor",
                        "--pinentry-mode",
                        "loopback",
                        "--passphrase",
                        "right",
                        "--export-secret-keys",
                        "locked@example.org"));
        Path wrong = Files.writeString(pool.folder().resolve("wrong"), "wrong\n");
        Path right = Files.writeString(pool.folder().resolve("right"), "right\n");

        Said missing = backup(cli, gpg.publicKey(), locked);
        Said misfit = backup(cli, gpg.publicKey(), locked, "--passphrase-file", wrong.toString());
        assertThat(List.of(missing.exitCode(), misfit.exitCode())).containsExactly(64, 64);
        assertThat(missing.err()).contains("locked@example.org").contains("passphrase and none is given");
        assertThat(misfit.err()).contains("locked@example.org").contains("passphrase does not open the key");
        assertThat(doctor(cli, gpg.publicKey(), locked, "--passphrase-file", wrong.toString())
                        .out())
                .contains("BAD  keys: unlocking signing key");
        assertThat(stored).doesNotExist();
        assertThat(backup(cli, gpg.publicKey(), locked, "--passphrase-file", right.toString())
                        .exitCode())
                .isZero();
    }

    private Said restore(String to, String... keys) {
        List<String> args = new ArrayList<>(List.of(
                "restore", dataset, "--repo", "file://" + stored, "--to", pool.name() + "/restored-" + to + fresh));
        args.addAll(Arrays.asList(keys));
        return cli.run(args.toArray(String[]::new));
    }

    private Map<String, String> contentsOf(String restored) {
        String target = pool.name() + "/restored-" + restored + fresh;
        pool.mount(target);
        return pool.contents(target);
    }

    @Test
    void oneFileMayHoldBothHalvesOfSeveralKeys() throws IOException {
        key("other", "default", "default", Instant.now(), "--export");
        Path armored = Files.writeString(
                pool.folder().resolve("both.asc"),
                "my keys\n" + gpg.run("--armor", "--export") + "\nand the secret ones\n"
                        + gpg.run("--armor", "--export-secret-keys", "other@example.org")
                        + gpg.run("--armor", "--export-secret-keys", "archive@example.org"));
        assertThat(backup(cli, gpg.publicKey(), gpg.secretKey()).exitCode()).isZero();

        Said restored = restore("both", "--decrypt-with", armored.toString(), "--verify-with", armored.toString());

        assertThat(restored.exitCode()).as(restored.all()).isZero();
        assertThat(contentsOf("both")).isEqualTo(pool.contents(dataset));
    }

    @Test
    void aKeyThatWasExtendedSinceIsGoodWithItsOldCopyBesideIt() throws IOException {
        Instant made = Instant.parse("2020-01-01T00:00:00Z");
        gpg.run(
                "--quiet",
                "--passphrase",
                "",
                "--faked-system-time",
                GPG_TIME.format(made),
                "--quick-generate-key",
                "old@example.org",
                "default",
                "default",
                "1y");
        Path old =
                Files.writeString(pool.folder().resolve("old.asc"), gpg.run("--armor", "--export", "old@example.org"));
        String fingerprint = gpg.run("--with-colons", "--list-keys", "old@example.org")
                .lines()
                .filter(line -> line.startsWith("fpr:"))
                .findFirst()
                .orElseThrow()
                .split(":")[9];
        gpg.run("--quick-set-expire", fingerprint, "10y");
        gpg.run("--quick-set-expire", fingerprint, "10y", "*");
        Path extended = Files.writeString(
                pool.folder().resolve("extended.asc"), gpg.run("--armor", "--export", "old@example.org"));

        assertRefused(cli, old, gpg.secretKey(), "old@example.org", "expired on 2020-12-31");
        Said said = backup(cli, old, gpg.secretKey(), "--recipient", extended.toString());
        assertThat(said.exitCode()).as(said.all()).isZero();
    }

    /** Puts a session key in front that is for somebody else, as GnuPG 2.5 does it for a post-quantum key. */
    private void addUnknownRecipient(Path message) throws IOException {
        byte[] content = Files.readAllBytes(message);
        byte[] packet = new byte[3 + 10 + 1500];
        byte[] start = {(byte) 0x85, 5, (byte) 0xe6, 3, 1, 2, 3, 4, 5, 6, 7, 8, 8};
        System.arraycopy(start, 0, packet, 0, start.length);
        byte[] whole = Arrays.copyOf(packet, packet.length + content.length);
        System.arraycopy(content, 0, whole, packet.length, content.length);
        Files.write(message, whole);
    }

    @Test
    void aRecipientWhoseAlgorithmIsUnknownHarmsNobodyElse() throws IOException {
        assertThat(backup(cli, gpg.publicKey(), gpg.secretKey(), "--layout", "flat-gpg")
                        .exitCode())
                .isZero();
        addUnknownRecipient(stored.resolve("home@a.full.zfs.gpg"));
        String[] keys = {
            "--decrypt-with",
            gpg.secretKey().toString(),
            "--verify-with",
            gpg.publicKey().toString()
        };

        List<String> verify = new ArrayList<>(List.of("verify", "--repo", "file://" + stored, "--depth", "content"));
        verify.addAll(Arrays.asList(keys));
        Said verified = cli.run(verify.toArray(String[]::new));
        assertThat(verified.exitCode()).as(verified.all()).isZero();
        Said restored = restore("kyber", keys);
        assertThat(restored.exitCode()).as(restored.all()).isZero();
        assertThat(contentsOf("kyber")).isEqualTo(pool.contents(dataset));
    }

    @Test
    void aBackupThatTheKeyDoesNotOpenIsNamedAndHidesNoneOfTheOthers() throws IOException {
        assertThat(backup(cli, gpg.publicKey(), gpg.secretKey(), "--layout", "flat-gpg")
                        .exitCode())
                .isZero();
        String other = pool.dataset("other");
        pool.snapshot(other, "a");
        Path stranger = key("stranger", "default", "default", Instant.now(), "--export");
        assertThat(backup(cli, "other", stranger, gpg.secretKey(), "--layout", "flat-gpg")
                        .exitCode())
                .isZero();

        Said verified = cli.run(
                "verify",
                "--repo",
                "file://" + stored,
                "--depth",
                "content",
                "--decrypt-with",
                gpg.secretKey().toString(),
                "--verify-with",
                gpg.publicKey().toString());

        assertThat(verified.exitCode()).as(verified.all()).isEqualTo(1);
        assertThat(verified.all())
                .contains(dataset + ": 1 backup is good")
                .contains(other + ": other@a.full.zfs.gpg: it can't be read: the message is encrypted to")
                .doesNotContain("damaged");
    }
}

package io.jenkins.plugins.zfsbackup.engine.openpgp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.testing.Programs;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.bouncycastle.openpgp.PGPSignature;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What this engine writes a real gpg reads, and the other way round. */
class GnupgIT {

    private static final Clock CLOCK = Clock.systemUTC();
    private static final String PASSPHRASE = "correct horse";

    private static Path home;

    @BeforeAll
    static void makeKeys() throws IOException {
        // The agent's socket lies in it, whose path may have a hundred characters.
        home = Files.createTempDirectory(
                "gpg", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        generate("rsa", "Key-Type: RSA\nKey-Length: 2048\nSubkey-Type: RSA\nSubkey-Length: 2048\n%no-protection\n");
        generate(
                "elgamal",
                "Key-Type: DSA\nKey-Length: 2048\nSubkey-Type: ELG-E\nSubkey-Length: 2048\n%no-protection\n");
        generate(
                "curve",
                "Key-Type: EDDSA\nKey-Curve: ed25519\nSubkey-Type: ECDH\nSubkey-Curve: cv25519\n%no-protection\n");
        generate(
                "nist",
                "Key-Type: ECDSA\nKey-Curve: nistp256\nSubkey-Type: ECDH\nSubkey-Curve: nistp256\n%no-protection\n");
        generate(
                "locked",
                "Key-Type: RSA\nKey-Length: 2048\nSubkey-Type: RSA\nSubkey-Length: 2048\nPassphrase: " + PASSPHRASE
                        + "\n");
        generate("signonly", "Key-Type: EDDSA\nKey-Curve: ed25519\nKey-Usage: sign\n%no-protection\n");
        gpg(
                new byte[0],
                "--faked-system-time",
                "20200101T000000",
                "--quick-generate-key",
                "--passphrase",
                "",
                "expired@example.org",
                "rsa2048",
                "encrypt,sign,cert",
                "2d");
    }

    private static void generate(String name, String parameters) {
        String script = parameters + "Name-Real: " + name + " key\nName-Email: " + name
                + "@example.org\nExpire-Date: 0\n%commit\n";
        gpg(script.getBytes(StandardCharsets.UTF_8), "--generate-key");
    }

    @AfterAll
    static void stopAgent() {
        Programs.run(home, environment(), new byte[0], List.of("gpgconf", "--kill", "all"));
        Programs.succeed(home.getParent(), Map.of(), "rm", "-rf", home.toString());
    }

    private static Map<String, String> environment() {
        return Map.of("GNUPGHOME", home.toString());
    }

    private static Programs.Ran tryGpg(byte[] input, String... arguments) {
        String[] command = new String[arguments.length + 5];
        System.arraycopy(
                new String[] {"gpg", "--batch", "--pinentry-mode", "loopback", "--trust-model=always"},
                0,
                command,
                0,
                5);
        System.arraycopy(arguments, 0, command, 5, arguments.length);
        return Programs.run(home, environment(), input, List.of(command));
    }

    private static byte[] gpg(byte[] input, String... arguments) {
        Programs.Ran ran = tryGpg(input, arguments);
        assertThat(ran.exitCode())
                .as(Arrays.toString(arguments) + ": " + ran.errors())
                .isZero();
        return ran.output();
    }

    private static byte[] publicKey(String name) {
        return gpg(new byte[0], "--export", name + "@example.org");
    }

    private static byte[] secretKey(String name) {
        return gpg(new byte[0], "--armor", "--passphrase", PASSPHRASE, "--export-secret-keys", name + "@example.org");
    }

    private static byte[] data(int size) {
        byte[] data = new byte[size];
        new Random(size).nextBytes(data);
        return data;
    }

    private static byte[] encrypt(byte[] data, Optional<SigningKey> signer, String... recipients) throws IOException {
        Recipients keys = Recipients.read(
                Arrays.stream(recipients).map(GnupgIT::publicKey).toList(), CLOCK);
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        try (OutputStream out = new Encryption(keys, signer, new SecureRandom()).encrypt(message)) {
            out.write(data);
        }
        return message.toByteArray();
    }

    private static byte[] decrypt(byte[] message, String key) throws IOException {
        DecryptionKeys keys = DecryptionKeys.read(List.of(secretKey(key)), Optional.of(PASSPHRASE.toCharArray()));
        try (DecryptedMessage in =
                new Decryption(keys, Verification.none()).decrypt(new ByteArrayInputStream(message))) {
            return in.readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa", "elgamal", "curve", "nist", "locked"})
    void gpgReadsWhatIsWrittenToEachKindOfKey(String key) throws IOException {
        byte[] data = data(300_000);

        assertThat(gpg(encrypt(data, Optional.empty(), key), "--passphrase", PASSPHRASE, "--decrypt"))
                .isEqualTo(data);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 17, 65_535, 65_536, 65_537, 131_072, 1_048_579})
    void everySizeComesBack(int size) throws IOException {
        byte[] message = encrypt(data(size), Optional.empty(), "curve");

        assertThat(gpg(message, "--decrypt")).isEqualTo(data(size));
        assertThat(decrypt(message, "curve")).isEqualTo(data(size));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa", "curve", "nist", "elgamal", "locked"})
    void gpgAcceptsTheSignatures(String key) throws IOException {
        SigningKey signer = SigningKey.read(secretKey(key), Optional.of(PASSPHRASE.toCharArray()), CLOCK);
        byte[] data = data(5000);
        Path file = Files.write(home.resolve("data"), data);
        Path signature = Files.write(home.resolve("data.asc"), signer.detachedSignature(data));

        Programs.Ran inside = tryGpg(encrypt(data, Optional.of(signer), "curve"), "--decrypt");

        assertThat(inside.output()).isEqualTo(data);
        assertThat(inside.errors()).contains("Good signature");
        gpg(new byte[0], "--verify", signature.toString(), file.toString());
        SignatureCheck check = VerificationKeys.read(List.of(publicKey(key)), CLOCK)
                .verifyDetached(data, Files.readAllBytes(signature));
        assertThat(check.fingerprint()).isEqualTo(signer.fingerprint());
    }

    @ParameterizedTest
    @CsvSource({
        "ZLIB, AES256",
        "ZIP, AES",
        "BZIP2, AES192",
        "none, 3DES",
        "ZLIB, CAST5",
        "none, TWOFISH",
        "ZIP, CAMELLIA256",
        "none, BLOWFISH"
    })
    void readsWhatGpgWrites(String compression, String cipher) throws IOException {
        for (int size : new int[] {0, 100, 70_000, 3_000_000}) {
            byte[] message = gpg(
                    data(size),
                    "--compress-algo",
                    compression,
                    "--cipher-algo",
                    cipher,
                    "--local-user",
                    "rsa@example.org",
                    "--sign",
                    "--encrypt",
                    "--recipient",
                    "rsa@example.org",
                    "--recipient",
                    "curve@example.org");

            assertThat(decrypt(message, "rsa")).isEqualTo(data(size));
            assertThat(decrypt(message, "curve")).isEqualTo(data(size));
        }
    }

    @Test
    void readsArmorAndHiddenRecipients() throws IOException {
        byte[] data = data(10_000);

        assertThat(decrypt(gpg(data, "--armor", "--encrypt", "-r", "nist@example.org"), "nist"))
                .isEqualTo(data);
        assertThat(decrypt(gpg(data, "--encrypt", "-R", "rsa@example.org"), "rsa"))
                .isEqualTo(data);
    }

    @Test
    void severalRecipientsCanEachOpenIt() throws IOException {
        byte[] message = encrypt(data(1000), Optional.empty(), "rsa", "curve");

        assertThat(decrypt(message, "rsa")).isEqualTo(data(1000));
        assertThat(decrypt(message, "curve")).isEqualTo(data(1000));
        assertThatThrownBy(() -> decrypt(message, "nist")).hasMessageContaining("encrypted to");
    }

    @Test
    void noticesEveryCutAndEveryFlippedBit() throws IOException {
        byte[] message = encrypt(data(2000), Optional.empty(), "curve");
        Random random = new Random(1);
        for (int i = 0; i < 400; i++) {
            byte[] damaged = message.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            byte[] cut = Arrays.copyOf(message, random.nextInt(message.length));
            assertRefusedOrSame(damaged);
            assertThatThrownBy(() -> decrypt(cut, "curve")).isInstanceOf(IOException.class);
        }
    }

    /** Some bits mean nothing, such as one half of the key id's: but never do other bytes come out. */
    private static void assertRefusedOrSame(byte[] message) {
        try {
            assertThat(decrypt(message, "curve")).isEqualTo(data(2000));
        } catch (IntegrityException | UsageException refused) {
            assertThat(refused.getMessage()).isNotBlank();
        } catch (IOException other) {
            throw new AssertionError(other);
        }
    }

    @Test
    void refusesKeysThatCanNotDoTheirWorkAndSaysWhy() {
        assertThatThrownBy(() -> Recipients.read(List.of(publicKey("signonly")), CLOCK))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("signonly@example.org");
        assertThatThrownBy(() -> Recipients.read(List.of(publicKey("expired")), CLOCK))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("expired");
        assertThatThrownBy(() -> Recipients.read(List.of(data(500)), CLOCK)).isInstanceOf(UsageException.class);
        assertThatThrownBy(() -> Recipients.read(List.of("no key".getBytes(StandardCharsets.UTF_8)), CLOCK))
                .isInstanceOf(UsageException.class);
        assertThatThrownBy(() -> SigningKey.read(publicKey("rsa"), Optional.empty(), CLOCK))
                .isInstanceOf(UsageException.class);
    }

    @Test
    void refusesAWrongOrMissingPassphrase() {
        byte[] locked = secretKey("locked");

        assertThatThrownBy(() -> SigningKey.read(locked, Optional.of("wrong".toCharArray()), CLOCK))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("passphrase");
        assertThatThrownBy(() -> SigningKey.read(locked, Optional.empty(), CLOCK))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("passphrase");
    }

    @Test
    void refusesARevokedKey() throws IOException {
        generate("revoked", "Key-Type: RSA\nKey-Length: 2048\nSubkey-Type: RSA\nSubkey-Length: 2048\n%no-protection\n");
        String fingerprint = Recipients.read(List.of(publicKey("revoked")), CLOCK)
                .fingerprints()
                .get(0);
        Path certificate = home.resolve("openpgp-revocs.d").resolve(fingerprint + ".rev");
        gpg(
                Files.readString(certificate)
                        .replace(":-----BEGIN", "-----BEGIN")
                        .getBytes(StandardCharsets.UTF_8),
                "--import");

        assertThatThrownBy(() -> Recipients.read(List.of(publicKey("revoked")), CLOCK))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("revoked");
    }

    @Test
    void refusesASignatureOverOtherDataOrByAnotherKey() throws IOException {
        SigningKey signer = SigningKey.read(secretKey("curve"), Optional.empty(), CLOCK);
        byte[] signature = signer.detachedSignature(data(100));

        assertThatThrownBy(() -> VerificationKeys.read(List.of(publicKey("curve")), CLOCK)
                        .verifyDetached(data(101), signature))
                .isInstanceOf(IntegrityException.class);
        assertThatThrownBy(() ->
                        VerificationKeys.read(List.of(publicKey("rsa")), CLOCK).verifyDetached(data(100), signature))
                .isInstanceOf(IntegrityException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"nistp384", "nistp521", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1", "secp256k1"})
    void keysOnEveryCurveOfGpgsAreProvedAndReadByIt(String curve) throws IOException {
        generate(
                curve,
                "Key-Type: ECDSA\nKey-Curve: " + curve + "\nSubkey-Type: ECDH\nSubkey-Curve: " + curve
                        + "\n%no-protection\n");
        SigningKey signer = SigningKey.read(secretKey(curve), Optional.empty(), CLOCK);
        KeyProof proof = new KeyProof(CLOCK, new SecureRandom());

        proof.prove(signer);
        proof.prove(Recipients.read(List.of(publicKey(curve)), CLOCK), Optional.of(signer));
        Programs.Ran decrypted = tryGpg(encrypt(data(1000), Optional.of(signer), curve), "--decrypt");
        assertThat(decrypted.output()).isEqualTo(data(1000));
        assertThat(decrypted.errors()).contains("Good signature");
    }

    @Test
    void aSigningSubkeyDoesWithoutThePrimaryKeysSecret() throws IOException {
        generate("offline", "Key-Type: RSA\nKey-Length: 2048\nKey-Usage: cert\n%no-protection\n");
        String offline = KeyDescription.of(publicKey("offline"), CLOCK).get(0).fingerprint();
        gpg(new byte[0], "--passphrase", "", "--quick-add-key", offline, "rsa2048", "sign", "never");
        byte[] subkeys = gpg(new byte[0], "--export-secret-subkeys", offline);

        SigningKey signer = SigningKey.read(subkeys, Optional.empty(), CLOCK);

        new KeyProof(CLOCK, new SecureRandom()).prove(signer);
        assertThat(signer.fingerprint()).isEqualTo(offline);
        assertThat(signer.keyFingerprint()).isNotEqualTo(offline);
    }

    /** Newer programs leave the checksum out, and RFC 9580 has readers pass over a wrong one. */
    @Test
    void armorWithoutAChecksumIsRead() throws IOException {
        byte[] data = data(10_000);
        String message =
                new String(gpg(data, "--armor", "--encrypt", "-r", "curve@example.org"), StandardCharsets.US_ASCII);
        String signature = new String(
                gpg(data, "--armor", "--detach-sign", "--local-user", "curve@example.org"), StandardCharsets.US_ASCII);
        VerificationKeys keys = VerificationKeys.read(List.of(publicKey("curve")), CLOCK);
        for (String checksum : List.of("", "=AAAA\n")) {
            String armored = message.replaceFirst("(?m)^=....\n", checksum);
            assertThat(armored).isNotEqualTo(message);
            assertThat(decrypt(armored.getBytes(StandardCharsets.US_ASCII), "curve"))
                    .isEqualTo(data);
            byte[] signed = signature.replaceFirst("(?m)^=....\n", checksum).getBytes(StandardCharsets.US_ASCII);
            assertThat(keys.verifyDetached(data, signed).userIds()).hasSize(1);
        }
        String strangers = new String(
                gpg(data, "--armor", "--detach-sign", "--local-user", "rsa@example.org"), StandardCharsets.US_ASCII);
        byte[] both = (strangers + signature).getBytes(StandardCharsets.US_ASCII);
        assertThat(keys.verifyDetached(data, both).userIds()).hasSize(1);
    }

    private static Optional<String> refusal(KeyMaker key) {
        try {
            SigningKey.read(key.secretKey(), Optional.empty(), CLOCK);
            return Optional.empty();
        } catch (UsageException e) {
            return Optional.of(e.getMessage());
        }
    }

    @Test
    void gpgTakesAKeyThatIsMadeHereAndChecksWhatItHasSigned(@TempDir Path folder) throws IOException {
        byte[] key =
                NewSigningKey.make("tank backups <tank@example.org>", CLOCK).getBytes(StandardCharsets.US_ASCII);
        byte[] data = data(10);
        Path file = Files.write(folder.resolve("data"), data);
        Path signature = Files.write(
                folder.resolve("data.asc"),
                SigningKey.read(key, Optional.empty(), CLOCK).detachedSignature(data));

        gpg(PublicPart.of(key).getBytes(StandardCharsets.US_ASCII), "--import");
        gpg(new byte[0], "--verify", signature.toString(), file.toString());

        gpg(key, "--import");
        byte[] exported = gpg(new byte[0], "--export-secret-keys", "tank@example.org");
        assertThat(KeyDescription.of(exported, CLOCK)).isEqualTo(KeyDescription.of(key, CLOCK));
        byte[] shown = gpg(new byte[0], "--armor", "--export", "tank@example.org");
        assertThat(KeyDescription.of(shown, CLOCK))
                .isEqualTo(KeyDescription.of(PublicPart.of(exported).getBytes(StandardCharsets.US_ASCII), CLOCK));
    }

    /** Which of several self-signatures is in force is gpg's to say. */
    @Test
    void ofSeveralSelfSignaturesTheSameIsInForceAsForGpg() {
        Instant made = Instant.parse("2020-01-01T00:00:00Z");
        KeyMaker.Says ended = KeyMaker.FOR_SIGNING.and(
                KeyMaker.Says.expires(Duration.ofDays(365).toSeconds()));
        KeyMaker.Says endless = KeyMaker.FOR_SIGNING;
        KeyMaker.Says conditional = ended.and(told -> told.addNotationData(true, true, "only@example.org", "yes"));
        String id = "choice@example.org";
        List<KeyMaker> keys = List.of(
                new KeyMaker(made)
                        .userId(id, made, endless)
                        .certification(id, made, PGPSignature.DEFAULT_CERTIFICATION, ended),
                new KeyMaker(made)
                        .userId(id, made, ended)
                        .certification(id, made, PGPSignature.DEFAULT_CERTIFICATION, endless),
                new KeyMaker(made)
                        .userId(id, made.plusSeconds(5), endless)
                        .certification(id, made, PGPSignature.POSITIVE_CERTIFICATION, ended),
                new KeyMaker(made)
                        .userId(id, made.plusSeconds(5), ended)
                        .certification(id, made, PGPSignature.POSITIVE_CERTIFICATION, endless),
                new KeyMaker(made)
                        .onPrimary(PGPSignature.DIRECT_KEY, made, ended)
                        .userId(id, made.plusSeconds(5), endless),
                new KeyMaker(made).userId(id, made, ended).userId("second-" + id, made.plusSeconds(5), endless),
                new KeyMaker(made)
                        .userId(id, made, endless)
                        .certification(id, made.plusSeconds(5), PGPSignature.POSITIVE_CERTIFICATION, conditional));
        List<Boolean> expired = new ArrayList<>();
        for (KeyMaker key : keys) {
            gpg(key.publicKey(), "--import");
            String fingerprint = Certificate.hex(key.primary().getPublicKey().getFingerprint());
            String listed =
                    new String(gpg(new byte[0], "--with-colons", "--list-keys", fingerprint), StandardCharsets.UTF_8);
            boolean here = refusal(key)
                    .filter(why -> why.contains("expired on 2020-12-31"))
                    .isPresent();
            assertThat(here).as(listed).isEqualTo(listed.lines().anyMatch(line -> line.startsWith("pub:e:")));
            expired.add(here);
        }
        assertThat(expired).containsExactly(true, false, false, true, true, true, false);
    }

    @Test
    void aKeyThatExpiresLaterIsGoodUntilThen() throws IOException {
        Clock then = Clock.offset(
                Clock.fixed(Instant.parse("2020-01-01T01:00:00Z"), java.time.ZoneOffset.UTC), Duration.ZERO);

        assertThat(Recipients.read(List.of(publicKey("expired")), then).fingerprints())
                .hasSize(1);
    }
}

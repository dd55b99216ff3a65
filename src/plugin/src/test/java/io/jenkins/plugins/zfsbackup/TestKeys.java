package io.jenkins.plugins.zfsbackup;

import hudson.Util;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** OpenPGP keys made by a real gpg: one to encrypt to, and one, behind a passphrase, to sign with. */
public final class TestKeys implements AutoCloseable {

    public static final String PASSPHRASE = "correct horse battery";

    private static final String ARCHIVE = "archive@lab.example";
    private static final String SIGNER = "backup@lab.example";

    private final Path home;
    private final Map<String, String> exports = new HashMap<>();

    private TestKeys(Path home) {
        this.home = home;
    }

    private Map<String, String> environment() {
        return Map.of("GNUPGHOME", home.toString());
    }

    /** Once only: gpg seals a secret key anew for each export. */
    private String export(String... arguments) throws Exception {
        String what = String.join(" ", arguments);
        if (!exports.containsKey(what)) {
            exports.put(what, gpg(arguments));
        }
        return exports.get(what);
    }

    public static TestKeys make() throws Exception {
        // A short path: gpg's agent has its socket there.
        TestKeys keys = new TestKeys(Files.createTempDirectory(
                "g", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))));
        keys.gpg("--passphrase", "", "--quick-generate-key", ARCHIVE, "default", "default", "never");
        keys.gpg(
                "--pinentry-mode",
                "loopback",
                "--passphrase",
                PASSPHRASE,
                "--quick-generate-key",
                SIGNER,
                "default",
                "sign",
                "never");
        return keys;
    }

    private String gpg(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 4];
        System.arraycopy(new String[] {"gpg", "--batch", "--quiet", "--armor"}, 0, command, 0, 4);
        System.arraycopy(arguments, 0, command, 4, arguments.length);
        return Programs.run(environment(), command);
    }

    /** The public key to encrypt to. */
    public String recipient() throws Exception {
        return export("--export", ARCHIVE);
    }

    /** The same, not armored. */
    public byte[] recipientBinary() throws Exception {
        String armored = recipient();
        return Base64.getMimeDecoder()
                .decode(armored.substring(
                        armored.indexOf("\n\n") + 2, armored.indexOf("\n=", armored.indexOf("\n\n"))));
    }

    public String fingerprintOfRecipient() throws Exception {
        return fingerprint(ARCHIVE);
    }

    public String fingerprintOfSigner() throws Exception {
        return fingerprint(SIGNER);
    }

    private String fingerprint(String owner) throws Exception {
        return gpg("--with-colons", "--list-keys", owner)
                .lines()
                .filter(line -> line.startsWith("fpr:"))
                .map(line -> line.split(":")[9])
                .findFirst()
                .orElseThrow();
    }

    /** Its secret key, which opens backups. */
    public String decryption() throws Exception {
        return export("--export-secret-keys", ARCHIVE);
    }

    public String signer() throws Exception {
        return export("--export", SIGNER);
    }

    /** The secret signing key, behind the passphrase. */
    public String signing() throws Exception {
        return export("--pinentry-mode", "loopback", "--passphrase", PASSPHRASE, "--export-secret-keys", SIGNER);
    }

    @Override
    public void close() throws Exception {
        Programs.run(environment(), "gpgconf", "--kill", "all");
        Util.deleteRecursive(home.toFile());
    }
}

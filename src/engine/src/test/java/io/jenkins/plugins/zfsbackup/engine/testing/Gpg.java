package io.jenkins.plugins.zfsbackup.engine.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A real gpg with a home of its own and one key pair in it. */
public final class Gpg implements AutoCloseable {

    private final Path home;

    private Gpg(Path home) {
        this.home = home;
    }

    /**
     * Makes a home below the folder, whose path must be short, as the agent's socket lies in it, and a key without
     * passphrase.
     */
    public static Gpg create(Path folder, String userId) {
        try {
            Path home = Files.createDirectories(folder.resolve("g"));
            Programs.succeed(home, Map.of(), "chmod", "700", home.toString());
            Gpg gpg = new Gpg(home);
            gpg.run("--quiet", "--passphrase", "", "--quick-generate-key", userId, "default", "default", "never");
            Files.writeString(home.resolve("public.asc"), gpg.run("--armor", "--export"));
            Files.writeString(home.resolve("secret.asc"), gpg.run("--armor", "--export-secret-keys"));
            return gpg;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Runs gpg; it must succeed. What it wrote. */
    public String run(String... arguments) {
        String[] command = new String[arguments.length + 2];
        command[0] = "gpg";
        command[1] = "--batch";
        System.arraycopy(arguments, 0, command, 2, arguments.length);
        return Programs.succeed(home, environment(), command);
    }

    /** What has to be in a program's environment for it to use this gpg. */
    public Map<String, String> environment() {
        return Map.of("GNUPGHOME", home.toString());
    }

    /** The public key, armored. */
    public Path publicKey() {
        return home.resolve("public.asc");
    }

    /** The secret key, armored. */
    public Path secretKey() {
        return home.resolve("secret.asc");
    }

    @Override
    public void close() {
        Programs.run(home, environment(), new byte[0], List.of("gpgconf", "--kill", "all"));
    }
}

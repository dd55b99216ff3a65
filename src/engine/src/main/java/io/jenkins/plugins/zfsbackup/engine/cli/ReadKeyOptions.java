package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.run.ReadKeys;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Option;

/** The keys for reading backups. */
final class ReadKeyOptions {

    @Option(names = "--decrypt-with", paramLabel = "KEYFILE", description = "The secret key that decrypts the backups.")
    private String decryptWith;

    @Option(
            names = "--verify-with",
            paramLabel = "KEYFILE",
            split = ",",
            description = "A public key. Each manifest must be signed by one of them. Can be repeated.")
    private List<String> verifyWith;

    @Option(
            names = "--passphrase-file",
            paramLabel = "FILE",
            description = "The first line is the passphrase of the secret key.")
    private String passphraseFile;

    ReadKeys readKeys(Environment environment) throws IOException {
        return Keys.readKeys(environment, decryptWith, CommonOptions.orEmpty(verifyWith), passphraseFile);
    }
}

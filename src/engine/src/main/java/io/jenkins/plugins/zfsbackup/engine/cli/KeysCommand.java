package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.openpgp.KeyDescription;
import io.jenkins.plugins.zfsbackup.engine.openpgp.NewSigningKey;
import io.jenkins.plugins.zfsbackup.engine.openpgp.PublicPart;
import io.jenkins.plugins.zfsbackup.engine.protocol.KeysResult;
import io.jenkins.plugins.zfsbackup.engine.protocol.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Says what a key file holds, or makes a signing key: for a caller that has a form for keys. Users have {@code gpg}, so
 * that the help does not show it.
 */
@Command(name = "keys", hidden = true, description = "Says what an OpenPGP key file holds, or makes a signing key.")
final class KeysCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common;

    @ArgGroup(multiplicity = "1")
    private Source source;

    @Option(names = "--passphrase-file", paramLabel = "FILE")
    private String passphraseFile;

    private final Environment environment;

    static final class Source {
        @Option(names = "--key", paramLabel = "KEYFILE")
        private String key;

        @Option(names = "--new", paramLabel = "OWNER")
        private String owner;
    }

    KeysCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        Output output = new Output(environment, common);
        String made = source.owner == null ? "" : NewSigningKey.make(source.owner, environment.clock());
        byte[] file = source.owner == null
                ? OptionFile.read(environment, source.key, "the key")
                : made.getBytes(StandardCharsets.US_ASCII);
        KeysResult result = result(file, made);
        output.document(result);
        if (!common.json) {
            result.keys().forEach(key -> output.console().print(key.fingerprint() + " " + key.algorithm()));
            result.unusable().forEach(output.console()::warn);
        }
        return 0;
    }

    private KeysResult result(byte[] file, String made) throws UsageException {
        List<String> unusable = KeyDescription.unusable(file);
        List<KeyDescription> found;
        try {
            found = KeyDescription.of(file, environment.clock());
        } catch (UsageException e) {
            // It is no key, which is an answer.
            return new KeysResult(Result.VERSION, List.of(), unusable, false, "", "", "");
        }
        boolean opened = passphraseFile != null
                && KeyDescription.opens(file, OptionFile.passphrase(environment, passphraseFile));
        List<KeysResult.Key> keys = found.stream().map(KeysCommand::key).toList();
        return new KeysResult(Result.VERSION, keys, unusable, opened, PublicPart.of(file), made, "");
    }

    private static KeysResult.Key key(KeyDescription key) {
        return new KeysResult.Key(
                key.fingerprint(),
                key.userIds(),
                key.algorithm(),
                key.expires(),
                key.revoked(),
                key.secret(),
                key.passphraseProtected(),
                key.canEncrypt(),
                key.canSign(),
                key.canVerify());
    }
}

package io.jenkins.plugins.zfsbackup.engine.cli;

import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import io.jenkins.plugins.zfsbackup.engine.run.Protection;
import io.jenkins.plugins.zfsbackup.engine.run.Trust;
import java.io.IOException;
import java.util.List;

/** Reads the keys that options name. */
final class Keys {

    private Keys() {}

    static Protection protection(
            Surroundings surroundings,
            List<String> recipients,
            boolean noEncryption,
            String signWith,
            String passphraseFile,
            String pool)
            throws IOException {
        return Protection.NONE;
    }

    static Trust trust(Surroundings surroundings, String decryptWith, List<String> verifyWith, String passphraseFile)
            throws IOException {
        return Trust.NONE;
    }
}

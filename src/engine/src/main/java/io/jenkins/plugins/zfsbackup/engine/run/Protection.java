package io.jenkins.plugins.zfsbackup.engine.run;

import io.jenkins.plugins.zfsbackup.engine.stream.VolumeFormat;
import java.util.List;
import java.util.Optional;

/**
 * How backups are protected on storage.
 *
 * @param recipients fingerprints of the keys that backups are encrypted to; empty without encryption
 * @param encrypt puts a message to those keys around a volume; empty without encryption
 * @param signer signs the manifests; empty without a signing key
 */
public record Protection(List<String> recipients, Optional<VolumeFormat.Encrypt> encrypt, Optional<Signer> signer) {

    /** Neither encrypted nor signed. */
    public static final Protection NONE = new Protection(List.of(), Optional.empty(), Optional.empty());

    public Protection {
        recipients = List.copyOf(recipients);
        if (recipients.isEmpty() != encrypt.isEmpty()) {
            throw new IllegalArgumentException("encryption needs recipients, and recipients encryption");
        }
    }
}

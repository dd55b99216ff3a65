package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.IOException;
import java.io.InputStream;

/**
 * Decrypts OpenPGP messages: those of {@link Encryption}, and those that gpg has written since 1.4, compressed or not,
 * signed or not, with a modification detection code or AEAD. Thread-safe.
 */
public final class Decryption {
    private final DecryptionKeys keys;
    private final Verification verification;

    /** Decrypts messages that are encrypted to one of these keys. */
    public Decryption(DecryptionKeys keys, Verification verification) {
        this.keys = keys;
        this.verification = verification;
    }

    /**
     * Opens a message.
     *
     * @param message armored or binary, with nothing after it; read to its end, and closed with the result
     * @return the content. It must not be trusted before its end has been read: only then is it known that the message
     *     is complete and unchanged, and who has signed it
     * @throws io.jenkins.plugins.zfsbackup.engine.model.UsageException if the message is not encrypted to any of the
     *     keys, or its version or algorithm is not supported
     * @throws io.jenkins.plugins.zfsbackup.engine.model.IntegrityException if it is not an encrypted message, or is
     *     truncated, changed, or not protected against changes
     * @throws IOException if reading the message fails
     */
    public DecryptedMessage decrypt(InputStream message) throws IOException {
        return new DecryptedMessage(message, keys, verification);
    }
}

package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.IOException;
import java.io.InputStream;

/**
 * Decrypts OpenPGP messages: those of {@link Encryption}, and what gpg has written since 1.4, compressed or not, signed
 * or not, with a modification detection code or AEAD. May be used by several threads at once.
 */
public final class Decryption {
    private final DecryptionKeys keys;
    private final Verification verification;

    /** Decrypts what is encrypted to one of these keys. */
    public Decryption(DecryptionKeys keys, Verification verification) {
        this.keys = keys;
        this.verification = verification;
    }

    /**
     * Opens a message.
     *
     * @param message armored or binary, and nothing behind it; read to its end, and closed with the result
     * @return the content. None of it is to be trusted before its end was read: only then it is known that nothing was
     *     cut or changed, and who has signed it
     * @throws io.jenkins.plugins.zfsbackup.engine.model.UsageException if the message is for none of the keys, or of a
     *     version or an algorithm that is unknown here
     * @throws io.jenkins.plugins.zfsbackup.engine.model.IntegrityException if it is no encrypted message, or cut, or
     *     changed, or not protected against that
     * @throws IOException what reading the message throws
     */
    public DecryptedMessage decrypt(InputStream message) throws IOException {
        return new DecryptedMessage(message, keys, verification);
    }
}

package io.jenkins.plugins.zfsbackup.engine.openpgp;

import io.jenkins.plugins.zfsbackup.engine.model.BackupException;
import io.jenkins.plugins.zfsbackup.engine.model.IntegrityException;
import io.jenkins.plugins.zfsbackup.engine.model.Reason;
import io.jenkins.plugins.zfsbackup.engine.model.UsageException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;
import org.bouncycastle.openpgp.PGPException;

/**
 * The content of an encrypted message. Its end is only reported after the whole message has been read, is complete and
 * unchanged, and, if signatures are checked, has a valid one. Otherwise reading throws an {@link IntegrityException},
 * and so does every further read. An error while reading the message itself is thrown unchanged. Not thread-safe.
 */
public final class DecryptedMessage extends InputStream {
    private final MessageSource source;
    private final OpenMessage message;
    private Optional<IOException> failure = Optional.empty();
    private boolean ended;

    DecryptedMessage(InputStream in, DecryptionKeys keys, Verification verification) throws IOException {
        source = new MessageSource(in);
        try {
            message = new OpenMessage(source, keys, verification);
        } catch (IOException | PGPException | RuntimeException e) {
            throw explained(e);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (failure.isPresent()) {
            throw failure.get();
        }
        if (ended || length == 0) {
            return ended ? -1 : 0;
        }
        try {
            int n = message.read(bytes, offset, length);
            if (n < 0) {
                message.finish();
                ended = true;
            }
            return n;
        } catch (IOException | RuntimeException e) {
            failure = Optional.of(explained(e));
            throw failure.get();
        }
    }

    /**
     * The signer of the message.
     *
     * @return empty if there is no signature that counts, or signatures are not checked
     * @throws IllegalStateException before the end was read
     */
    public Optional<SignatureCheck> signer() {
        if (!ended) {
            throw new IllegalStateException("the signer is known at the end of the message");
        }
        return message.signer();
    }

    @Override
    public void close() throws IOException {
        source.close();
    }

    /**
     * The meaning of a failure. Bouncy Castle checks little of what it parses, so a changed message may cause any
     * unchecked exception; and it wraps exceptions of the source in its own.
     */
    private IOException explained(Exception e) {
        if (source.failure().isPresent()) {
            return source.failure().get();
        }
        if (e instanceof BackupException known) {
            return known;
        }
        if (e instanceof UnsupportedException) {
            return new UsageException(
                    OpenMessage.DOING,
                    "the message has " + Reason.of(e) + ", which is unknown here",
                    "It may well be whole: decrypt it with the program that has made it.",
                    e);
        }
        return new IntegrityException(
                OpenMessage.DOING, "the message is cut or damaged (" + Reason.of(e) + ")", OpenMessage.FIND_ANOTHER, e);
    }
}

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
 * The content of an encrypted message. Its end is reported only after the whole message was read and found to be
 * neither cut nor changed, and its signature, if it matters, to be good; else reading throws an
 * {@link IntegrityException}, then and on every further read. An error of reading the message itself is thrown as it
 * is. For one thread.
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
     * Who has signed the message.
     *
     * @return empty if nobody whose signature counts has, or signatures are not checked
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
     * What a failure means. Bouncy Castle checks little of what it parses, so that a changed message may end in any
     * unchecked exception; and it hides what the source has thrown among its own.
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

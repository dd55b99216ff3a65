package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Remembers exceptions while reading a message, so that a lost connection is not mistaken for a damaged message. */
final class MessageSource extends FilterInputStream {
    private Optional<IOException> failure = Optional.empty();

    MessageSource(InputStream in) {
        super(in);
    }

    /** The first exception while reading. */
    Optional<IOException> failure() {
        return failure;
    }

    @Override
    public int read() throws IOException {
        try {
            return in.read();
        } catch (IOException e) {
            throw remembered(e);
        }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        try {
            return in.read(bytes, offset, length);
        } catch (IOException e) {
            throw remembered(e);
        }
    }

    private IOException remembered(IOException e) {
        if (failure.isEmpty()) {
            failure = Optional.of(e);
        }
        return e;
    }
}

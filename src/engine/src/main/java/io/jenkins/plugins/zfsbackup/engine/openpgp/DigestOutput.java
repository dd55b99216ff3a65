package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.OutputStream;
import java.security.MessageDigest;

/** Adds the data that is written to it to a hash. */
final class DigestOutput extends OutputStream {
    private final MessageDigest digest;

    DigestOutput(MessageDigest digest) {
        this.digest = digest;
    }

    @Override
    public void write(int b) {
        digest.update((byte) b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        digest.update(bytes, offset, length);
    }
}

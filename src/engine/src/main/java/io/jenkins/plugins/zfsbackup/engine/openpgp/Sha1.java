package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.OutputStream;
import java.security.MessageDigest;
import org.bouncycastle.openpgp.operator.PGPDigestCalculator;

/** The hash of the modification detection code of a message (RFC 9580, section 5.13.1), computed by the JDK. */
final class Sha1 implements PGPDigestCalculator {
    private final MessageDigest digest = Hash.SHA1.digest();

    @Override
    public int getAlgorithm() {
        return Hash.SHA1.tag();
    }

    @Override
    public OutputStream getOutputStream() {
        return new DigestOutput(digest);
    }

    @Override
    public byte[] getDigest() {
        return digest.digest();
    }

    @Override
    public void reset() {
        digest.reset();
    }
}

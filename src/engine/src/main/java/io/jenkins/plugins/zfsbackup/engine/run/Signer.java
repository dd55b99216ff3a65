package io.jenkins.plugins.zfsbackup.engine.run;

import java.io.IOException;

/** Signs manifests. */
public interface Signer {

    /** Fingerprint of the key, upper-case hexadecimal. */
    String fingerprint();

    /** An armored detached signature. */
    byte[] sign(byte[] data) throws IOException;
}

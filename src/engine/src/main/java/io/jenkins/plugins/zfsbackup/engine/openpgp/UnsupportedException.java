package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.IOException;

/**
 * A version or algorithm is not supported. That is not damage: another program may be able to read the data. The
 * message names the version or algorithm and is followed by "is unknown here".
 */
final class UnsupportedException extends IOException {
    private static final long serialVersionUID = 1L;

    UnsupportedException(String what) {
        super(what);
    }
}

package io.jenkins.plugins.zfsbackup.engine.openpgp;

import java.io.IOException;

/**
 * Something is of a version or an algorithm that is unknown here. That is no damage: another program may be able to
 * read it. Its message says what it is, to be put before "is unknown here".
 */
final class UnsupportedException extends IOException {
    private static final long serialVersionUID = 1L;

    UnsupportedException(String what) {
        super(what);
    }
}

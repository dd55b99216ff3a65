package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import java.io.IOException;

/** The connection is gone, or never came to be: the same may go well on another one. */
final class LostConnection extends IOException {

    LostConnection(String said, Throwable cause) {
        super(said, cause);
    }
}

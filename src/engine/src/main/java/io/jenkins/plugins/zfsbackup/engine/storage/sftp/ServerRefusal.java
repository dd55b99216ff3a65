package io.jenkins.plugins.zfsbackup.engine.storage.sftp;

import com.jcraft.jsch.ChannelSftp;
import io.jenkins.plugins.zfsbackup.engine.model.RepositoryException.Kind;
import java.io.IOException;
import java.util.Locale;

/** The server's answer to a request, when it is no. */
final class ServerRefusal extends IOException {

    /**
     * Of later versions of the protocol (draft-ietf-secsh-filexfer-13, section 9.1), but sent by servers of version 3
     * too.
     */
    private static final int NO_SUCH_PATH = 10;

    private static final int FILE_ALREADY_EXISTS = 11;
    private static final int WRITE_PROTECT = 12;
    private static final int NO_SPACE_ON_FILESYSTEM = 14;
    private static final int QUOTA_EXCEEDED = 15;

    private final int status;
    private final String said;

    ServerRefusal(int status, String said, Throwable cause) {
        super(said, cause);
        this.status = status;
        this.said = said;
    }

    /** What it says, e.g. {@code Permission denied}. */
    String said() {
        return said;
    }

    /** What it means as far as the answer alone tells; a bare failure can be anything. */
    Kind kind() {
        return switch (status) {
            case ChannelSftp.SSH_FX_NO_SUCH_FILE, NO_SUCH_PATH -> Kind.MISSING;
            case ChannelSftp.SSH_FX_PERMISSION_DENIED, WRITE_PROTECT -> Kind.REFUSED;
            case FILE_ALREADY_EXISTS -> Kind.EXISTS;
            case NO_SPACE_ON_FILESYSTEM, QUOTA_EXCEEDED -> Kind.FULL;
            default -> {
                String text = said.toLowerCase(Locale.ROOT);
                yield text.contains("no space") || text.contains("quota") ? Kind.FULL : Kind.FAILED;
            }
        };
    }
}
